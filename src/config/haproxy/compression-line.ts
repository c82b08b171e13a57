// `compression ...`: nothing is compressed here, but what is written is read.

import { differs, failed, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

const ALGORITHMS = ['identity', 'gzip', 'deflate', 'raw-deflate']
const COMPRESSION = ['algo', 'type', 'offload']
const NEWER_COMPRESSION = 'algo-req algo-res direction minsize-req minsize-res type-req type-res'.split(' ')

export function applyCompression([what = '', ...words]: readonly string[]): Outcome {
  if (NEWER_COMPRESSION.includes(what)) return unsupported(`compression ${what}: HAProxy 3.2 has it, 2.6 does not`)
  if (!COMPRESSION.includes(what)) return failed(unknownWord('compression option', what, COMPRESSION))
  if (what !== 'offload' && words.length === 0) return failed(`compression ${what} needs a value`)
  const wrong = what === 'algo' && words.find((word) => !ALGORITHMS.includes(word))
  if (wrong) return failed(unknownWord('compression algorithm', wrong, ALGORITHMS))
  return differs("answers go out as the servers made them; Cloudflare's network compresses")
}
