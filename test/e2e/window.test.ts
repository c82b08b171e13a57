// The operator's window: commands over the Unix socket and over HTTP, metrics, the page's doors, counters that add up.

import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

import { describe, expect, it, onTestFinished } from 'vitest'

import { isAlive } from '../processes.ts'
import { CLI, exchange, startLimpet, startOrigins, temporaryDirectory, TOKEN, until, workerdPidOf } from './harness.ts'
import { converse, parseCsv, start } from './window.ts'

describe('commands', () => {
  it('changes are in force at once, kept with who made them, and several go by one line', async () => {
    const origins = await startOrigins(2)
    const { url, say } = await start('limpet', origins)
    expect(await say('disable server app/s1;set server app/s2 weight 9')).toBe('\n\n')
    for (let i = 0; i < 4; i++) {
      expect(JSON.parse((await exchange(`${url}/whoami`)).body)).toMatchObject({ name: 's2' })
    }
    const events = await say('show events')
    expect(events).toMatch(/app\/s1 UP -> MAINT \(set by the operator, by socket\)/)
    expect(events).toMatch(/app\/s2 weight 2 -> weight 9 \(set by the operator, by socket\)/)
    const state = await say('show servers state app')
    expect(state).toMatch(/^\d+ app 1 s1 127\.0\.0\.1 0 1 1 1 \d+ /m)
  })

  it('prompt keeps the connection, a lower level refuses', async () => {
    const { socket } = await start('limpet', await startOrigins(1))
    const answer = await converse(socket, 'prompt\nshow cli level\noperator\ndisable server app/s1\nquit\n')
    expect(answer).toBe('\n> admin\n\n> \n> Permission denied\n\n> ')
  })

  it('stick entries are shown, written, chosen and cleared', async () => {
    const { url, say } = await start('limpet', await startOrigins(2))
    await exchange(`${url}/whoami`, { headers: { cookie: 'sid=abc' } })
    expect(await say('show table')).toMatch(/^# table: app, type: string, size:100, used:1$/m)
    expect(await say('show table app key abc')).toMatch(
      /^0x\w+: key=\S+ use=0 exp=\d+ server_id=[12] server_key=s[12]$/m,
    )
    await say('set table app key other data.server_id 2')
    const { body } = await exchange(`${url}/whoami`, { headers: { cookie: 'sid=other' } })
    expect(JSON.parse(body)).toMatchObject({ name: 's2' })
    await say('clear table app data.server_id eq 2;clear table app')
    expect(await say('show table app')).toMatch(/used:0/)
  })
})

it('stick entries are written by the number of a server, which need not be its place', async () => {
  const origins = await startOrigins(2)
  const { url } = await startLimpet({
    backends: [
      {
        name: 'app',
        stickTable: { type: 'string', size: 10 },
        stick: [{ on: 'req.cook(sid)' }],
        servers: origins.map((origin, i) => ({ name: origin.name, url: origin.url, id: 2 - i })),
      },
    ],
  })
  const say = async (body: string) => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    return (await exchange(`${url}/.limpet/command`, { method: 'POST', headers, body })).body
  }
  expect(await say('set table app key one data.server_id 1')).toBe('\n')
  expect(await say('show table app data.server_id eq 1')).toMatch(/server_id=1 server_key=s2$/m)
  expect(JSON.parse((await exchange(`${url}/whoami`, { headers: { cookie: 'sid=one' } })).body)).toMatchObject({
    name: 's2',
  })
  expect(await say('set table app key one data.server_id 9')).toBe('Backend app has no server of this id\n\n')
})

describe('limpet ctl and the like', () => {
  it('say the same over HTTP', async () => {
    const origins = await startOrigins(2)
    const { url } = await startLimpet({
      backends: [{ name: 'app', servers: origins.map(({ name, url: own }) => ({ name, url: own })) }],
    })
    const limpet = async (...args: readonly string[]) =>
      (
        await promisify(execFile)(process.execPath, [CLI, ...args, '--url', url], {
          env: { ...process.env, LIMPET_ADMIN_TOKEN: TOKEN },
        })
      ).stdout
    await exchange(`${url}/whoami`)
    expect(await limpet('ctl', 'show stat')).toMatch(/^# pxname,svname/)
    expect(await limpet('show', 'stat')).toMatch(/^app +BACKEND +UP +2 +\d+ +1 /m)
    await limpet('disable', 'server', 'app/s1')
    expect(await limpet('events')).toMatch(/app\/s1 UP -> MAINT \(set by the operator, by admin\)|app\/s1 \S+ -> MAINT/)
    expect(await limpet('ctl', 'get weight app/s1')).toBe('1 (initial 1)\n')
    expect(await limpet('show', 'info')).toMatch(/^Name: Limpet$/m)
    const socket = join(temporaryDirectory(), 'remote.sock')
    const child = spawn(process.execPath, [CLI, 'socket', socket, '--url', url], {
      env: { ...process.env, LIMPET_ADMIN_TOKEN: TOKEN },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await until(() =>
      converse(socket, 'show backend\n').then(
        (answer) => answer === '# name\napp\n\n',
        () => false,
      ),
    )
  })

  it('say by their exit status whether they did it, and print JSON that parses where they are asked to', async () => {
    const origins = await startOrigins(1)
    const { url } = await startLimpet({
      backends: [
        {
          name: 'app',
          stickTable: { type: 'string', size: 10, expire: '10m', hashKeys: false },
          stick: [{ on: 'req.cook(sid)' }],
          servers: [{ name: 's1', url: origins[0]!.url }],
        },
      ],
    })
    await exchange(`${url}/whoami`, { headers: { cookie: 'sid=abc' } })
    const limpet = async (...args: readonly string[]) => {
      const child = spawn(process.execPath, [CLI, ...args, '--url', url], {
        env: { ...process.env, LIMPET_ADMIN_TOKEN: TOKEN },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [stdout, stderr, status] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise((resolve) => child.on('exit', resolve)),
      ])
      return { stdout, stderr, status }
    }
    for (const [args, words] of [
      [['disable', 'server', 'app/s9'], 'No such server.'],
      [['enable', 'server', 'app'], "Require 'backend/server'."],
      [['ctl', 'show stt'], "Unknown command: 'show stt'"],
      [['ctl', 'set weight app/s1 999'], 'between 0 and 256'],
      [['show', 'table', 'nope'], 'No such table'],
      [['show', 'table', 'nope', '--json'], 'No such table'],
      [['set', 'server', 'app/s1', 'state', 'drain', '--for', '99999999d'], 'at most 365d'],
    ] as const) {
      expect([args, await limpet(...args)]).toEqual([
        args,
        { status: 1, stdout: '', stderr: expect.stringContaining(words) },
      ])
    }
    const several = await limpet('ctl', 'get weight app/s1;show stt')
    expect([several.status, several.stdout.startsWith('1 (initial 1)\n')]).toEqual([1, true])

    const json = async (...args: readonly string[]) => {
      const { status, stdout } = await limpet(...args, '--json')
      return [status, JSON.parse(stdout)] as const
    }
    expect(await json('disable', 'server', 'app/s1')).toEqual([
      0,
      [{ command: 'disable server app/s1', isDone: true, answer: '' }],
    ])
    expect(await json('ctl', 'get weight app/s1;show stt')).toEqual([
      1,
      [
        { command: 'get weight app/s1', isDone: true, answer: '1 (initial 1)' },
        { command: 'show stt', isDone: false, answer: expect.stringContaining('Unknown command') },
      ],
    ])
    expect(await json('events')).toEqual([
      0,
      [expect.objectContaining({ server: 'app/s1', to: 'MAINT', who: 'admin', time: expect.stringMatching(/Z$/) })],
    ])
    expect(await json('show', 'table')).toEqual([0, [{ table: 'app', type: 'string', size: 10, used: 1 }]])
    const [status, table] = await json('show', 'table', 'app')
    const entry = { key: 'abc', server: 's1', serverId: 1, expiresMs: expect.any(Number) }
    expect([status, table]).toEqual([0, expect.objectContaining({ table: 'app', entries: [entry] })])
    // What is kept for longer is not shown as longer.
    expect((table as { entries: { expiresMs: number }[] }).entries[0]!.expiresMs).toBeLessThanOrEqual(600_000)
    for (const args of [
      ['show', 'info'],
      ['show', 'stat'],
      ['show', 'servers'],
    ]) {
      expect([args, (await json(...args))[0]]).toEqual([args, 0])
    }
  })

  it('metrics parse, under the names of HAProxy’s exporter', async () => {
    const origins = await startOrigins(1)
    const { url } = await startLimpet({ backends: [{ name: 'app', servers: [{ name: 's1', url: origins[0]!.url }] }] })
    await exchange(`${url}/whoami`)
    await exchange(`${url}/empty?code=404`)
    const { body } = await exchange(`${url}/.limpet/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    const sample = /^[a-z_]+\{proxy="[^"]*"(,[a-z]+="[^"]*")*\} -?\d+(\.\d+)?$|^haproxy_process_[a-z_]+ \d+$/
    const names = new Set<string>()
    for (const line of body.trim().split('\n')) {
      if (line.startsWith('#')) {
        expect(line).toMatch(/^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge))$/)
        if (line.startsWith('# TYPE')) {
          // One TYPE for each name, before its samples.
          expect(names).not.toContain(line.split(' ')[2])
          names.add(line.split(' ')[2]!)
        }
      } else {
        expect(line).toMatch(sample)
        expect(names).toContain(/^[a-z_]+/.exec(line)![0])
      }
    }
    expect(body).toContain('haproxy_server_status{proxy="app",server="s1",state="UP"} 1\n')
    expect(body).toContain('haproxy_backend_http_responses_total{proxy="app",code="4xx"} 1\n')
    expect(body).toContain('haproxy_frontend_http_requests_total{proxy="main"} 2\n')
  })
})

describe('the page', () => {
  const ann = { authorization: `Basic ${btoa('ann:secret')}` }

  it('is where the file has it, behind its password, as HAProxy’s', async () => {
    const origins = await startOrigins(1)
    const { statsUrl, url } = await start('limpet', origins)
    const closed = await exchange(statsUrl)
    expect([closed.status, closed.headers['www-authenticate']]).toEqual([401, 'Basic realm="HAProxy Statistics"'])
    const open = await exchange(statsUrl, { headers: ann })
    expect(open.status).toBe(200)
    expect(open.headers['content-security-policy']).toMatch(/default-src 'none'/)
    expect(open.body).toMatch(/<h2 id="px-app">app<\/h2>/)
    expect(parseCsv((await exchange(`${statsUrl};csv`, { headers: ann })).body).rows.get('app/s1')).toMatchObject({
      status: 'UP',
      // As over HTTP in HAProxy.
      addr: '',
    })
    expect(JSON.parse((await exchange(`${statsUrl};json`, { headers: ann })).body)).toHaveLength(5)
    // Another frontend's paths belong to its application.
    expect((await exchange(`${url}/numbers`, { headers: ann })).body).toMatch(/"visits"/)
  })

  it('changes servers by HAProxy’s form, and only for who came from it', async () => {
    const origins = await startOrigins(2)
    const { statsUrl, say } = await start('limpet', origins)
    const post = (body: string, more: Record<string, string> = {}) =>
      exchange(statsUrl, {
        method: 'POST',
        body,
        headers: { ...ann, 'content-type': 'application/x-www-form-urlencoded', ...more },
      })
    const outcome = async (body: string, more?: Record<string, string>) => {
      const { status, headers } = await post(body, more)
      expect(status).toBe(303)
      return headers.location
    }
    expect(await outcome('s=s1&action=drain&b=%233')).toBe('/numbers;st=DONE')
    expect(await say('show stat 3 4 1')).toMatch(/^app,s1,.*,DRAIN,/m)
    expect(await outcome('s=s1&s=nope&action=ready&b=app')).toBe('/numbers;st=PART')
    expect(await outcome('action=ready&b=app')).toBe('/numbers;st=NONE')
    expect(await outcome('s=s1&action=explode&b=app')).toBe('/numbers;st=ERRP')
    expect(await outcome('s=s1&action=maint&b=app', { origin: 'https://evil.example' })).toBe('/numbers;st=DENY')
    expect(await outcome('s=s1&action=maint&b=app', { referer: 'https://evil.example/x' })).toBe('/numbers;st=DENY')
    expect(await outcome('s=s1&action=maint&b=app', { 'sec-fetch-site': 'cross-site' })).toBe('/numbers;st=DENY')
    expect(await say('show stat 3 4 1')).toMatch(/^app,s1,.*,UP,/m)
    expect((await exchange(`${statsUrl};st=%3Cscript%3E`, { headers: ann })).body).not.toContain('<script>alert')
    expect((await post('s=s1&action=maint&b=app', { authorization: `Basic ${btoa('ann:wrong')}` })).status).toBe(401)
  })

  it('stops listening to who guesses', async () => {
    const { statsUrl } = await start('limpet', await startOrigins(1))
    const guess = async (password: string) =>
      (await exchange(statsUrl, { headers: { authorization: `Basic ${btoa(`ann:${password}`)}` } })).status
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) statuses.push(await guess(`guess-${i}`))
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429])
    expect(await guess('secret')).toBe(429)
  })

  it('nor to who guesses the token, but a right one is always taken', async () => {
    const origins = await startOrigins(1)
    const { url } = await startLimpet({ backends: [{ name: 'app', servers: [{ name: 's1', url: origins[0]!.url }] }] })
    const ask = async (token: string) =>
      (await exchange(`${url}/.limpet/servers`, { headers: { authorization: `Bearer ${token}` } })).status
    const statuses: number[] = []
    for (let i = 0; i < 11; i++) statuses.push(await ask(`guess-${i}`))
    expect(statuses).toEqual([...Array(10).fill(401), 429])
    expect(await ask(TOKEN)).toBe(200)
    expect(await ask('guess-11')).toBe(429)
  })

  it('does not exist without a secret: the path is the application’s', async () => {
    const origins = await startOrigins(1)
    const config = { backends: [{ name: 'app', servers: [{ name: 's1', url: origins[0]!.url }] }] }
    const { url } = await startLimpet(config, { environment: { LIMPET_ADMIN_TOKEN: '' } })
    for (const path of ['/.limpet/stats', '/.limpet/metrics', '/.limpet/command']) {
      expect((await exchange(url + path)).body).toMatch(/"visits"/)
    }
    const guarded = await startLimpet(config)
    for (const path of ['stats', 'stats;csv', 'metrics', 'servers']) {
      expect((await exchange(`${guarded.url}/.limpet/${path}`)).status).toBe(401)
    }
    expect((await exchange(`${guarded.url}/.limpet/command`, { method: 'POST', body: 'show stat' })).status).toBe(401)
    const { status } = await exchange(`${guarded.url}/.limpet/stats`, {
      headers: { authorization: `Basic ${btoa(`x:${TOKEN}`)}` },
    })
    expect(status).toBe(200)
  })
})

describe('counters', () => {
  it('are what the origins counted, over isolates and through a kill -9 of the process', async () => {
    const origins = await startOrigins(2)
    const state = temporaryDirectory()
    const config = {
      log: 'off' as const,
      backends: [{ name: 'app', servers: origins.map(({ name, url }) => ({ name, url })) }],
    }
    const total = async (url: string) => {
      const { body } = await exchange(`${url}/.limpet/stats;csv`, {
        headers: { authorization: `Basic ${btoa(`x:${TOKEN}`)}` },
      })
      const { rows } = parseCsv(body)
      return origins.map(({ name }) => Number(rows.get(`app/${name}`)?.['stot']))
    }
    // The question itself is a hit of this test's origins.
    const counted = async () => Promise.all(origins.map(async (origin) => (await origin.stats()).hits))
    const load = async (urls: readonly string[], count: number) => {
      for (let i = 0; i < count; i += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, j) => exchange(`${urls[(i + j) % urls.length]!}/whoami`)))
      }
    }
    const first = await startLimpet(config, { isolates: 4, state })
    await load(first.urls, 1_000)
    const before = await counted()
    await until(async () => String(await total(first.url)) === String(before.map((hits) => hits - 1)))
    const workerd = workerdPidOf(state)
    await first.kill()
    process.kill(workerd, 'SIGKILL')
    await until(() => !isAlive(workerd))
    const second = await startLimpet(config, { isolates: 4, state })
    await load(second.urls, 500)
    const after = await counted()
    await until(async () => String(await total(second.url)) === String(after.map((hits) => hits - 2)))
  })
})
