// What a sample is worth in the place where it stands: a condition of a response that asks for the request never holds, and samples that
// are known only nearly (configuration manual 7.3).

import type { ConditionInput } from '../rules/condition.ts'
import { originOf, parseSample } from '../rules/samples/sample.ts'
import { differs, failed, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { sampleText } from '../rules/samples/sample-text.ts'
import { parseTemplate } from '../rules/samples/template.ts'

const NEVER: ConditionInput = { sample: 'always_false', match: 'bool' }

/** As HAProxy has it, whose request is gone when there is a response: terms that ask for it do not hold. */
export function inResponse(condition: ConditionInput): ConditionInput {
  if ('all' in condition) return { all: condition.all.map(inResponse) }
  if ('any' in condition) return { any: condition.any.map(inResponse) }
  if ('not' in condition) return { not: inResponse(condition.not) }
  return isOfRequest(condition) ? NEVER : condition
}

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

const NEARLY: readonly (readonly [names: RegExp, how: string])[] = [
  [/\bssl_fc_sni(?:_end|_reg)?\b/, "ssl_fc_sni is the Host's name: a Worker does not see that of the TLS handshake"],
]

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
  const nearly = NEARLY.find(([names]) => words.some((word) => names.test(word)))
  if (nearly) return differs(nearly[1])
  const lost = response
    .map(({ if: condition }) => condition && requestSampleIn(condition))
    .find((sample) => sample !== undefined)
  if (lost === undefined) return outcome
  return {
    ...TRANSLATED,
    message: `'${lost}' never holds, as in HAProxy: the request is gone when there is a response`,
  }
}
