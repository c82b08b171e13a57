// `http-request wait-for-body`, `http-request set-timeout`, `option http-buffer-request` and how long a `tarpit` takes (configuration
// manual 4.2).

import { parseDurationMs } from '../duration.ts'
import type { Duration } from '../duration.ts'
import { needsResponse } from '../rules/samples/sample.ts'
import type { ActionInput, ResponseActionInput } from '../rules/action.ts'
import { mistake, sampleProblem } from './acl.ts'
import type { Parsed } from './acl.ts'
import type { Draft, RuleDraft } from './draft.ts'
import { parseSample } from './haproxy-samples.ts'
import { parseTime } from './time.ts'

type WaitForBodyInput = Extract<ResponseActionInput, { waitForBody: unknown }>

const BODY_WORDS = 'wait-for-body needs time TIME, and may have at-least BYTES'

export function parseWaitForBody(words: readonly string[]): Parsed<WaitForBodyInput> {
  const { time, 'at-least': least, ...others } = Object.fromEntries(pairsOf(words))
  const other = Object.keys(others)[0]
  if (other !== undefined) return mistake(`'${other}' is not known: ${BODY_WORDS}`)
  const waits = parseTime(time)
  const atLeast = least === undefined ? 0 : bytesOf(least)
  if (waits === undefined || atLeast === undefined) return mistake(BODY_WORDS)
  if (parseDurationMs(waits) === 0) return { problem: 'time 0 never ends: name a time' }
  return { value: { waitForBody: { time: waits, ...(atLeast === 0 ? {} : { atLeast }) } } }
}

function* pairsOf(words: readonly string[]): Generator<readonly [string, string | undefined]> {
  for (let i = 0; i < words.length; i += 2) yield [words[i]!, words[i + 1]]
}

function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,10})([kmg]?)$/i.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' ')
}

export function parseSetTimeout([what, value = '', ...more]: readonly string[], draft: Draft): Parsed<ActionInput> {
  if ((what !== 'server' && what !== 'tunnel') || value === '' || more.length > 0)
    return mistake('set-timeout needs server or tunnel, and a time or a sample')
  if (draft.kind === 'frontend') return mistake('set-timeout is a rule of backends, which have servers')
  const time = parseTime(value)
  if (time !== undefined && parseDurationMs(time) === 0) return mistake('set-timeout needs a time that is not 0')
  const sample = time === undefined ? parseSample(value) : undefined
  if (time === undefined && !sample) return sampleProblem(value)
  if (sample && needsResponse(sample)) return mistake(`'${value}' is known when there is a response`)
  if (what === 'tunnel') return { problem: 'set-timeout tunnel: an idle WebSocket is not ended here' }
  return { value: { setTimeout: { server: time ?? value } } }
}

/** `option http-buffer-request`: HAProxy waits before it asks a section's rules. */
export function bufferingRules(draft: Draft): readonly RuleDraft[] {
  if (!draft.buffersRequests) return []
  const time = bodyTime(draft)
  return [{ do: { waitForBody: time === undefined ? {} : { time } } }]
}

/** `balance url_param`: HAProxy waits for the body of a POST behind a backend's rules. The balancer does, too, but for `timeout server`. */
export function postedRules(draft: Draft): readonly RuleDraft[] {
  const time = bodyTime(draft)
  if (time === undefined || !draft.backend.balance?.startsWith('url_param ')) return []
  return [{ if: { method: ['POST'] }, do: { waitForBody: { time } }, always: true }]
}

function bodyTime({ timeoutHttpRequest, timeoutClient }: Draft): Duration | undefined {
  return timeoutHttpRequest ?? timeoutClient
}

/** A tarpit takes `timeout tarpit`, else `timeout connect`, else no time. */
export function withTarpitTime(rules: readonly RuleDraft[], { timeoutTarpit, backend }: Draft): RuleDraft[] {
  const time = timeoutTarpit ?? backend.timeouts?.connect ?? '0s'
  return rules.map((rule) =>
    typeof rule.do === 'object' && 'tarpit' in rule.do
      ? { ...rule, do: { tarpit: { ...rule.do.tarpit, time } } }
      : rule,
  )
}
