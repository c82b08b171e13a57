CREATE TABLE holders (name TEXT PRIMARY KEY, holder TEXT NOT NULL);
INSERT INTO holders (name, holder) VALUES ('isolate-a', '{"keeps":0,"share":0,"inUse":3,"waiting":3,"slots":8,"untilMs":1795608010000}');
INSERT INTO holders (name, holder) VALUES ('isolate-b', '{"keeps":0,"share":0,"inUse":0,"waiting":2,"slots":2,"untilMs":1795608010000}');
