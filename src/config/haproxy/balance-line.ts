// `balance ALGORITHM ...` (configuration manual 4.2 "balance"): which of HAProxy's algorithms there are here, and which of their
// arguments HAProxy refuses itself.

import { parseBalance } from '../balance.ts'
import type { BalanceInput } from '../balance.ts'
import type { Draft } from './draft.ts'
import { differs, failed, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

/** Of HAProxy 2.6; some of them, and some of their arguments, are not available. */
const ALGORITHMS = 'roundrobin static-rr leastconn first source random uri url_param hdr hash rdp-cookie'.split(' ')

export function applyBalance(words: readonly string[], draft: Draft): Outcome {
  // HAProxy: `balance` alone.
  const text = words.join(' ') || 'roundrobin'
  const balance = parseBalance(text)
  const [algorithm = ''] = text.split(/[ (]/, 1)
  if (!ALGORITHMS.includes(algorithm)) return failed(unknownWord('balance algorithm', algorithm, ALGORITHMS))
  if (!balance) return (areRefused(words) ? failed : unsupported)(`balance ${text} is not supported`)
  draft.backend.balance = text as BalanceInput
  if (['leastconn', 'random'].includes(balance.policy)) return differs('each isolate counts its own requests')
  return TRANSLATED
}

/** Whether HAProxy refuses the arguments, too. Words after an algorithm that takes none it reads over. */
function areRefused([algorithm = '', ...words]: readonly string[]): boolean {
  if (algorithm === 'uri') return !/^(?:(?:whole|path-only|(?:len|depth) 0*[1-9]\S*)(?: |$))*$/.test(words.join(' '))
  if (algorithm === 'url_param') return words.length === 0 || (words.length > 1 && words[1] !== 'check_post')
  if (algorithm.startsWith('hdr')) {
    return !/^hdr\([^()]+\)$/.test(algorithm) || (words.length > 0 && words[0] !== 'use_domain_only')
  }
  return algorithm.startsWith('random(') && !/^random\(\d*\)$/.test(algorithm)
}
