// `retry-on REASON...`: after which failures a request is sent again.

import { RETRY_FAILURES } from '../options/retries.ts'
import type { RetryReason } from '../options/retries.ts'
import type { Draft } from './draft.ts'
import { failed, platform, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

const RETRY_WORDS = [...RETRY_FAILURES, '0rtt-rejected', 'all-retryable-errors', 'none']
const ALL_RETRYABLE = [...RETRY_FAILURES, '0rtt-rejected', '500', '502', '503', '504']

export function applyRetryOn(words: readonly string[], draft: Draft): Outcome {
  const reasons: RetryReason[] = []
  const ignored: string[] = []
  for (const word of words.flatMap((each) => (each === 'all-retryable-errors' ? ALL_RETRYABLE : [each]))) {
    const named = RETRY_FAILURES.find((reason) => reason === word)
    if (named) reasons.push(named)
    else if (/^[45]\d\d$/.test(word)) reasons.push(Number(word))
    else if (word === '0rtt-rejected') ignored.push(word)
    else if (word !== 'none') return failed(unknownWord('retry-on reason', word, RETRY_WORDS))
  }
  draft.backend.retryOn = reasons
  // HAProxy then repeats any method; of what only may have been sent, nothing but idempotent ones by default.
  if (reasons.some((reason) => reason !== 'conn-failure')) draft.backend.retryMethods = 'all'
  return ignored.length > 0 && reasons.length === 0 ? platform("TLS to servers is the platform's") : TRANSLATED
}
