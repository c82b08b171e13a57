// Rules that wait: tarpits, bodies, and timeouts that rules set.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { resolveAction } from '../config/rules/resolve-action.ts'
import type { ActionInput } from '../config/rules/action.ts'
import { parseSample } from '../config/rules/samples/sample.ts'
import { MAX_BODY_BYTES } from './body.ts'
import { createRulesEngine } from './engine.ts'
import { Suspended } from './rules.ts'
import { MOST_WAITING } from './tarpit.ts'
import { BARE_VIEW, TOOLS, transactionOf } from './testing.ts'
import type { AskedFor } from './testing.ts'
import type { RuleWatch } from './watch.ts'
import { UNWATCHED } from './watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const NOW = { now: () => 0 }
const view = BARE_VIEW
const users = { groupsOf: () => undefined, verify: async () => true, verifyAll: async () => true }

function run(actions: readonly ActionInput[], asked: AskedFor = {}, engine = createRulesEngine(TOOLS)) {
  const rules = engine.createRules(actions.map((each) => ({ if: null, do: resolveAction(each, 'limpet') })))
  const transaction = transactionOf(asked)
  const judged = rules(transaction, view)
  const ended = engine.createSettle(users)(judged, transaction, NOW)
  return { transaction, judged, ended, engine }
}

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

const show: ActionInput = { setHeader: { name: 'x-out', value: '%[req.body]|%[req.body_len]|%[req.body_size]' } }

async function shown(actions: readonly ActionInput[], asked: AskedFor) {
  const { transaction, ended } = run([...actions, show], asked)
  await vi.advanceTimersByTimeAsync(60_000)
  return { ended: await ended, out: transaction.forOrigin.headers.get('x-out'), transaction }
}

it('a tarpit answers when its time is over, and says that it was one', async () => {
  const { ended } = run([{ tarpit: { time: '3s', status: 429 } }])
  let answer: unknown
  void Promise.resolve(ended).then((how) => (answer = how))
  await vi.advanceTimersByTimeAsync(2999)
  expect(answer).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(answer).toEqual({ status: 429, termination: 'PT' })
})

it(`keeps ${MOST_WAITING} waiting at once, and refuses further ones at once`, async () => {
  const engine = createRulesEngine(TOOLS)
  const tarpit: ActionInput = { tarpit: { time: '3s' } }
  const all = Array.from({ length: MOST_WAITING + 2 }, () => run([tarpit], {}, engine))
  expect(all.filter(({ judged }) => judged instanceof Suspended)).toHaveLength(MOST_WAITING)
  expect(all.at(-1)!.judged).toEqual({ status: 500, termination: 'PT' })
  await vi.advanceTimersByTimeAsync(3000)
})

it('has a place again when the time of one is over, even if its client has left', () => {
  const engine = createRulesEngine(TOOLS)
  const rules = engine.createRules([{ if: null, do: resolveAction({ tarpit: { time: '3s' } }, 'limpet') }])
  const at = (nowMs: number) => rules(transactionOf(), { ...view, now: () => nowMs }) instanceof Suspended
  for (let i = 0; i < MOST_WAITING; i++) at(i < 10 ? 0 : 2000)
  expect([at(2999), at(3001), at(3001)]).toEqual([false, true, true])
})

it('keeps nobody waiting where rules are only looked at', () => {
  const watch: RuleWatch = { ...UNWATCHED }
  expect(run([{ tarpit: { time: '3s' } }], {}, createRulesEngine(TOOLS, watch)).judged).toEqual({
    status: 500,
    termination: 'PT',
  })
})

it('sees what has come of a body, without waiting for more', async () => {
  expect((await shown([], { body: 'all of it' })).out).toBe('all of it|9|9')
  const slow = { body: partsOf([0, 'first'], [50, ' second']), headers: { 'content-length': '12' } }
  expect((await shown([], slow)).out).toBe('first|5|12')
})

it('makes no promise for a request without a body', () => {
  const { judged, transaction } = run([{ waitForBody: { time: '1s' } }, show])
  expect(judged).toBeUndefined()
  expect(transaction.forOrigin.headers.get('x-out')).toBe('|0|0')
})

it('waits for all of a body, or for as much as is enough', async () => {
  const body = () => partsOf([0, 'first'], [500, ' second'], [500, ' third'])
  expect((await shown([{ waitForBody: { time: '2s' } }], { body: body() })).out).toBe('first second third|18|18')
  expect((await shown([{ waitForBody: { time: '2s', atLeast: 8 } }], { body: body() })).out).toBe('first second|12|12')
  expect((await shown([{ waitForBody: {} }], { body: body() })).out).toBe('first second third|18|18')
})

it('answers 408 to a body that is too slow', async () => {
  const { ended, out } = await shown([{ waitForBody: { time: '900ms' } }], {
    body: partsOf([0, 'first'], [500, ' second'], [500, ' third']),
  })
  expect([ended, out]).toEqual([{ status: 408, termination: 'cR' }, null])
})

it('sees as much as HAProxy’s buffer has, and leaves the server all of it', async () => {
  const large = 'x'.repeat(100_000)
  const { out, transaction } = await shown([{ waitForBody: { time: '1s' } }], { body: large })
  expect(out).toBe(`${'x'.repeat(MAX_BODY_BYTES)}|${MAX_BODY_BYTES}|${MAX_BODY_BYTES}`)
  vi.useRealTimers()
  expect(await new Response(transaction.request.body).text()).toBe(large)
})

it('counts bytes, and reads them as UTF-8 where they become text', async () => {
  expect((await shown([{ waitForBody: {} }], { body: 'é' })).out).toBe('é|2|2')
})

it('finds parameters of a form', async () => {
  const form: ActionInput = {
    setHeader: { name: 'x-out', value: '%[req.body_param(b)]|%[req.body_param]|%[req.body_param(none)]' },
  }
  const { transaction } = await shown([form], { body: 'a=1&b=%41+c;b=2' })
  expect(transaction.forOrigin.headers.all('x-out')[0]).toBe('a=1&b=%41+c;b=2|15|15')
  const alone = run([form], { body: 'a=1&b=%41+c;b=2' })
  await vi.advanceTimersByTimeAsync(10)
  await alone.ended
  expect(alone.transaction.forOrigin.headers.get('x-out')).toBe('%41+c|1|')
})

it('outside of rules has what rules have waited for, and nothing else', async () => {
  const { transaction, ended, engine } = run([{ waitForBody: {} }], { body: 'key' })
  const key = engine.compileText(parseSample('req.body')!)
  expect(key(transaction, view)).toBe('')
  await ended
  expect(key(transaction, view)).toBe('key')
})

it.each([
  [400, 400],
  ['str(400)', 400],
  ['int(-5)', 0],
  ['int(9999999999999)', 2_147_483_647],
  ['int(0)', undefined],
  ['str(x)', undefined],
  ['req.hdr(x-none)', undefined],
])('setTimeout: %s makes %s ms', (server, ms) => {
  expect(run([{ setTimeout: { server } }]).transaction.timeoutServerMs).toBe(ms)
})
