// `option httpchk ...` and `http-check ...` (configuration manual 4.2): how servers are asked, and what they must answer.

import type { CheckInput } from '../options/check.ts'
import type { ExpectInput, HeaderMatch, StepInput } from '../options/exchange.ts'
import { patternProblem } from '../../pattern/compile.ts'
import { parseStatusRanges } from '../fields.ts'
import { mistake, outcomeOf, sampleProblem } from './acl.ts'
import type { Parsed } from './acl.ts'
import type { Draft, HttpCheckDraft } from './draft.ts'
import { unavailable, unknownWord } from './read-line.ts'
import { failed, isOutcome, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'

/** The old one-line form may carry headers behind the version: `HTTP/1.1\\r\\nHost:\\ name`. */
export function applyHttpchk(words: readonly string[], draft: Draft): Outcome {
  const [first, second, ...rest] = words
  const method = second === undefined ? undefined : first
  const uri = second ?? first
  const [version = '', ...lines] = rest.join(' ').split('\r\n')
  draft.httpchk ??= { steps: [], options: {}, isAnswered: false }
  const headers = lines.filter((line) => line !== '').map((line) => line.split(/:\s*/, 2) as [string, string])
  const [step = {}, ...others] = draft.httpchk.steps
  draft.httpchk.steps.splice(
    0,
    others.length + 1,
    withHeaders(
      {
        ...step,
        ...(method === undefined ? {} : { method }),
        ...(uri === undefined ? {} : { uri }),
        ...(version === 'HTTP/1.1' ? { version: '1.1' as const } : {}),
      },
      headers,
    ),
    ...others,
  )
  return TRANSLATED
}

export function applyHttpCheck([verb = '', ...rest]: readonly string[], draft: Draft): Outcome {
  const check = (draft.httpchk ??= { steps: [], options: {}, isAnswered: false })
  switch (verb) {
    case 'send':
      return applySend(rest, check)
    case 'expect':
      return applyExpect(rest, check)
    case 'connect':
      return applyConnect(rest, check)
    case 'comment':
      return TRANSLATED
    case 'disable-on-404':
      check.options.disableOn404 = true
      return TRANSLATED
    case 'send-state':
      check.options.sendState = true
      return TRANSLATED
    default:
      return unavailable('http-check rule', verb.split('(', 1)[0]!, RULES, `http-check ${verb} is not supported`)
  }
}

// Words of HAProxy 2.6, available or not.
const RULES = 'comment connect disable-on-404 expect send send-state set-var set-var-fmt unset-var'.split(' ')
const SEND_WORDS = 'body body-lf comment hdr meth uri uri-lf ver'.split(' ')
const CONNECT_WORDS = 'addr alpn comment default linger port proto send-proxy sni ssl via-socks4'.split(' ')
const EXPECT_WORDS =
  'status rstatus string rstring hdr fhdr comment min-recv ok-status error-status tout-status on-success on-error status-code'.split(
    ' ',
  )

/** As a backend of ours has it. */
export function checkOf({ steps, options }: HttpCheckDraft): CheckInput {
  const [first = {}, ...others] = steps
  if (others.length > 0) return { ...options, steps }
  const { expect, ...request } = first
  // The common case has a word of its own.
  if (expect !== undefined && !Array.isArray(expect) && 'status' in expect && !expect.not) {
    return { ...request, ...options, expectStatus: expect.status }
  }
  return { ...first, ...options }
}

function applySend(words: readonly string[], check: HttpCheckDraft): Outcome {
  const headers: [string, string][] = []
  let step: StepInput = {}
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1]
    if (value === undefined && SEND_WORDS.includes(words[i]!))
      return failed(`http-check send ${words[i]} needs a value`)
    if (value === undefined) return failed(unknownWord('http-check send option', words[i]!, SEND_WORDS))
    if (words[i] === 'meth') step.method = value
    else if (words[i] === 'uri') step.uri = value
    else if (words[i] === 'ver') step.version = value === 'HTTP/1.1' ? '1.1' : '1.0'
    else if (words[i] === 'body') step.body = value
    else if (words[i] === 'hdr') {
      headers.push([value, words[i + 2] ?? ''])
      i += 1
    } else if (words[i] !== 'comment') {
      return unavailable(
        'http-check send option',
        words[i]!,
        SEND_WORDS,
        `http-check send ${words[i]} is not supported`,
      )
    }
  }
  step = withHeaders(step, headers)
  // The first adds to what `option httpchk` says, one after an answer is another request.
  if (check.isAnswered || check.steps.length === 0) check.steps.push(step)
  else check.steps.push({ ...check.steps.pop(), ...step })
  check.isAnswered = false
  return TRANSLATED
}

function applyExpect(words: readonly string[], check: HttpCheckDraft): Outcome {
  const expect = parseExpect(words)
  if (isOutcome(expect)) return expect
  if ('problem' in expect) return outcomeOf(expect)
  const step = check.steps.pop() ?? {}
  const known = step.expect === undefined ? [] : [step.expect].flat()
  check.steps.push({ ...step, expect: known.length === 0 ? expect.value : [...known, expect.value] })
  check.isAnswered = true
  return TRANSLATED
}

/** Each request has a connection of its own anyway. */
function applyConnect(words: readonly string[], check: HttpCheckDraft): Outcome {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === 'port' && check.steps.every((step) => step.expect === undefined)) {
      const port = words[++i] ?? ''
      if (!/^\d+$/.test(port)) return outcomeOf({ ...sampleProblem(port), problem: 'port needs a whole number' })
      check.options.port = Number(port)
    } else if (word === 'comment') i += 1
    else if (word !== 'default') {
      return unavailable(
        'http-check connect option',
        word,
        CONNECT_WORDS,
        `http-check connect ${word} is not supported`,
      )
    }
  }
  if (check.isAnswered) {
    check.steps.push({})
    check.isAnswered = false
  }
  return TRANSLATED
}

const MATCHES: readonly HeaderMatch[] = ['str', 'beg', 'end', 'sub', 'reg']

function parseExpect(all: readonly string[]): Parsed<ExpectInput> | Outcome {
  const words = [...all]
  while (words[0] === 'comment' || words[0] === 'min-recv') words.splice(0, 2)
  // The ! may stand by itself or not.
  if (/^!./.test(words[0] ?? '')) words.unshift('!', words.shift()!.slice(1))
  const not = words[0] === '!' ? { not: true } : {}
  if (words[0] === '!') words.shift()
  const [kind = '', ...rest] = words
  const [pattern = '', more] = rest
  if (['status', 'string', 'rstatus', 'rstring'].includes(kind)) {
    if (pattern === '') return mistake(`${kind} needs a value`)
    if (more !== undefined) {
      const problem = `unexpected '${more}' after ${kind}: write a \\ before each blank`
      return EXPECT_WORDS.includes(more) ? { problem } : mistake(problem)
    }
  }
  switch (kind) {
    case 'status':
      return parseStatusRanges(pattern)
        ? { value: { status: pattern, ...not } }
        : { problem: `${pattern}: must be a status, or ranges such as 200,300-399`, isMistake: !areNumbers(pattern) }
    case 'string':
      return { value: { string: pattern, ...not } }
    case 'rstatus':
    case 'rstring': {
      const problem = patternProblem(pattern)
      if (problem !== undefined) return { problem: `${pattern}: ${problem}` }
      return { value: kind === 'rstatus' ? { rstatus: pattern, ...not } : { rstring: pattern, ...not } }
    }
    case 'hdr':
    case 'fhdr': {
      const parsed = parseHeader(rest)
      if ('problem' in parsed) return parsed
      return { value: { hdr: { ...parsed.value, ...(kind === 'fhdr' ? { full: true } : {}) }, ...not } }
    }
    default:
      return unavailable('http-check expect keyword', kind, EXPECT_WORDS, `http-check expect ${kind} is not supported`)
  }
}

/** As far as HAProxy looks at them. */
function areNumbers(text: string): boolean {
  return text.split(',').every((part) => {
    const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    return low !== undefined && Number(low) <= Number(high)
  })
}

type HeaderInput = Extract<ExpectInput, { hdr: unknown }>['hdr']

/** `name [-m METHOD] NAME value [-m METHOD] VALUE`. */
function parseHeader(words: readonly string[]): Parsed<HeaderInput> {
  const found: Partial<HeaderInput> = {}
  for (let i = 0; i < words.length; i++) {
    const part = words[i]!
    if (part !== 'name' && part !== 'value') {
      return {
        problem: `'${part}' is not supported`,
        isMistake: found.name === undefined || !EXPECT_WORDS.includes(part),
      }
    }
    if (words[i + 1] === '-m') {
      const method = MATCHES.find((each) => each === words[i + 2])
      if (!method) return mistake(`-m ${words[i + 2]} is not known`)
      if (method !== 'str') found[part === 'name' ? 'nameMatch' : 'valueMatch'] = method
      i += 2
    }
    found[part] = words[++i] ?? ''
  }
  for (const part of ['name', 'value'] as const) {
    const problem = found[`${part}Match`] === 'reg' ? patternProblem(found[part] ?? '') : undefined
    if (problem !== undefined) return { problem: `${found[part]}: ${problem}` }
  }
  const { name } = found
  return name === undefined ? { problem: 'hdr needs a name' } : { value: { ...found, name } }
}

function withHeaders(step: StepInput, headers: readonly (readonly [string, string])[]): StepInput {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const others = headers.filter(([name]) => name.toLowerCase() !== 'host')
  return {
    ...step,
    ...(host === undefined ? {} : { host }),
    ...(others.length > 0 ? { headers: { ...step.headers, ...Object.fromEntries(others) } } : {}),
  }
}
