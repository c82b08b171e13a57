// afterResponseRules: they meet every response, the backend's rules before the frontend's, and see what has become of it.

import { expect, it } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import type { Serve } from './testing.ts'
import { answers, ARRIVAL, holdBalancer, refuses } from './testing.ts'

const add = (value: string) => ({ do: { addHeader: { name: 'x-after', value } } })
const CONFIG: LimpetConfig = {
  frontends: [
    {
      name: 'f',
      rules: [
        { do: { setVar: { name: 'txn.host', value: 'req.hdr(host)' } } },
        { if: { path: '/deny' }, do: { deny: { status: 403 } } },
        { if: { path: '/to' }, do: { redirect: { location: '/there' } } },
        { if: { path: '/return' }, do: { return: { status: 200, body: 'x' } } },
        { if: { path: '/auth' }, do: { auth: {} } },
      ],
      afterResponseRules: [
        add('f %[status] %[var(txn.host)] %[res.cook(s)]'),
        { if: { sample: 'status', values: ['204'] }, do: { setStatus: { status: 404 } } },
        { if: { sample: 'status', values: ['418'] }, do: { setStatus: { status: 204, reason: 'Nothing' } } },
        { if: { sample: 'status', values: ['502'] }, do: { allow: true } },
        add('last'),
      ],
      defaultBackend: 'b',
    },
  ],
  backends: [
    {
      name: 'b',
      retries: 0,
      cookie: { name: 's', mode: 'insert' },
      rules: [{ if: { path: '/refused' }, do: { deny: { status: 403 } } }],
      responseRules: [{ if: { path: '/taken-back' }, do: { deny: { status: 502 } } }],
      afterResponseRules: [add('b')],
      servers: [{ name: 's1', url: 'https://s.example', cookie: 'c1' }],
    },
  ],
}

async function ask(path: string, serve: Serve = answers(200)) {
  const { handle, servers } = await holdBalancer(CONFIG)
  servers.set('s1', serve)
  const response = await handle(new Request(`http://x.example${path}`, { headers: { host: 'x.example' } }), ARRIVAL)
  return {
    status: response.status,
    after: response.headers.get('x-after')?.replace(/c1\S*|ey\S+/, 'COOKIE'),
    text: await response.text(),
    reason: response.statusText,
  }
}

it.each([
  ['/deny', 403],
  ['/to', 302],
  ['/return', 200],
  ['/auth', 401],
])('%s: a rule of the frontend answers', async (path, status) => {
  expect(await ask(path)).toMatchObject({ status, after: `f ${status} x.example, last` })
})

it.each([
  ['/refused', 403, answers(200)],
  ['/taken-back', 502, answers(200)],
  ['/x', 503, refuses],
])('%s: the backend comes first', async (path, status, serve) => {
  const { after, ...answer } = await ask(path, serve)
  expect(answer.status).toBe(status)
  expect(after).toBe(`b, f ${status} x.example${status === 502 ? '' : ', last'}`)
})

it('a server answers: the cookie is written already', async () => {
  expect((await ask('/x', answers(200))).after).toMatch(/^b, f 200 x\.example \S+, last$/)
})

it('a status changes with its body', async () => {
  expect(await ask('/x', answers(204))).toMatchObject({ status: 404, reason: '' })
  expect(await ask('/x', answers(418, {}, 'tea'))).toMatchObject({ status: 204, reason: 'Nothing', text: '' })
})
