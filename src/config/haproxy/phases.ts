// What a sample is worth in the place where it stands: a condition of a response that asks for the request never holds, and samples that
// are known only nearly (configuration manual 7.3).

import type { ConditionInput } from '../rules/condition.ts'
import { originOf } from '../rules/samples/sample.ts'
import { isIf } from './acl.ts'
import { parseSample, parseTemplate } from './haproxy-samples.ts'
import { differs, failed, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { nearlyBecause } from './nearly.ts'
import { sampleText } from '../rules/samples/sample-text.ts'

const NEVER: ConditionInput = { sample: 'always_false', match: 'bool' }

/** As HAProxy has it, whose request is gone when there is a response: terms that ask for it do not hold. */
export function inResponse(condition: ConditionInput): ConditionInput {
  if ('all' in condition) return { all: condition.all.map(inResponse) }
  if ('any' in condition) return { any: condition.any.map(inResponse) }
  if ('not' in condition) return { not: inResponse(condition.not) }
  if ('sample' in condition && /^cookie\b/.test(condition.sample))
    return { ...condition, sample: ofResponse(condition.sample) }
  return isOfRequest(condition) ? NEVER : condition
}

/** `hdr` and `cookie` are of the message that there is. In conditions `hdr` is `req.hdr`, as in HAProxy. */
const OF_MESSAGE: Readonly<Record<string, string>> = { hdr: 'res.hdr', cookie: 'res.cook' }

function ofResponse(sample: string): string {
  return sample.replace(/^(?:hdr|cookie)(?=[(,]|$)/, (name) => OF_MESSAGE[name]!)
}

/** A line of rules for responses, with what it asks of the message asked of the response. */
export function spokenOfResponse(words: readonly string[]): readonly string[] {
  if (!OF_RESPONSE.has(words[0] ?? '')) return words
  const condition = words.findLastIndex(isIf)
  return words.map((word, i) => {
    if (condition !== -1 && i >= condition) return word
    if (words[i - 1]?.startsWith('set-var(')) return ofResponse(word)
    return word.replaceAll(
      /%%|(%(?:\{[^}]*\})?\[)((?:hdr|cookie)(?=[(,\]]))/g,
      (whole, begins?: string, name?: string) => (begins === undefined ? whole : begins + OF_MESSAGE[name!]!),
    )
  })
}

const OF_RESPONSE = new Set(['http-response', 'http-after-response', 'tcp-response'])

function isOfRequest(condition: ConditionInput): boolean {
  return 'sample' in condition && originOf(parseSample(condition.sample)!) === 'request'
}

/** A sample in it that a response does not know; undefined: there is none. */
export function requestSampleIn(condition: ConditionInput): string | undefined {
  const inner = 'all' in condition ? condition.all : 'any' in condition ? condition.any : []
  const within = 'not' in condition ? [condition.not] : inner
  if (within.length === 0) return 'sample' in condition && isOfRequest(condition) ? condition.sample : undefined
  for (const each of within) {
    const found = requestSampleIn(each)
    if (found !== undefined) return found
  }
  return undefined
}

/** A sample of a text that is not known where it stands, which HAProxy refuses, too; undefined: there is none. */
function misplaced([keyword = '', ...words]: readonly string[], isFrontend: boolean): Outcome | undefined {
  const phase = PHASES[keyword]
  if (phase === undefined) return undefined
  const texts = words.filter((word, i) => word.includes('%') && words[i - 1] !== 'string')
  for (const part of texts.flatMap((text) => parseTemplate(text) ?? [])) {
    if (typeof part === 'string') continue
    const origin = originOf(part)
    if (phase === 'response' && origin === 'request') {
      return failed(
        `'${sampleText(part)}' is gone when there is a response: keep it in a variable by http-request set-var`,
      )
    }
    if (phase === 'request' && origin === 'response') {
      return failed(`'${sampleText(part)}' is known when there is a response: use http-response`)
    }
    if (phase === 'request' && origin === 'backend' && isFrontend) {
      return failed(`'${sampleText(part)}' is known in a backend and in responses: a frontend has not chosen one yet`)
    }
  }
  return undefined
}

const PHASES: Readonly<Record<string, 'request' | 'response'>> = {
  'http-request': 'request',
  redirect: 'request',
  use_backend: 'request',
  'http-response': 'response',
  'http-after-response': 'response',
}

/** What a line that is taken says about its samples. `response`: the rules that it adds for responses. */
export function withNotes(
  outcome: Outcome,
  words: readonly string[],
  response: readonly { readonly if?: ConditionInput | undefined }[],
  isFrontend: boolean,
): Outcome {
  if (outcome.status === 'error' || outcome.status === 'unsupported') return outcome
  const wrong = misplaced(words, isFrontend)
  if (wrong) return wrong
  if (outcome.status !== 'translated') return outcome
  const nearly = nearlyBecause(words)
  if (nearly !== undefined) return differs(nearly)
  const lost = response
    .map(({ if: condition }) => condition && requestSampleIn(condition))
    .find((sample) => sample !== undefined)
  if (lost === undefined) return outcome
  return {
    ...TRANSLATED,
    message: `'${lost}' never holds, as in HAProxy: the request is gone when there is a response`,
  }
}
