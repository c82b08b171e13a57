// `balance ALGORITHM ...`, `hash-type` and `hash-balance-factor` (configuration manual 4.2): which of HAProxy's algorithms there are
// here, and which of their arguments HAProxy refuses itself.

import { parseBalance } from '../balance.ts'
import { MAX_BALANCE_FACTOR } from '../options/load-balancing.ts'
import { outcomeOf, sampleProblem } from './acl.ts'
import type { BalanceInput } from '../balance.ts'
import type { Draft } from './draft.ts'
import { parseSample } from './haproxy-samples.ts'
import { differs, failed, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

/** Of HAProxy 2.6; some of them, and some of their arguments, are not available. */
const ALGORITHMS = 'roundrobin static-rr leastconn first source random uri url_param hdr hash rdp-cookie'.split(' ')

export function applyBalance(words: readonly string[], draft: Draft): Outcome {
  // Alone it is the default, whatever a defaults section says.
  const text = words.join(' ') || 'roundrobin'
  const balance = parseBalance(text)
  const [algorithm = ''] = text.split(/[ (]/, 1)
  if (!ALGORITHMS.includes(algorithm)) return failed(unknownWord('balance algorithm', algorithm, ALGORITHMS))
  if (!balance) {
    if (algorithm === 'hash') return hashProblem(words.slice(1))
    const why = UNAVAILABLE[algorithm]
    return (areRefused(words) ? failed : unsupported)(`balance ${text} is not supported${why ? `: ${why}` : ''}`)
  }
  // HAProxy 2.6 looks into the body of a POST, whether or not check_post tells it to.
  draft.backend.balance = (
    balance.policy === 'url_param' ? `url_param ${balance.name} check_post` : text
  ) as BalanceInput
  if (['leastconn', 'random'].includes(balance.policy)) return differs('each isolate counts its own requests')
  return TRANSLATED
}

/** Why it is not available here. */
const UNAVAILABLE: Readonly<Record<string, string>> = {
  'rdp-cookie': 'it reads the first packet of an RDP connection, and requests have none',
}

function hashProblem([sample, ...more]: readonly string[]): Outcome {
  if (sample === undefined) return failed('balance hash needs a sample, such as req.hdr(x-user)')
  if (more[0] !== undefined) return failed(`'${more[0]}': nothing may follow the sample of balance hash`)
  const parsed = parseSample(sample)
  if (parsed) return failed(`${sample}: a response cannot be balanced by: its server has been chosen`)
  return outcomeOf(sampleProblem(sample))
}

/** Whether HAProxy refuses the arguments, too. Words after an algorithm that takes none it reads over. */
function areRefused([algorithm = '', ...words]: readonly string[]): boolean {
  if (algorithm === 'uri') return !/^(?:(?:whole|path-only|(?:len|depth) 0*[1-9]\S*)(?: |$))*$/.test(words.join(' '))
  if (algorithm === 'url_param') return words.length === 0 || (words.length > 1 && words[1] !== 'check_post')
  if (algorithm.startsWith('hdr')) {
    return !/^hdr\([^()]+\)$/.test(algorithm) || (words.length > 0 && words[0] !== 'use_domain_only')
  }
  if (algorithm === 'rdp-cookie()') return true
  return algorithm.startsWith('random(') && !/^random\(0*[1-9]\d*\)$/.test(algorithm)
}

const FUNCTIONS = ['sdbm', 'djb2', 'crc32', 'wt6'] as const

export function applyHashType([type, name, modifier]: readonly string[], draft: Draft): Outcome {
  if (type !== 'map-based' && type !== 'consistent') return failed(`${type}: must be map-based or consistent`)
  const hashFunction = FUNCTIONS.find((each) => each === name)
  if (name !== undefined && !hashFunction) return failed(unknownWord('hash function', name, FUNCTIONS))
  if (modifier !== undefined && modifier !== 'avalanche') return failed(`'${modifier}': only avalanche may follow`)
  // A line counts as a whole: it forgets what one of a defaults section said.
  draft.backend.hashType = type
  draft.backend.hashFunction = hashFunction
  draft.backend.hashAvalanche = modifier === undefined ? undefined : true
  return TRANSLATED
}

export function applyHashBalanceFactor([factor]: readonly string[], draft: Draft): Outcome {
  if (factor === undefined) return failed('hash-balance-factor needs a number')
  // As C reads a number: what follows its digits does not count.
  const percent = Number.parseInt(factor, 10) || 0
  if (percent < 0 || (percent > 0 && percent <= 100)) return failed('hash-balance-factor must be 0, or more than 100')
  draft.backend.hashBalanceFactor = percent === 0 ? undefined : Math.min(percent, MAX_BALANCE_FACTOR)
  return percent === 0 ? TRANSLATED : differs('each isolate counts its own requests')
}
