CREATE TABLE entries (key TEXT PRIMARY KEY, server TEXT NOT NULL, id INTEGER NOT NULL, home TEXT NOT NULL, kind INTEGER NOT NULL, created INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX by_end ON entries (kind, until);
CREATE TABLE born (id INTEGER PRIMARY KEY CHECK (id = 0), at INTEGER NOT NULL);
INSERT INTO entries (key, server, id, home, kind, created, until) VALUES ('claimed', 's2', 2, 's2', 0, 1795608000000, 1795612500000);
INSERT INTO entries (key, server, id, home, kind, created, until) VALUES ('invented', 's1', 1, 's1', 0, 1795608000000, 1795612500000);
INSERT INTO entries (key, server, id, home, kind, created, until) VALUES ('minted', 's3', 3, 's3', 1, 1795608000000, 1795612500000);
INSERT INTO born (id, at) VALUES (0, 1795608000000);
