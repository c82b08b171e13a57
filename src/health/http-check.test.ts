import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/schema.ts'
import { createFetchCheck, createSocketThenFetchCheck } from './fetch-check.ts'
import { createHttpCheck } from './http-check.ts'
import type { Connection } from './http-check.ts'

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
  const result = await createHttpCheck({ connect: () => connection, now: () => 0 })(server, check)
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
  })

  it('expects the status it is told to', async () => {
    const picky = target({ expectStatus: '200,404', timeout: '50ms' })
    expect((await run({ answer: ['HTTP/1.1 404 x\r\n'] }, picky)).code).toBe('L7OK')
    expect((await run({ answer: ['HTTP/1.1 204 x\r\n'] }, picky)).code).toBe('L7STS')
  })
})

describe('a check by fetch', () => {
  const ask = (answer: () => Promise<Response>) => {
    const { server, check } = target()
    return createFetchCheck({ fetch: answer, now: () => 0 })(server, check)
  }

  it("knows Cloudflare's statuses from the origin's", async () => {
    const page = (status: number, server: string) => async () => new Response(null, { status, headers: { server } })
    expect((await ask(page(200, 'x'))).code).toBe('L7OK')
    expect((await ask(page(521, 'cloudflare'))).code).toBe('L4CON')
    expect((await ask(page(522, 'cloudflare'))).code).toBe('L4TOUT')
    expect((await ask(page(526, 'cloudflare'))).code).toBe('L6RSP')
    expect(await ask(page(521, 'nginx'))).toMatchObject({ code: 'L7STS', status: 521 })
    expect((await ask(() => Promise.reject(new Error('lost')))).code).toBe('L4CON')
  })

  it('decides when no socket can be opened, and is then asked alone', async () => {
    const { server, check } = target()
    const asked: string[] = []
    const prober = createSocketThenFetchCheck(
      async () => (asked.push('socket'), { code: 'L4CON', status: null, durationMs: 0 }),
      async () => (asked.push('fetch'), { code: 'L7OK', status: 200, durationMs: 0 }),
    )
    expect((await prober(server, check)).code).toBe('L7OK')
    expect((await prober(server, check)).code).toBe('L7OK')
    expect(asked).toEqual(['socket', 'fetch', 'fetch'])
  })
})
