// `track-sc0 KEY table T`, `sc-inc-gpc0(0)`, `sc-set-gpt(1,0) VALUE` of any ruleset (configuration manual 4.2).

import type { CounterActionInput, TRACK_COUNTS } from '../rules/counter-action.ts'
import { needsResponse } from '../rules/samples/sample.ts'
import { mistake, sampleProblem } from './acl.ts'
import type { Parsed } from './acl.ts'
import type { RuleDraft } from './draft.ts'
import { parseSample } from './haproxy-samples.ts'
import { differs } from './line-status.ts'
import type { Outcome } from './line-status.ts'

const VERB = /^(track-sc|sc-inc-gpc|sc-set-gpt)/

export function isCounterVerb(verb: string): boolean {
  return VERB.test(verb)
}

export function parseCounterAction(
  verb: string,
  words: readonly string[],
  phase: 'request' | 'response',
  counts: (typeof TRACK_COUNTS)[number] = 'request',
): Parsed<CounterActionInput> {
  return verb.startsWith('track-sc') ? parseTrack(verb, words, phase, counts) : parseCount(verb, words, phase)
}

function parseTrack(
  verb: string,
  [key = '', keyword, table, ...more]: readonly string[],
  phase: 'request' | 'response',
  counts: (typeof TRACK_COUNTS)[number],
): Parsed<CounterActionInput> {
  const [, number] = /^track-sc([0-2])$/.exec(verb) ?? []
  if (number === undefined) return mistake(`${verb}: there are track-sc0, track-sc1 and track-sc2`)
  if (key === '') return mistake(`${verb} needs a sample, such as src`)
  const wrong = keyProblem(key, phase)
  if (wrong) return wrong
  if (keyword !== undefined && (keyword !== 'table' || table === undefined || more.length > 0))
    return mistake(`${verb} needs KEY, or KEY table TABLE (found '${[keyword, table, ...more].join(' ').trim()}')`)
  return {
    value: {
      trackSc: {
        sc: Number(number),
        key,
        ...(table === undefined ? {} : { table }),
        ...(counts === 'request' ? {} : { counts }),
      },
    },
  }
}

function parseCount(verb: string, words: readonly string[], phase: 'request' | 'response'): Parsed<CounterActionInput> {
  const [, action, single, given] = /^(sc-inc-gpc|sc-set-gpt)([01]?)\(([^()]*)\)$/.exec(verb) ?? []
  const form = verb.split('(', 1)[0]!
  const isArray = single === ''
  const numbers = given?.split(',') ?? []
  if (given === undefined || numbers.length !== (isArray ? 2 : 1) || (action === 'sc-set-gpt' && single === '1'))
    return mistake(`'${verb}' must be ${/[01]$/.test(form) ? `${form}(SC)` : `${form}(INDEX,SC)`}`)
  const sc = Number(numbers.at(-1))
  if (!/^[0-2]$/.test(numbers.at(-1)!)) return mistake(`${verb}: what is tracked has the numbers 0, 1 and 2`)
  const index = isArray ? Number(numbers[0]) : Number(single)
  if (isArray && !/^\d{1,2}$/.test(numbers[0]!)) return mistake(`${verb}: an array has the numbers 0 to 99`)
  const array = isArray ? { array: true } : {}
  if (action === 'sc-inc-gpc') {
    return words.length === 0
      ? { value: { scIncGpc: { sc, gpc: index, ...array } } }
      : mistake(`${form} takes no value`)
  }
  const [text = '', ...more] = words
  if (text === '' || more.length > 0) return mistake(`${form} needs one value: a number, or a sample`)
  if (/^\d{1,10}$/.test(text)) return { value: { scSetGpt: { sc, gpt: index, ...array, value: Number(text) } } }
  const wrong = keyProblem(text, phase)
  return wrong ?? { value: { scSetGpt: { sc, gpt: index, ...array, value: text } } }
}

function keyProblem(text: string, phase: 'request' | 'response'): Parsed<never> | undefined {
  const sample = parseSample(text)
  if (!sample) return sampleProblem(text)
  return phase === 'request' && needsResponse(sample)
    ? mistake(`${text} is of the response, which is not there yet`)
    : undefined
}

/** What a line of connections becomes of lines for requests. */
export function connectionOutcome(verb: string): Outcome | undefined {
  return verb.startsWith('track-sc')
    ? differs('each request counts as a connection: connections are not seen')
    : undefined
}

/** Lines of `tcp-request` are read before the request: it is counted behind them. */
export function countingBehind(rules: readonly RuleDraft[]): readonly RuleDraft[] {
  const tracks = rules.some(({ do: action }) => 'trackSc' in action)
  return tracks ? [...rules, { do: { scCountRequest: true } }] : rules
}
