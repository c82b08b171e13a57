import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { createFetchCheck } from './fetch-check.ts'
import { createHttpCheck } from './http-check.ts'
import type { Connection } from './http-check.ts'
import { patternOf } from '../pattern/compile.ts'

function target(
  check: LimpetConfig['backends'][number]['check'] = { timeout: '50ms' },
  url = 'http://s1.example:8080',
) {
  const [backend] = resolveConfig({ backends: [{ name: 'app', check, servers: [{ name: 's1', url }] }] }).backends
  return { server: backend!.servers[0]!, check: backend!.servers[0]!.check! }
}

interface Script {
  /** Rejects opening with this; 'hang' never opens. */
  readonly open?: Error | 'hang'
  /** Chunks of the answer; 'hang' never ends. */
  readonly answer?: readonly (string | 'hang')[]
}

/** A connection that follows a script and notes what was written to it. */
function connectionOf({ open, answer = [] }: Script): Connection & { sent: () => string; closed: () => boolean } {
  let sent = ''
  let closed = false
  const chunks = [...answer]
  return {
    opened: open === 'hang' ? new Promise(() => undefined) : open ? Promise.reject(open) : Promise.resolve(),
    writable: new WritableStream({ write: (chunk: Uint8Array) => void (sent += new TextDecoder().decode(chunk)) }),
    readable: new ReadableStream({
      pull: (controller) => {
        const chunk = chunks.shift()
        if (chunk === 'hang') return new Promise<void>(() => undefined)
        if (chunk === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(chunk))
        return undefined
      },
    }),
    close: async () => void (closed = true),
    sent: () => sent,
    closed: () => closed,
  }
}

async function run(script: Script, { server, check } = target()) {
  const connection = connectionOf(script)
  const result = await createHttpCheck({ connect: () => connection, now: () => 0, patternOf })(server, check)
  return { ...result, sent: connection.sent(), closed: connection.closed() }
}

describe('a check over a socket', () => {
  it('that only connects sends nothing and is content', async () => {
    const tcp = target({ type: 'tcp', timeout: '50ms' })
    expect(await run({ answer: ['hang'] }, tcp)).toMatchObject({ code: 'L4OK', status: null, sent: '', closed: true })
    expect(await run({ open: new Error('refused') }, tcp)).toMatchObject({ code: 'L4CON' })
    expect(await run({}, target({ type: 'tcp' }, 'https://s1.example'))).toMatchObject({ code: 'L6OK' })
  })

  it.each([
    [['HTTP/1.1 200 OK\r\n\r\n'], 'L7OK', 200],
    [['HT', 'TP/1.0 2', '04 No Content\r', '\n'], 'L7OK', 204],
    [['HTTP/1.1 302 Found\r\n'], 'L7OK', 302],
    [['HTTP/1.1 200\r\n'], 'L7OK', 200],
    [['HTTP/1.1 200 OK'], 'L7OK', 200],
    [['> HTTP/1.1 200 OK\r\n'], 'L7RSP', null],
    [['HTTP/1.1 404 Not Found\r\n'], 'L7STS', 404],
    [['HTTP/1.1 500 Oops\n'], 'L7STS', 500],
    [['SSH-2.0-OpenSSH\r\n'], 'L7RSP', null],
    [['HTTP/1.1 99 x\r\n'], 'L7RSP', null],
    [['HTTP/1.1 2000 x\r\n'], 'L7RSP', null],
    [[], 'L7RSP', null],
    [['hang'], 'L7TOUT', null],
    [['HTTP/1.1 200', 'hang'], 'L7TOUT', null],
    [Array.from({ length: 300 }, () => 'x'.repeat(100)), 'L7RSP', null],
  ] as [string[], string, number | null][])('answered %j is %s', async (answer, code, status) => {
    const result = await run({ answer })
    expect(result).toMatchObject({ code, status, closed: true })
  })

  it('that cannot connect says at which layer', async () => {
    const tls = target({ timeout: '50ms' }, 'https://s1.example')
    expect((await run({ open: new Error('connection refused') })).code).toBe('L4CON')
    expect((await run({ open: 'hang' })).code).toBe('L4TOUT')
    expect((await run({ open: new Error('connection refused') }, tls)).code).toBe('L4CON')
    expect((await run({ open: new Error('TLS handshake failed') }, tls)).code).toBe('L6RSP')
    expect((await run({ open: 'hang' }, tls)).code).toBe('L6TOUT')
  })

  it('asks as it is told, with a Host where one is needed', async () => {
    const answer = ['HTTP/1.1 200 OK\r\n']
    expect((await run({ answer })).sent).toBe(
      'GET / HTTP/1.1\r\nHost: s1.example:8080\r\nUser-Agent: limpet-check\r\nConnection: close\r\n\r\n',
    )
    const told = target({ method: 'HEAD', uri: '/up?x=1', version: '1.0', timeout: '50ms' })
    expect((await run({ answer }, told)).sent).toBe(
      'HEAD /up?x=1 HTTP/1.0\r\nUser-Agent: limpet-check\r\nConnection: close\r\n\r\n',
    )
    const named = target({ host: 'app.example', version: '1.0', timeout: '50ms' })
    expect((await run({ answer }, named)).sent).toContain('\r\nHost: app.example\r\n')
    for (const [url, host] of [
      ['http://s1.example', 's1.example'],
      ['https://s1.example', 's1.example'],
      ['http://s1.example:443', 's1.example:443'],
      ['https://s1.example:80', 's1.example:80'],
    ] as const) {
      expect((await run({ answer }, target({ timeout: '50ms' }, url))).sent).toContain(`\r\nHost: ${host}\r\n`)
    }
  })

  it('expects the status it is told to', async () => {
    const picky = target({ expectStatus: '200,404', timeout: '50ms' })
    expect((await run({ answer: ['HTTP/1.1 404 x\r\n'] }, picky)).code).toBe('L7OK')
    expect((await run({ answer: ['HTTP/1.1 204 x\r\n'] }, picky)).code).toBe('L7STS')
  })
})

describe('a check over a socket, whatever becomes of it,', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
  afterEach(() => vi.useRealTimers())

  const ANSWERED = ['HTTP/1.1 200 OK\r\n']
  it.each<[string, Script, Parameters<typeof target>[0]]>([
    ['connected', {}, { type: 'tcp' }],
    ['refused', { open: new Error('refused') }, {}],
    ['answered', { answer: ANSWERED }, {}],
    ['answered as not expected', { answer: ['HTTP/1.1 500 x\r\n'] }, {}],
    ['answered by no HTTP', { answer: ['SSH-2.0\r\n'] }, {}],
  ])('leaves no timer behind: %s', async (_, script, check) => {
    await run(script, target(check))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says how long it took', async () => {
    const { server, check } = target({ timeout: '5s' })
    const prober = createHttpCheck({
      patternOf,
      connect: () => connectionOf({ answer: ['HTTP/1.1 200', 'hang'] }),
      now: () => Date.now() + 0.4,
    })
    const result = prober(server, check)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await result).toEqual({ code: 'L7TOUT', status: null, durationMs: 5_000 })
  })
})

describe('a connection that breaks', () => {
  const broken = (opened: Promise<unknown> = Promise.resolve()): Connection => ({
    ...connectionOf({}),
    opened,
    readable: new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) }),
    close: () => Promise.reject(new Error('reset')),
  })

  it('while it is asked gives no readable answer', async () => {
    const { server, check } = target()
    const result = await createHttpCheck({ connect: () => broken(), now: () => 0, patternOf })(server, check)
    expect(result).toEqual({ code: 'L7RSP', status: null, durationMs: 0 })
  })

  it('between two requests is looked at once: nothing of it is left unhandled', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const { server, check } = target({ steps: [{ uri: '/a' }, { uri: '/b' }], timeout: '50ms' })
      const connections = [
        { ...connectionOf({ answer: ['HTTP/1.1 200 OK\r\n'] }), close: () => Promise.reject(new Error('reset')) },
        broken(Promise.reject(new Error('reset'))),
      ]
      const result = await createHttpCheck({ connect: () => connections.shift()!, now: () => 0, patternOf })(
        server,
        check,
      )
      expect(result.code).toBe('L7RSP')
      await new Promise((resolve) => setTimeout(resolve, 5))
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(unhandled).toEqual([])
  })
})

describe('expectations', () => {
  const ANSWER = [
    'HTTP/1.1 200 OK\r\nX-Ready: no, yes\r\nX-Long-Name: Value\r\n',
    'Content-Length: 5\r\n\r\nall ',
    'w',
    'ell',
  ]
  type Expect = NonNullable<Exclude<LimpetConfig['backends'][number]['check'], boolean | undefined>['expect']>

  it.each([
    [{ status: '200-299' }, 'L7OK'],
    [{ status: 204 }, 'L7STS'],
    [{ status: 204, not: true }, 'L7OK'],
    [{ rstatus: '^2..$' }, 'L7OK'],
    [{ rstatus: '^[34]' }, 'L7STS'],
    [{ string: 'all w' }, 'L7OK'],
    [{ string: 'well' }, 'L7RSP'],
    [{ string: 'well', not: true }, 'L7OK'],
    [{ rstring: '^all .$' }, 'L7OK'],
    [{ rstring: 'x|y' }, 'L7RSP'],
    [{ hdr: { name: 'x-ready' } }, 'L7OK'],
    [{ hdr: { name: 'X-Ready', value: 'yes' } }, 'L7OK'],
    [{ hdr: { name: 'x-ready', value: 'no, yes' } }, 'L7RSP'],
    [{ hdr: { name: 'x-ready', value: 'no, yes', full: true } }, 'L7OK'],
    [{ hdr: { name: 'x-long', nameMatch: 'beg', value: 'alu', valueMatch: 'sub' } }, 'L7OK'],
    [{ hdr: { name: 'name', nameMatch: 'end', value: '^V.l', valueMatch: 'reg' } }, 'L7OK'],
    [{ hdr: { name: 'x-none' } }, 'L7RSP'],
    [{ hdr: { name: 'x-none' }, not: true }, 'L7OK'],
    [[{ status: 200 }, { string: 'all' }, { hdr: { name: 'x-none' } }], 'L7RSP'],
    [[{ string: 'none' }, { status: 500 }], 'L7RSP'],
  ] as [Expect, string][])('%j: %s', async (expected, code) => {
    const checked = target({ expect: expected, timeout: '50ms' })
    expect(await run({ answer: ANSWER }, checked)).toMatchObject({ code, status: 200 })
    const { server, check } = checked
    const byFetch = createFetchCheck({
      patternOf,
      fetch: async () => new Response('all w', { headers: { 'x-ready': 'no, yes', 'x-long-name': 'Value' } }),
      hasName: () => false,
      now: () => 0,
    })
    expect(await byFetch(server, check)).toMatchObject({ code, status: 200 })
  })

  it('find a body in chunks, and one that ends with its connection', async () => {
    const picky = target({ expect: { string: 'all well' }, timeout: '50ms' })
    const chunked = ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nall ', '\r\n4;x=y\r\nwell\r\n0\r\n\r\n']
    expect((await run({ answer: chunked }, picky)).code).toBe('L7OK')
    expect((await run({ answer: ['HTTP/1.0 200 OK\r\n\r\nall', ' well'] }, picky)).code).toBe('L7OK')
  })

  it('find a body in chunks only where these are what was done to it last', async () => {
    const picky = target({ expect: { string: 'all well' }, timeout: '50ms' })
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: '
    expect((await run({ answer: [`${head}gzip, Chunked\r\n\r\n8\r\nall well\r\n0\r\n\r\n`] }, picky)).code).toBe('L7OK')
    expect((await run({ answer: [`${head}chunked, gzip\r\n\r\nall well`] }, picky)).code).toBe('L7OK')
  })

  it('wait for nothing behind what is looked at', async () => {
    const body = target({ expect: { string: 'well' }, timeout: '50ms' })
    for (const answer of [
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwell\r\n0\r\n',
    ]) {
      expect((await run({ answer: [answer, 'hang'] }, body)).code).toBe('L7OK')
    }
    const headers = target({ expect: { hdr: { name: 'X-A' } }, timeout: '50ms' })
    expect((await run({ answer: ['HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n', 'hang'] }, headers)).code).toBe('L7OK')
  })

  it('take a line without a colon for no header', async () => {
    const named = (name: string) => target({ expect: { hdr: { name } }, timeout: '50ms' })
    const answer = ['HTTP/1.1 200 OK\r\nNonsense\r\nX-A: 1\r\n\r\n']
    expect((await run({ answer }, named('Nonsens'))).code).toBe('L7RSP')
    expect((await run({ answer }, named('X-A'))).code).toBe('L7OK')
  })

  it('read no more than 16 KB of a body in chunks, and 32 KB of all', async () => {
    const late = target({ expect: { string: 'end' }, timeout: '500ms' })
    const chunks = Array.from({ length: 16 }, () => `400\r\n${'x'.repeat(1024)}\r\n`)
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const last = '3\r\nend\r\n0\r\n\r\n'
    expect((await run({ answer: [head, ...chunks, last] }, late)).code).toBe('L7RSP')
    expect((await run({ answer: [head, ...chunks.slice(1), last] }, late)).code).toBe('L7OK')
    const lines = Array.from({ length: 100 }, () => `X-A: ${'x'.repeat(1000)}\r\n`)
    expect((await run({ answer: ['HTTP/1.1 200 OK\r\n', ...lines, '\r\nend'] }, late)).code).toBe('L7RSP')
    expect((await run({ answer: ['HTTP/1.1 200 OK\r\n', ...lines.slice(80), '\r\nend'] }, late)).code).toBe('L7OK')
  })

  it('read no more than 16 KB of a body, and wait for no more than is expected', async () => {
    const late = target({ expect: { string: 'end' }, timeout: '500ms' })
    const endless = ['HTTP/1.1 200 OK\r\n\r\n', ...Array.from({ length: 40 }, () => 'x'.repeat(1000)), 'end']
    expect((await run({ answer: endless }, late)).code).toBe('L7RSP')
    const early = target({ expect: { status: 200 }, timeout: '50ms' })
    expect((await run({ answer: ['HTTP/1.1 200 OK\r\n', 'hang'] }, early)).code).toBe('L7OK')
    const body = target({ expect: { string: 'x' }, timeout: '50ms' })
    expect((await run({ answer: ['HTTP/1.1 200 OK\r\n\r\n', 'hang'] }, body)).code).toBe('L7TOUT')
  })

  it('a 404 asks to leave, where that was agreed', async () => {
    const answer = ['HTTP/1.1 404 Not Found\r\n\r\n']
    expect((await run({ answer }, target({ disableOn404: true, timeout: '50ms' }))).code).toBe('L7OKC')
    expect((await run({ answer })).code).toBe('L7STS')
  })

  it('of several requests must all hold; each has a connection of its own', async () => {
    const steps = [{ uri: '/db', expect: { string: 'up' } }, { uri: '/queue' }]
    const { server, check } = target({ steps, timeout: '50ms' })
    const answers: Record<string, string> = { '/db': 'HTTP/1.1 200 OK\r\n\r\nup', '/queue': 'HTTP/1.1 503 x\r\n\r\n' }
    const asked: string[] = []
    const connections: ReturnType<typeof connectionOf>[] = []
    const prober = createHttpCheck({
      patternOf,
      connect: () => {
        const path = ['/db', '/queue'][asked.length]!
        asked.push(path)
        connections.push(connectionOf({ answer: [answers[path]!] }))
        return connections.at(-1)!
      },
      now: () => 0,
    })
    expect(await prober(server, check)).toMatchObject({ code: 'L7STS', status: 503 })
    expect(asked).toEqual(['/db', '/queue'])
    expect(connections.map((each) => each.closed())).toEqual([true, true])
    // The first that fails decides, and is the last that is asked.
    asked.length = 0
    answers['/db'] = 'HTTP/1.1 200 OK\r\n\r\ndown'
    answers['/queue'] = 'HTTP/1.1 200 OK\r\n\r\n'
    expect(await prober(server, check)).toMatchObject({ code: 'L7RSP', status: 200 })
    expect(asked).toEqual(['/db'])
  })

  it('find no body in an answer that ends within its head', async () => {
    const picky = target({ expect: { string: 'all' }, timeout: '50ms' })
    for (const head of ['HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nX-A: all', 'HTTP/1.1 200 OK']) {
      expect(await run({ answer: [head] }, picky)).toMatchObject({ code: 'L7RSP', status: 200 })
    }
  })

  it('send headers, a body with its length, and the state', async () => {
    const told = target({
      method: 'POST',
      headers: { 'X-A': '1', 'User-Agent': 'me' },
      body: 'p\u00e4ng',
      timeout: '50ms',
    })
    const connection = connectionOf({ answer: ['HTTP/1.1 200 OK\r\n'] })
    await createHttpCheck({ connect: () => connection, now: () => 0, patternOf })(
      told.server,
      told.check,
      'UP 1/3; name=b/s',
    )
    expect(connection.sent()).toBe(
      'POST / HTTP/1.1\r\nHost: s1.example:8080\r\nX-A: 1\r\nUser-Agent: me\r\n' +
        'X-Haproxy-Server-State: UP 1/3; name=b/s\r\nContent-Length: 5\r\nConnection: close\r\n\r\np\u00e4ng',
    )
  })
})

describe('a check by fetch', () => {
  const ask = (answer: () => Promise<Response>) => {
    const { server, check } = target()
    return createFetchCheck({ fetch: answer, hasName: () => false, now: () => 0, patternOf })(server, check)
  }

  it("knows Cloudflare's answers from the origin's by status and server, and reads no body", async () => {
    const page = (status: number, server: string) => {
      let isCancelled = false
      const body = new ReadableStream(
        {
          pull: () => Promise.reject(new Error('read')),
          cancel: () => void (isCancelled = true),
        },
        { highWaterMark: 0 },
      )
      const response = new Response(body, { status, headers: { server, 'content-type': 'text/html' } })
      return { answer: async () => response, isCancelled: () => isCancelled }
    }
    const codes = {
      520: 'L7RSP',
      521: 'L4CON',
      522: 'L4TOUT',
      523: 'L4CON',
      524: 'L7TOUT',
      525: 'L6RSP',
      526: 'L6RSP',
      530: 'L4CON',
    }
    for (const [status, code] of Object.entries(codes)) {
      const { answer, isCancelled } = page(Number(status), 'cloudflare')
      expect(await ask(answer)).toMatchObject({ code })
      expect(isCancelled()).toBe(true)
    }
    expect((await ask(page(200, 'x').answer)).code).toBe('L7OK')
    expect(await ask(page(521, 'nginx').answer)).toMatchObject({ code: 'L7STS', status: 521 })
    expect((await ask(() => Promise.reject(new Error('lost')))).code).toBe('L4CON')
  })

  it('502 and 504 of Cloudflare fail a server behind a Tunnel, whatever status is expected', async () => {
    const answer = (status: number) => async () => new Response('bad', { status, headers: { server: 'cloudflare' } })
    const { server, check } = target({ expectStatus: '200-599' })
    const codeOf = async (via: 'tunnel' | null, status: number) =>
      (
        await createFetchCheck({ fetch: answer(status), hasName: () => false, now: () => 0, patternOf })(
          { ...server, via },
          check,
        )
      ).code
    expect([await codeOf('tunnel', 502), await codeOf('tunnel', 504)]).toEqual(['L7RSP', 'L7TOUT'])
    expect([await codeOf(null, 502), await codeOf(null, 504)]).toEqual(['L7OK', 'L7OK'])
  })

  it('sends what is configured, says who asks, and asks for another name only where it reaches the server', async () => {
    const calls: [string, unknown, unknown, unknown][] = []
    const asked = async (hasName: boolean, host: string) => {
      const told = target({ host, method: 'POST', uri: '/h', headers: { 'X-A': '1' }, body: 'ping' })
      const port = async (url: string, init: { method: string; headers: unknown }, resolveOverride?: string) => {
        calls.push([url, init.method, init.headers, resolveOverride])
        return new Response('ok')
      }
      await createFetchCheck({ fetch: port, hasName: () => hasName, now: () => 0, patternOf })(
        told.server,
        told.check,
        'UP',
      )
    }
    await asked(true, 'www.example')
    await asked(false, 'www.example')
    await asked(true, 's1.example')
    const headers = [
      ['X-A', '1'],
      ['User-Agent', 'limpet-check'],
      ['X-Haproxy-Server-State', 'UP'],
    ]
    expect(calls).toEqual([
      ['http://www.example:8080/h', 'POST', headers, 's1.example'],
      ['http://s1.example:8080/h', 'POST', headers, undefined],
      ['http://s1.example:8080/h', 'POST', headers, undefined],
    ])
  })
})
