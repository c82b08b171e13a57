// How grave a log line is, in syslog's words.

/** From the gravest; a line's level is its place in this list (RFC 5424 section 6.2.1). */
export const LOG_LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
