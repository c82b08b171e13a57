// `limpet serve` as a process: starts, says what is wrong, keeps its state, leaves nothing behind.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'

import { generate } from 'selfsigned'
import { describe, expect, it } from 'vitest'

import { freePort } from '../free-ports.ts'
import { descendantsOf, isAlive } from '../processes.ts'
import {
  CLI,
  Client,
  exchange,
  sessionOf,
  spawnServe,
  startLimpet,
  startOrigin,
  startOrigins,
  temporaryDirectory,
  until,
  workerdPidOf,
} from './harness.ts'
import type { Origin } from './harness.ts'

const configOf = (origins: readonly Origin[], more: object = {}) => ({
  backends: [
    { name: 'app', cookie: { name: 'SERVERID' }, servers: origins.map(({ name, url }) => ({ name, url })), ...more },
  ],
})

describe('starting', () => {
  it('with a broken configuration names every issue and exits with 1', async () => {
    const file = join(temporaryDirectory(), 'limpet.config.json')
    writeFileSync(
      file,
      JSON.stringify({ backends: [{ name: 'app', retries: -1, servers: [{ name: 's1', url: 'x' }] }] }),
    )
    const serving = spawnServe([file])
    expect(await serving.ended).toBe(1)
    expect(serving.stderr()).toContain(
      'limpet.config.json:1:38: error: app.retries: must be a whole number from 0 to 20 (found -1)',
    )
    expect(serving.stderr()).toContain('app/s1.url: must be a URL')
    expect(serving.stderr()).not.toContain('    at ')
  })

  it.each([
    [['no-such-file.ts'], 1, 'there is no such file'],
    [['--listen', 'nowhere'], 2, 'must be HOST:PORT'],
    [['--isolates', '0'], 2, 'must be a whole number from 1 to 64'],
    [['--log', 'xml'], 2, "'xml'"],
    [['--bogus'], 2, "unknown option '--bogus'"],
    [['--state', '/proc/nope'], 1, '--state /proc/nope: cannot be used: ENOENT'],
    [
      ['--socket', 'package.json', '--listen', '127.0.0.1:0'],
      1,
      'package.json: there is something that is not a socket',
    ],
  ])('with %j exits with %i and says what to do', async (args, status, message) => {
    const serving = spawnServe(args)
    expect(await serving.ended).toBe(status)
    expect(serving.stderr()).toContain(message)
    expect(serving.stderr()).not.toContain('    at ')
  })

  it('on an address in use says so and exits with 1', async () => {
    const origins = await startOrigins(1)
    const limpet = await startLimpet(configOf(origins))
    const file = join(temporaryDirectory(), 'limpet.config.json')
    writeFileSync(file, JSON.stringify(configOf(origins)))
    const second = spawnServe([file, '--listen', new URL(limpet.url).host])
    expect(await second.ended).toBe(1)
    expect(second.stderr()).toContain(`--listen: ${new URL(limpet.url).host} is in use: another process listens there`)
  })

  it('in front of itself is refused', async () => {
    const port = await freePort()
    const file = join(temporaryDirectory(), 'limpet.config.json')
    const servers = [{ name: 's1', url: `http://localhost:${port}` }]
    writeFileSync(file, JSON.stringify({ backends: [{ name: 'app', servers }] }))
    const serving = spawnServe([file, '--listen', `127.0.0.1:${port}`])
    expect(await serving.ended).toBe(1)
    expect(serving.stderr()).toContain('this balancer itself')
  })

  it('takes a TypeScript configuration that is a function of env, with [vars] beside it', async () => {
    const [origin] = await startOrigins(1)
    const directory = temporaryDirectory()
    const file = join(directory, 'limpet.config.ts')
    writeFileSync(
      file,
      `export default (env: { ORIGIN: string }) => ({ backends: [{ name: 'app', servers: [{ name: 's1', url: env.ORIGIN }] }] })`,
    )
    writeFileSync(join(directory, 'wrangler.toml'), `[vars]\nORIGIN = "${origin!.url}"\n`)
    const serving = spawnServe([file, '--listen', `127.0.0.1:${await freePort()}`])
    const [url] = await serving.listening(1)
    expect(sessionOf(await exchange(`${url}/`)).name).toBe('s1')
  })

  it("opens each frontend's bind, and a client cannot choose a frontend by Host", async () => {
    const [a, b] = await startOrigins(2)
    const [first, second] = [await freePort(), await freePort()]
    const limpet = await startLimpet({
      frontends: [
        { name: 'one', bind: `127.0.0.1:${first}`, defaultBackend: 'a' },
        { name: 'two', bind: [`127.0.0.1:${second}`], defaultBackend: 'b' },
      ],
      backends: [
        { ...configOf([a!]).backends[0]!, name: 'a' },
        { ...configOf([b!]).backends[0]!, name: 'b' },
      ],
    })
    await until(() => limpet.stderr().match(/^listening on/gm)?.length === 2)
    const nameAt = async (port: number, host: string) =>
      sessionOf(await exchange(`http://127.0.0.1:${port}/`, { headers: { host } })).name
    expect(await nameAt(first, `127.0.0.1:${second}`)).toBe('s1')
    expect(await nameAt(second, `127.0.0.1:${first}`)).toBe('s2')
    const echo = await exchange(`http://127.0.0.1:${second}/echo`, { headers: { host: 'x.example:1' } })
    expect(echo.body.toLowerCase()).toContain(`"x-forwarded-port","${second}"`)
  })
})

describe('a bind with TLS', () => {
  const fetchOver = async (url: string) => {
    const sent = httpsRequest(url, { rejectUnauthorized: false, agent: false })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const certificate = (response.socket as TLSSocket).getPeerCertificate()
    return {
      status: response.statusCode,
      setCookie: response.headers['set-cookie'],
      subject: certificate.subject.CN,
      body: await text(response),
    }
  }
  const withBind = (origin: Origin, bind: string) => ({
    frontends: [{ name: 'tls', bind, scheme: 'https' as const, defaultBackend: 'app' }],
    backends: [{ name: 'app', cookie: { name: 'SERVERID' }, servers: [{ name: 's1', url: origin.url }] }],
  })

  it('uses a throw-away certificate with --self-signed, and says so, when the file is not there', async () => {
    const origin = await startOrigin('s1')
    const file = join(temporaryDirectory(), 'none.pem')
    const port = await freePort()
    const limpet = await startLimpet(withBind(origin, `127.0.0.1:${port} ssl crt ${file}`), {
      arguments: ['--self-signed'],
    })
    expect(limpet.stderr()).toContain(`${file}: there is no such file; using a throw-away self-signed certificate`)
    expect(limpet.url).toBe(`https://127.0.0.1:${port}`)
    const answer = await fetchOver(`${limpet.url}/echo`)
    expect(answer).toMatchObject({ status: 200, subject: 'localhost' })
    expect(answer.setCookie![0]).toContain('; Secure')
    expect(answer.body).toContain('"x-forwarded-proto","https"')
  })

  it('uses the file, and refuses one without a key', async () => {
    const origin = await startOrigin('s1')
    const file = join(temporaryDirectory(), 'own.pem')
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'own.example' }], { keyType: 'rsa' })
    writeFileSync(file, cert + key)
    const port = await freePort()
    const limpet = await startLimpet(withBind(origin, `127.0.0.1:${port} ssl crt ${file}`))
    expect(await fetchOver(limpet.url)).toMatchObject({ status: 200, subject: 'own.example' })
    writeFileSync(file, cert)
    await expect(startLimpet(withBind(origin, `127.0.0.1:${await freePort()} ssl crt ${file}`))).rejects.toThrow(
      `${file}: must contain a certificate and its private key in PEM`,
    )
  })
})

describe('the state directory', () => {
  it('keeps keys with mode 0600, so that cookies outlive a restart and a kill', async () => {
    const origins = await startOrigins(3)
    const state = temporaryDirectory()
    let limpet = await startLimpet(configOf(origins), { state })
    const client = new Client()
    const { name } = sessionOf(await client.get(`${limpet.url}/`))
    expect(statSync(join(state, 'cookie-keys')).mode & 0o777).toBe(0o600)
    for (const file of readdirSync(state)) {
      // Who connects to a socket needs the right to write.
      const forbidden = file.endsWith('.sock') ? 0o022 : 0o077
      expect([file, statSync(join(state, file)).mode & forbidden]).toEqual([file, 0])
    }
    expect(await limpet.stop()).toBe(0)
    limpet = await startLimpet(configOf(origins), { state })
    for (let i = 0; i < 5; i++) {
      const session = sessionOf(await client.get(`${limpet.url}/`))
      expect([session.name, session.lost]).toEqual([name, false])
    }
  })

  it('is used by one at a time', async () => {
    const origins = await startOrigins(1)
    const state = temporaryDirectory()
    await startLimpet(configOf(origins), { state })
    await expect(startLimpet(configOf(origins), { state })).rejects.toThrow(/another limpet serve \(pid \d+\)/)
  })

  it('is free, as is the port, at once after the CLI was killed', async () => {
    const origins = await startOrigins(1)
    const state = temporaryDirectory()
    const port = await freePort()
    const file = join(temporaryDirectory(), 'limpet.config.json')
    writeFileSync(file, JSON.stringify(configOf(origins)))
    const first = spawnServe([file, '--listen', `127.0.0.1:${port}`], { state })
    await first.listening(1)
    const started = descendantsOf(first.pid)
    expect(started).toContain(workerdPidOf(state))
    await first.kill()
    const second = spawnServe([file, '--listen', `127.0.0.1:${port}`], { state })
    const [url] = await second.listening(1)
    expect(started.filter(isAlive)).toEqual([])
    expect((await exchange(`${url}/`)).status).toBe(200)
  })

  it('without --state is thrown away at the end', async () => {
    const origins = await startOrigins(1)
    const temporary = mkdtempSync(join(tmpdir(), 'limpet-tmpdir-'))
    const limpet = await startLimpet(configOf(origins), { environment: { TMPDIR: temporary } })
    const left = () => readdirSync(temporary).filter((name) => name.startsWith('limpet-'))
    expect(left()).toHaveLength(1)
    await limpet.stop()
    expect(left()).toEqual([])
  })
})

describe('stopping', () => {
  it('lets requests in progress finish and takes no new ones', async () => {
    const origins = await startOrigins(1)
    const tools = temporaryDirectory()
    const said = join(tools, 'said')
    writeFileSync(join(tools, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${said}\n`, { mode: 0o755 })
    const limpet = await startLimpet(configOf(origins), {
      environment: { PATH: `${tools}:${process.env['PATH']}`, NOTIFY_SOCKET: '/run/not-there' },
    })
    await until(() => existsSync(said))
    expect(limpet.stderr()).toMatch(/^at most \d+ open files, enough for \d+ requests in progress/m)
    const slow = exchange(`${limpet.url}/slow?ms=1500`)
    await until(async () => (await origins[0]!.stats()).hits >= 2)
    const stopped = limpet.stop()
    expect((await slow).body).toBe('slow')
    expect(await stopped).toBe(0)
    await expect(exchange(`${limpet.url}/`)).rejects.toThrow()
    // systemd was told.
    expect(readFileSync(said, 'utf8')).toBe('--ready\n--stopping\n')
  })

  it('while it starts leaves nothing behind', async () => {
    const file = join(temporaryDirectory(), 'limpet.config.json')
    writeFileSync(
      file,
      JSON.stringify({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://127.0.0.1:1' }] }] }),
    )
    const temporary = temporaryDirectory()
    const left = () => readdirSync(temporary).filter((name) => name.startsWith('limpet-'))
    const serving = spawnServe([file, '--listen', '127.0.0.1:0'], { environment: { TMPDIR: temporary } })
    await until(() => left().length > 0)
    expect(await serving.stop()).toBe(0)
    expect(left()).toEqual([])
  })

  it.each(['SIGKILL', 'SIGINT'] as const)('by %s leaves no process behind', async (signal) => {
    const origins = await startOrigins(1)
    const limpet = await startLimpet(configOf(origins), { arguments: ['--drain', '1'] })
    const started = descendantsOf(limpet.pid)
    expect(started.length).toBeGreaterThan(0)
    process.kill(limpet.pid, signal)
    await until(() => !started.some(isAlive), 10_000)
    await expect(exchange(`${limpet.url}/`)).rejects.toThrow()
  })

  it('by a terminal that is closed leaves no process behind, though SIGHUP alone is a reload', async () => {
    const origins = await startOrigins(1)
    const file = join(temporaryDirectory(), 'limpet.config.json')
    writeFileSync(file, JSON.stringify(configOf(origins)))
    const port = await freePort()
    const command = `${process.execPath} ${CLI} serve ${file} --listen 127.0.0.1:${port}`
    // Closed when this ends.
    const terminal = spawn('script', ['--quiet', '--command', `exec ${command}`, '/dev/null'], { stdio: 'pipe' })
    let said = ''
    terminal.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(() => said.includes('listening on'))
    const started = descendantsOf(terminal.pid!)
    process.kill(started[0]!, 'SIGHUP')
    await until(() => said.includes('reloaded'))
    expect((await exchange(`http://127.0.0.1:${port}/`)).status).toBe(200)
    terminal.kill('SIGKILL')
    await until(() => !started.some(isAlive), 20_000)
  })

  it('is bounded, though a WebSocket would stay open for ever', async () => {
    const origins = await startOrigins(1)
    const state = temporaryDirectory()
    const limpet = await startLimpet(configOf(origins), { state, arguments: ['--drain', '1'] })
    const { default: WebSocket } = await import('ws')
    const socket = new WebSocket(limpet.url.replace('http', 'ws'))
    await new Promise((resolve) => socket.on('open', resolve))
    const workerd = workerdPidOf(state)
    expect(await limpet.stop()).toBe(0)
    expect(isAlive(workerd)).toBe(false)
  })
})

describe('patterns of the configuration', () => {
  it('hold nobody up, whatever is asked for', async () => {
    const origins = await startOrigins(1)
    const limpet = await startLimpet(
      configOf(origins, {
        rules: [
          {
            if: { sample: 'path', match: 'reg', values: '^/shop/([a-z0-9]+-?)+\\.html$' },
            do: { deny: { status: 403 } },
          },
        ],
      }),
    )
    const startedMs = performance.now()
    const answers = await Promise.all([
      exchange(`${limpet.url}/shop/${'a'.repeat(33)}/`),
      exchange(`${limpet.url}/shop/${'a'.repeat(7000)}/`),
      exchange(`${limpet.url}/shop/red-shoes.html`),
      exchange(`${limpet.url}/`),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200])
    expect(performance.now() - startedMs).toBeLessThan(2000)
  })
})

describe('the admin API', () => {
  it('belongs to the application until a token is set', async () => {
    const origins = await startOrigins(1)
    const limpet = await startLimpet(configOf(origins), { environment: { LIMPET_ADMIN_TOKEN: '' } })
    expect(sessionOf(await exchange(`${limpet.url}/.limpet/servers`)).name).toBe('s1')
    expect(sessionOf(await exchange(`${limpet.url}/.limpet/servers/app/s1`, { method: 'PATCH' })).name).toBe('s1')
    expect(sessionOf(await exchange(`${limpet.url}/.limpet`)).name).toBe('s1')
  })

  it('needs its token, exactly, and never lets a request through to the application', async () => {
    const origins = await startOrigins(1)
    const limpet = await startLimpet(configOf(origins))
    const ask = (authorization: string | undefined, path = 'servers') =>
      exchange(`${limpet.url}/.limpet/${path}`, authorization === undefined ? {} : { headers: { authorization } })
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer wrong',
      'Bearer a-token-for-test',
      'Bearer a-token-for-testss',
      'Basic a-token-for-tests',
      'a-token-for-tests',
    ]) {
      const answer = await ask(authorization)
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="limpet"'])
    }
    expect((await ask('Bearer a-token-for-tests')).status).toBe(200)
    expect((await ask('Bearer a-token-for-tests', 'nothing')).status).toBe(404)
    // Paths are compared as they are understood, not as they are spelled.
    expect((await ask('Bearer a-token-for-tests', 'x/../servers')).status).toBe(200)
    expect((await ask(undefined, '../.limpet/servers')).status).toBe(401)
    expect((await ask(undefined, '../elsewhere')).status).toBe(200)
    expect((await origins[0]!.stats()).hits).toBe(2)
  })

  it.each([
    ['app/s1', '{"state":"down"}', 400, 'state must be ready, drain or maint'],
    ['app/s1', '{"weight":257}', 400, 'weight must be a whole number from 0 to 256'],
    ['app/s1', '{}', 400, 'nothing to change'],
    ['app/s1', 'no json', 400, ''],
    ['app/s1', '{"state":"maint","extra":1}', 400, ''],
    ['app/none', '{"state":"maint"}', 404, 'there is no server app/none'],
  ])('PATCH %s %s is %i', async (server, body, status, message) => {
    const origins = await startOrigins(1)
    const limpet = await startLimpet(configOf(origins))
    const headers = { authorization: 'Bearer a-token-for-tests' }
    const answer = await exchange(`${limpet.url}/.limpet/servers/${server}`, { method: 'PATCH', body, headers })
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(message)
    expect((await limpet.servers())[0]).toMatchObject({ state: 'ready', weight: 1 })
  })
})

it('a socket that is connected to and says nothing holds up nobody', async () => {
  const origins = await startOrigins(1)
  const limpet = await startLimpet(configOf(origins))
  const sockets = Array.from({ length: 50 }, () => connect(Number(new URL(limpet.url).port), '127.0.0.1'))
  expect((await exchange(`${limpet.url}/`)).status).toBe(200)
  for (const socket of sockets) socket.destroy()
})
