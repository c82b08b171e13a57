// Rules that ask for the body of a response: they see the beginning of it, and the client gets all.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import { resolveResponseRules } from '../config/rules/rule.ts'
import type { ResponseRuleInput } from '../config/rules/rule.ts'
import { MAX_BODY_BYTES } from '../rules/body.ts'
import { createRulesEngine } from '../rules/engine.ts'
import { BARE_VIEW, TOOLS, transactionOf } from '../rules/testing.ts'
import { judge } from './response-rules.ts'
import { answers, ARRIVAL, holdBalancer } from './testing.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const users = { groupsOf: () => undefined, verify: async () => true, verifyAll: async () => true }

/** Parts of a body, each after so many milliseconds. */
function partsOf(...parts: readonly (readonly [afterMs: number, text: string])[]): ReadableStream {
  return new ReadableStream({
    async start(controller) {
      for (const [afterMs, text] of parts) {
        if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs))
        controller.enqueue(new TextEncoder().encode(text))
      }
      controller.close()
    },
  })
}

async function heard(rules: readonly ResponseRuleInput[], body: BodyInit | null, headers: HeadersInit = {}) {
  const engine = createRulesEngine(TOOLS)
  const transaction = transactionOf()
  const judged = judge(
    new Response(body, { headers }),
    [engine.createResponseRules(resolveResponseRules(rules, 'limpet'))!],
    transaction,
    BARE_VIEW,
    engine.createSettle(users),
    { now: () => 0 },
  )
  await vi.advanceTimersByTimeAsync(60_000)
  const { response, ended, body: seen } = await judged
  return { judged, ended, seen, out: response.headers.get('x-out'), response }
}

const showResponse: ResponseRuleInput = {
  do: { setHeader: { name: 'x-out', value: '%[res.body]|%[res.body_len]|%[res.body_size]' } },
}
const waitFor = (more: object): ResponseRuleInput => ({ do: { waitForBody: { time: '2s', ...more } } })

it('sees what has come of a response, and the client gets all of it', async () => {
  const { out, response } = await heard([showResponse], partsOf([0, 'first'], [500, ' second']), {
    'content-length': '12',
  })
  expect(out).toBe('first|5|12')
  expect(await response.text()).toBe('first second')
})

it('waits for all of a response, or for as much as is enough', async () => {
  const body = () => partsOf([0, 'first'], [500, ' second'], [500, ' third'])
  expect((await heard([waitFor({}), showResponse], body())).out).toBe('first second third|18|18')
  expect((await heard([waitFor({ atLeast: 8 }), showResponse], body())).out).toBe('first second|12|12')
  const { out, response, seen } = await heard([waitFor({}), showResponse], 'x'.repeat(100_000))
  expect([out, seen?.isWhole]).toEqual([`${'x'.repeat(MAX_BODY_BYTES)}|${MAX_BODY_BYTES}|${MAX_BODY_BYTES}`, false])
  expect(await response.text()).toBe('x'.repeat(100_000))
})

it('answers 504 to a response that is too slow', async () => {
  const { ended, out } = await heard([waitFor({ time: '900ms' }), showResponse], partsOf([0, 'first'], [1000, ' x']))
  expect([ended, out]).toEqual([{ status: 504, isDenied: false, termination: 'sR' }, null])
})

it('makes no promise for a response without a body, nor for rules that ask for none', async () => {
  const empty = await heard([waitFor({}), showResponse], null, { 'content-length': '5' })
  expect([empty.judged instanceof Promise, empty.out]).toEqual([false, '|0|0'])
  const unread = await heard([{ do: { setHeader: { name: 'x-out', value: '%[status]' } } }], 'body')
  expect([unread.judged instanceof Promise, unread.seen]).toEqual([false, undefined])
})

it('goes on with the rules where it waited', async () => {
  const add = (value: string): ResponseRuleInput => ({ do: { addHeader: { name: 'x-out', value } } })
  const { out } = await heard([add('1'), waitFor({}), add('%[res.body]'), add('3')], partsOf([100, 'two']))
  expect(out).toBe('1, two, 3')
})

it.each([
  ['secret', true],
  ['public', false],
])('refuses a response by its body: %s', async (body, isDenied) => {
  const { ended } = await heard(
    [{ if: { sample: 'res.body', match: 'sub', values: ['secret'] }, do: { deny: { status: 502 } } }],
    body,
  )
  expect(ended !== undefined).toBe(isDenied)
})

async function asked(backend: object, body: BodyInit) {
  const { handle, servers, lines, tallies } = await holdBalancer({
    backends: [{ name: 'b', servers: [{ name: 's1', url: 'https://s1.example' }], ...backend }],
  } as LimpetConfig)
  servers.set('s1', typeof body === 'string' ? answers(200, {}, body) : () => new Response(body))
  const answering = handle(new Request('http://x.example/', { headers: { host: 'x.example' } }), ARRIVAL)
  await vi.advanceTimersByTimeAsync(5000)
  const response = await answering
  return {
    status: response.status,
    headers: response.headers,
    line: lines[0]!,
    counts: tallies.get('backend:b')!.counts,
  }
}

it('says in the log that a server was too slow with its body, and counts no refusal', async () => {
  const { status, line, counts } = await asked(
    { responseRules: [waitFor({ time: '1s' })] },
    partsOf([0, 'a'], [2000, 'b']),
  )
  expect([status, line.termination, counts.dresp]).toEqual([504, 'sR', 0])
})

it('rules for any response see the body of Limpet’s own answers, too', async () => {
  const { headers } = await asked(
    {
      rules: [{ do: { return: { status: 200, contentType: 'text/plain', body: 'own' } } }],
      afterResponseRules: [showResponse],
    },
    'unasked',
  )
  expect(headers.get('x-out')).toMatch(/^own\|3\|/)
})

it('a key may be what rules have read of a response', async () => {
  const table = { stickTable: { type: 'string', size: 10 }, stick: [{ storeResponse: 'res.body' }] }
  const { line } = await asked({ ...table, responseRules: [waitFor({})] }, 'key')
  expect(line.stick?.map(({ key, asked: what }) => [typeof key, what])).toEqual([['string', 'store']])
})
