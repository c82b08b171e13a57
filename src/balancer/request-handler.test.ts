import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import { requestTarget } from '../http/target.ts'
import type { Arrival } from './reception/arrival.ts'
import { ARRIVAL, holdBalancer } from './testing.ts'

it('logs the path that the client asked for, whatever rules made of it', async () => {
  const { handle, lines } = await holdBalancer({
    frontends: [
      {
        name: 'f',
        rules: [{ do: { setPath: '/inside%[path]' } }, { if: { path: '/inside/a' }, do: { deny: { status: 403 } } }],
        defaultBackend: 'b',
      },
    ],
    backends: [{ name: 'b', servers: [{ name: 's', url: 'https://s.example' }] }],
  })
  const response = await handle(new Request('http://x/a?b=c'), ARRIVAL)
  expect(response.status).toBe(403)
  expect(lines).toMatchObject([{ path: '/a', status: 403, frontend: 'f', backend: null }])
})

describe('a Host that is malformed beside a URL that names another', () => {
  const CONFIG: LimpetConfig = {
    frontends: [{ name: 'f', defaultBackend: 'b' }],
    backends: [{ name: 'b', servers: [{ name: 's', url: 'https://s.example' }] }],
  }

  it.each(['a b', 'user@x', 'x/evil', 'x:123456', ''])('is refused: %j', async (host) => {
    const { handle, lines, sent } = await holdBalancer(CONFIG)
    const response = await handle(new Request('http://x/', { headers: { host } }), ARRIVAL)
    expect([response.status, sent]).toEqual([400, []])
    expect(lines).toMatchObject([{ status: 400, backend: null, server: null }])
  })

  it.each(['X', 'x:80', 'other.example'])('is not refused, and the server gets that of the URL: %j', async (host) => {
    const { handle, sent } = await holdBalancer(CONFIG)
    expect((await handle(new Request('http://x/', { headers: { host } }), ARRIVAL)).status).toBe(200)
    expect(sent[0]!.headers.get('host')).toBe('x')
  })
})

describe('a request of a route that is bound to a backend', () => {
  const CONFIG: LimpetConfig = {
    frontends: [
      {
        name: 'f',
        hosts: 'x',
        rules: [
          { if: { path: '/secret' }, do: { deny: { status: 403 } } },
          { do: { setHeader: { name: 'x-rule', value: 'one' } } },
          { if: { pathBeg: '/a' }, do: { useBackend: 'a' } },
          { if: { pathBeg: '/a/secret' }, do: { deny: { status: 403 } } },
          { do: { addHeader: { name: 'x-rule', value: 'two' } } },
        ],
        defaultBackend: 'a',
      },
    ],
    backends: [
      { name: 'a', servers: [{ name: 'a1', url: 'https://a1.example' }] },
      {
        name: 'b',
        rules: [{ if: { path: '/closed' }, do: { deny: { status: 410 } } }],
        servers: [{ name: 'b1', url: 'https://b1.example' }],
      },
    ],
  }
  const bound: Arrival = { ...ARRIVAL, backend: 'b' }
  const ask = async (url: string, arrival: Arrival = bound) => {
    const held = await holdBalancer(CONFIG)
    const { status } = await held.handle(new Request(url), arrival)
    return { status, server: held.sent[0]?.server, rules: held.sent[0]?.headers.get('x-rule'), log: held.lines[0] }
  }

  it.each([
    ['where the frontend has a default', 'http://x/'],
    ['where a rule chooses another', 'http://x/a'],
  ])('goes there %s', async (_, url) => {
    expect(await ask(url)).toMatchObject({ status: 200, server: 'b1', log: { frontend: 'f', backend: 'b' } })
  })

  it('meets all other rules of the frontend, those behind a choice of a backend, too', async () => {
    expect((await ask('http://x/a')).rules).toBe('one, two')
    expect(await ask('http://x/secret')).toMatchObject({ status: 403, server: undefined })
    expect(await ask('http://x/a/secret')).toMatchObject({ status: 403, server: undefined })
    expect((await ask('http://x/a/secret', ARRIVAL)).server).toBe('a1')
  })

  it("lets nobody to the operator's paths whom a rule behind a choice of a backend refuses", async () => {
    const { admit } = await holdBalancer(CONFIG)
    const request = new Request('http://x/a/secret')
    expect((await admit(request, bound, requestTarget(request)!)).refusal?.status).toBe(403)
    expect((await admit(request, ARRIVAL, requestTarget(request)!)).refusal).toBeUndefined()
  })

  it('meets the rules of its backend', async () => {
    expect(await ask('http://x/closed')).toMatchObject({ status: 410, server: undefined })
  })

  it('gets 404 where no frontend takes its host, like any other', async () => {
    expect(await ask('http://elsewhere/')).toMatchObject({ status: 404, server: undefined })
  })
})

describe('metrics as a service', () => {
  const service = { useService: 'prometheus-exporter' } as const
  const held = () =>
    holdBalancer({
      frontends: [
        {
          name: 'f',
          rules: [
            { if: { all: [{ path: '/metrics' }, { not: { src: '192.0.2.0/24' } }] }, do: { deny: { status: 403 } } },
            { if: { path: '/metrics' }, do: service },
          ],
          defaultBackend: 'b',
        },
      ],
      backends: [
        {
          name: 'b',
          servers: [{ name: 's', url: 'https://s.example' }],
          rules: [{ if: { path: '/own' }, do: service }],
        },
      ],
    })
  const outsider = { ...ARRIVAL, peerAddress: '198.51.100.7' }

  it('answers whom the rules admit, and no server is asked', async () => {
    const { handle, lines, sent, tallies } = await held()
    expect(await (await handle(new Request('http://x/metrics'), ARRIVAL)).text()).toBe('metrics')
    expect((await handle(new Request('http://x/metrics'), outsider)).status).toBe(403)
    expect(await (await handle(new Request('http://x/own'), ARRIVAL)).text()).toBe('metrics')
    expect(sent).toEqual([])
    expect(lines).toMatchObject([
      { server: '<PROMEX>', backend: null, termination: 'LR', status: 200 },
      { server: null, status: 403 },
      { server: '<PROMEX>', backend: 'b', termination: 'LR', status: 200 },
    ])
    expect(tallies.get('frontend:f')!.counts).toMatchObject({ intercepted: 1, dreq: 1, stot: 3 })
  })

  it('does not keep operators from their own paths', async () => {
    const { admit } = await held()
    const request = new Request('http://x/metrics')
    expect((await admit(request, ARRIVAL, requestTarget(request)!)).refusal).toBeUndefined()
    expect((await admit(request, outsider, requestTarget(request)!)).refusal?.status).toBe(403)
  })
})

describe('what rules say about the client and the log', () => {
  const ask = async (rules: NonNullable<NonNullable<LimpetConfig['frontends']>[number]['rules']>, src: string) => {
    const held = await holdBalancer({
      frontends: [{ name: 'f', rules, defaultBackend: 'b' }],
      backends: [{ name: 'b', servers: [{ name: 's', url: 'https://s.example' }] }],
    })
    await held.handle(new Request('http://x/', { headers: { 'x-client-ip': src } }), ARRIVAL)
    return held
  }

  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['nobody', '192.0.2.1'],
  ])('setSrc with %s: rules, server and log know %s', async (given, known) => {
    const { sent, lines } = await ask(
      [{ do: { setSrc: 'req.hdr(x-client-ip)' } }, { do: { setHeader: { name: 'x-src', value: '%[src]' } } }],
      given,
    )
    expect(sent[0]!.headers.get('x-src')).toBe(known)
    expect(sent[0]!.headers.get('x-forwarded-for')).toBe(known)
    expect(lines[0]).toMatchObject({ client: known })
  })

  it('setLogLevel silent leaves the line out, and another level brings it back', async () => {
    expect((await ask([{ do: { setLogLevel: 'silent' } }], '')).lines).toEqual([])
    const both = [{ do: { setLogLevel: 'silent' } }, { do: { setLogLevel: 'info' } }] as const
    expect((await ask([...both], '')).lines).toHaveLength(1)
  })
})
