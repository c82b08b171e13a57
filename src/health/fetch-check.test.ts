import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { createFetchCheck } from './fetch-check.ts'
import type { FetchCheckPorts } from './fetch-check.ts'
import { patternOf } from '../pattern/compile.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

type Fetch = FetchCheckPorts['fetch']

/** `fetched`: what the check asked for. */
async function asked(check: LimpetConfig['backends'][number]['check'], answer: Fetch, hasName = false) {
  const servers = [{ name: 's1', url: 'http://s1.example:8080' }]
  const [server] = resolveConfig({ backends: [{ name: 'app', check, servers }] }).backends[0]!.servers
  const fetched: { url: string; init: Parameters<Fetch>[1]; override: string | undefined }[] = []
  const fetch: Fetch = (url, init, override) => {
    fetched.push({ url, init, override })
    return answer(url, init, override)
  }
  const prober = createFetchCheck({ fetch, hasName: () => hasName, now: () => Date.now(), patternOf })
  const result = prober(server!, server!.check!)
  await vi.advanceTimersByTimeAsync(60_000)
  return { result: await result, fetched }
}

const never: Fetch = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

it('gives up when no answer comes in time, and says how long it waited', async () => {
  const { result, fetched } = await asked({ timeout: '2s' }, never)
  expect(result).toEqual({ code: 'L7TOUT', status: null, durationMs: 2_000 })
  expect(fetched[0]!.init.signal.aborted).toBe(true)
})

it('aborts nothing that has answered', async () => {
  const { result, fetched } = await asked({ timeout: '2s' }, async () => new Response('ok'))
  expect(result).toEqual({ code: 'L7OK', status: 200, durationMs: 0 })
  expect(fetched[0]!.init.signal.aborted).toBe(false)
})

it('that should only connect is content with any answer of the server, and asks for as little as it can', async () => {
  const { result, fetched } = await asked({ type: 'tcp' }, async () => new Response(null, { status: 599 }))
  expect(result).toMatchObject({ code: 'L7OK', status: 599 })
  expect(fetched).toMatchObject([{ url: 'http://s1.example:8080/', init: { method: 'HEAD' } }])
  expect(fetched[0]!.init).not.toHaveProperty('body')
})

it('asks a server as a whole at its root', async () => {
  const { fetched } = await asked({ method: 'OPTIONS', uri: '*' }, async () => new Response())
  expect(fetched).toMatchObject([{ url: 'http://s1.example:8080/', init: { method: 'OPTIONS' } }])
})

it('names itself unless it is named', async () => {
  const { fetched } = await asked({ headers: { 'user-AGENT': 'me' } }, async () => new Response())
  expect(fetched[0]!.init.headers).toEqual([['user-AGENT', 'me']])
  const more = await asked({ headers: { 'X-A': '1', 'User-Agent': 'me' } }, async () => new Response())
  expect(more.fetched[0]!.init.headers).toEqual([
    ['X-A', '1'],
    ['User-Agent', 'me'],
  ])
})

it('sends the body that is configured', async () => {
  const { fetched } = await asked({ method: 'POST', body: 'ping' }, async () => new Response())
  expect(fetched).toMatchObject([{ init: { method: 'POST', body: 'ping' } }])
})

it('asks for the server by its own name where no other is configured', async () => {
  const { fetched } = await asked({}, async () => new Response(), true)
  expect(fetched).toMatchObject([{ url: 'http://s1.example:8080/', override: undefined }])
})

it('looks at the first 16,384 bytes of a body, a character for a byte, however they come', async () => {
  const bodyOf = (...chunks: readonly string[]) => {
    const bytes = chunks.map((chunk) => Uint8Array.from(chunk, (each) => each.charCodeAt(0)))
    const pull = (controller: ReadableStreamDefaultController) => {
      const next = bytes.shift()
      if (next) controller.enqueue(next)
      else controller.close()
    }
    return async () => new Response(new ReadableStream({ pull }))
  }
  const codeWith = async (wanted: string, ...chunks: readonly string[]) =>
    (await asked({ expect: { rstring: wanted } }, bodyOf(...chunks))).result.code
  expect(await codeWith('^one two$', 'one', ' ', 'two')).toBe('L7OK')
  expect(await codeWith('^\\xe4$', '\xe4')).toBe('L7OK')
  expect(await codeWith('b$', 'a'.repeat(16_383), 'b', 'c')).toBe('L7OK')
  expect(await codeWith('b$', 'a'.repeat(16_383), 'bc')).toBe('L7OK')
  expect(await codeWith('b', `${'a'.repeat(16_384)}b`)).toBe('L7RSP')
  expect(await codeWith('^$')).toBe('L7OK')
})

it('finds nothing in an answer without a body', async () => {
  const { result } = await asked({ expect: { rstring: '^$' } }, async () => new Response(null))
  expect(result).toMatchObject({ code: 'L7OK', status: 200 })
})

it('waits for no more of a body than it looks at, and lets go of the rest', async () => {
  let isCancelled = false
  const body = new ReadableStream(
    {
      start: (controller) => controller.enqueue(new Uint8Array(16_384)),
      pull: () => new Promise<void>(() => undefined),
      cancel: () => void (isCancelled = true),
    },
    { highWaterMark: 0 },
  )
  const { result } = await asked({ expect: { rstring: '^\\x00' } }, async () => new Response(body))
  expect([result.code, isCancelled]).toEqual(['L7OK', true])
})

it('sees the answer of each of several requests, until one is not as expected', async () => {
  const steps = [{ uri: '/a' }, { uri: '/b', expect: { hdr: { name: 'X-Ready' } } }, { uri: '/c' }]
  const { result, fetched } = await asked({ steps }, async () => new Response())
  expect(result).toMatchObject({ code: 'L7RSP', status: 200 })
  expect(fetched.map(({ url }) => new URL(url).pathname)).toEqual(['/a', '/b'])
  const all = await asked({ steps }, async () => new Response(null, { headers: { 'x-ready': '1' } }))
  expect(all.result.code).toBe('L7OK')
  expect(all.fetched).toHaveLength(3)
})
