// `balance url_param NAME check_post`: a client whose forms have the parameter that its links have gets one server for both.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../../config/options/root.ts'
import { ARRIVAL, holdBalancer } from '../testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const SERVERS = ['s1', 's2', 's3', 's4', 's5'].map((name) => ({ name, url: `https://${name}.example` }))

async function hold(balance: string, more: object = {}) {
  const held = await holdBalancer({
    backends: [{ name: 'b', balance, timeouts: { server: '2s' }, servers: SERVERS, ...more }],
  } as LimpetConfig)
  const ask = async (path: string, init: RequestInit = {}) => {
    const request = new Request(`http://x.example${path}`, { headers: { host: 'x.example' }, ...init })
    const response = await held.handle(request, ARRIVAL)
    return response.status === 200 ? response.text() : response.status
  }
  return {
    ...held,
    ask,
    post: (body: BodyInit, path = '/') => ask(path, { method: 'POST', body, duplex: 'half' } as RequestInit),
  }
}

const USERS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']

it('a form goes where a link with the same parameter goes', async () => {
  const { ask, post } = await hold('url_param user check_post')
  for (const user of USERS) expect(await post(`a=1&user=${user}`)).toBe(await ask(`/?user=${user}`))
})

it('the parameter in the URL comes first, and nothing else but a POST is looked into', async () => {
  const { ask, post } = await hold('url_param user check_post')
  expect(await post('user=bob', '/?user=ann')).toBe(await ask('/?user=ann'))
  const turns = [
    await ask('/', { method: 'PUT', body: 'user=ann' }),
    await ask('/', { method: 'PUT', body: 'user=ann' }),
  ]
  expect(new Set(turns).size).toBe(2)
})

it('without check_post bodies count for nothing', async () => {
  const { post } = await hold('url_param user')
  const servers = [await post('user=ann'), await post('user=ann'), await post('user=ann')]
  expect(new Set(servers).size).toBe(3)
})

it('rules that allow a request do not spare it the wait', async () => {
  const { ask, post } = await hold('url_param user check_post', { rules: [{ do: { allow: true } }] })
  for (const user of USERS) expect(await post(`user=${user}`)).toBe(await ask(`/?user=${user}`))
})

it('the server gets the body that was looked into', async () => {
  const { post, sent } = await hold('url_param user check_post', { retries: 0 })
  await post('a=1&user=ann')
  expect(await new Response(sent[0]!.body).text()).toBe('a=1&user=ann')
})

it('a body that does not come within timeout server is answered with 408', async () => {
  const { post, sent } = await hold('url_param user check_post')
  const answered = post(new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode('a=1')) }))
  await vi.advanceTimersByTimeAsync(2000)
  expect([await answered, sent.length]).toEqual([408, 0])
})
