// What may be worth another attempt (HAProxy: configuration manual 4.2 "retry-on").

/** fetch does not tell the first two, and most of the third, apart. */
export const RETRY_FAILURES = ['conn-failure', 'empty-response', 'junk-response', 'response-timeout'] as const

/** A kind of failure, or a status. */
export type RetryReason = (typeof RETRY_FAILURES)[number] | number
