// The operator's window beside HAProxy's own: one haproxy.cfg, the same requests, `show stat` column by column; commands
// over the Unix socket and over HTTP; the page's doors.

import { execFile, spawn } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

import { describe, expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import {
  CLI,
  exchange,
  isAlive,
  spawnServe,
  startLimpet,
  startOrigins,
  temporaryDirectory,
  TOKEN,
  until,
  workerdPidOf,
} from './harness.ts'
import type { Origin } from './harness.ts'

type Peer = 'haproxy' | 'limpet'

interface Started {
  readonly url: string
  readonly statsUrl: string
  say(commands: string): Promise<string>
  readonly socket: string
}

async function start(peer: Peer, origins: readonly Origin[]): Promise<Started> {
  const directory = temporaryDirectory()
  const [port, statsPort] = [await freePort(), await freePort()]
  const socket = join(directory, 'admin.sock')
  const servers = origins.map(
    ({ name, port: own }, i) => `  server ${name} 127.0.0.1:${own} cookie ${name} check inter 200ms weight ${i + 1}`,
  )
  const cfg = `global
  stats socket ${socket} level admin
defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend www
  bind 127.0.0.1:${port}
  maxconn 500
  default_backend app
backend app
  balance roundrobin
  cookie SRV insert indirect
  option httpchk GET /health
  stick-table type string len 32 size 100 expire 1m
  stick on req.cook(sid)
${servers.join('\n')}
  server spare 127.0.0.1:${origins[0]!.port} backup
listen numbers
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /numbers
  stats auth ann:secret
  stats admin if TRUE
`
  const file = join(directory, 'window.cfg')
  writeFileSync(file, cfg)
  if (peer === 'limpet') {
    await spawnServe([file], { environment: { LIMPET_ADMIN_TOKEN: '' } }).listening(2)
  } else {
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
  }
  const say = (commands: string) => converse(socket, `${commands}\n`)
  await until(() =>
    say('show stat').then(
      (answer) => answer.split('L7OK').length > origins.length,
      () => false,
    ),
  )
  return { url: `http://127.0.0.1:${port}`, statsUrl: `http://127.0.0.1:${statsPort}/numbers`, say, socket }
}

async function converse(path: string, words: string): Promise<string> {
  const socket = connect(path)
  socket.write(words)
  return text(socket)
}

type Rows = ReadonlyMap<string, Readonly<Record<string, string>>>

function parseCsv(csv: string): { readonly header: string; readonly rows: Rows } {
  const [header = '', ...lines] = csv.trim().split('\n')
  const names = header.replace(/^# /, '').split(',')
  const rows = lines.map((line) => {
    const cells = line.split(',')
    return [`${cells[0]}/${cells[1]}`, Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']))] as const
  })
  return { header, rows: new Map(rows) }
}

/** Columns that both define, and that are the same for the same requests. */
const SAME =
  'pxname svname stot dreq dresp econ eresp wretr wredis status weight act bck chkfail chkdown lbtot type check_status check_code hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other req_tot check_desc check_rise check_fall check_health addr cookie mode algo uweight iid sid qcur'.split(
    ' ',
  )

async function drive({ url }: Started): Promise<void> {
  for (let i = 0; i < 12; i++) await exchange(`${url}/whoami`)
  for (const code of [301, 404, 404, 500]) await exchange(`${url}/empty?code=${code}`)
  for (let i = 0; i < 4; i++) await exchange(`${url}/whoami`, { headers: { cookie: 'SRV=s2' } })
}

describe('show stat', () => {
  it('counts the same as HAProxy for the same requests, column by column', async () => {
    const origins = await startOrigins(2)
    const haproxy = await start('haproxy', origins)
    await drive(haproxy)
    const theirs = parseCsv(await haproxy.say('show stat'))
    const limpet = await start('limpet', origins)
    await drive(limpet)
    const ours = parseCsv(await limpet.say('show stat'))
    expect(ours.header).toBe(theirs.header)
    const compared = ['www/FRONTEND', 'app/s1', 'app/s2', 'app/spare', 'app/BACKEND']
    for (const name of compared) {
      const pick = (rows: Rows) => Object.fromEntries(SAME.map((column) => [column, rows.get(name)?.[column]]))
      expect([name, pick(ours.rows)]).toEqual([name, pick(theirs.rows)])
    }
  })

  it('in JSON and typed has the fields of HAProxy’s, with their tags and types', async () => {
    const origins = await startOrigins(1)
    const [haproxy, limpet] = [await start('haproxy', origins), await start('limpet', origins)]
    type Cell = { objType: string; field: { pos: number; name: string }; tags: object; value: { type: string } }
    const shapes = (json: string) => {
      const cells = (JSON.parse(json) as Cell[][]).flat()
      return new Map(
        cells.map(({ objType, field, tags, value }) => [`${objType} ${field.name}`, { field, tags, type: value.type }]),
      )
    }
    const [theirs, ours] = [shapes(await haproxy.say('show stat json')), shapes(await limpet.say('show stat json'))]
    expect(ours.size).toBeGreaterThan(100)
    const both = [...ours.keys()].filter((name) => theirs.has(name))
    expect(both.map((name) => [name, ours.get(name)])).toEqual(both.map((name) => [name, theirs.get(name)]))
    const line = /^S\.\d+\.1\.7\.stot\.1:MCP:u64:\d+$/m
    expect(await haproxy.say('show stat typed')).toMatch(line)
    expect(await limpet.say('show stat typed')).toMatch(line)
  })
})

describe('commands', () => {
  it('answer in HAProxy’s words', async () => {
    const origins = await startOrigins(2)
    const [haproxy, limpet] = [await start('haproxy', origins), await start('limpet', origins)]
    const ours: string[] = []
    const theirs: string[] = []
    for (const command of [
      'disable server app',
      'disable server nope/s1',
      'disable server app/nope',
      'enable server',
      'set server app/s1 state foo',
      'set server app/s1 health foo',
      'set server app/s1 weight 300',
      'set server app/s1 weight abc',
      'set weight app/s1 -5%',
      'set weight app/s1',
      'set weight app/s2 50%',
      'get weight app/s2',
      'set server app/s2 weight 7',
      'get weight app/s2',
      'get weight app',
      'set server app/s1 state drain;get weight app/s1',
      'set server app/s1 state ready',
      'disable server app/s2;enable server app/s2',
      'show table',
      'show table nope',
      'show table app',
      'show table app foo',
      'show table app data.foo eq 1',
      'set table app key',
      'set table app key abc data.server_id 1',
      'clear table app key abc',
      'clear table',
      'clear counters',
      'clear counters all',
      'show stat 99 4 -1',
    ]) {
      ours.push(command, await limpet.say(command))
      theirs.push(command, await haproxy.say(command))
    }
    expect(ours).toEqual(theirs)
    expect(statSync(limpet.socket).mode & 0o777).toBe(0o600)
  })

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

describe('limpet ctl and its kin', () => {
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

  it('nor to who guesses the token', async () => {
    const origins = await startOrigins(1)
    const { url } = await startLimpet({ backends: [{ name: 'app', servers: [{ name: 's1', url: origins[0]!.url }] }] })
    const ask = async (token: string) =>
      (await exchange(`${url}/.limpet/servers`, { headers: { authorization: `Bearer ${token}` } })).status
    const statuses: number[] = []
    for (let i = 0; i < 11; i++) statuses.push(await ask(`guess-${i}`))
    expect(statuses).toEqual([...Array(10).fill(401), 429])
    expect(await ask(TOKEN)).toBe(429)
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

describe('--log httplog', () => {
  it('is the line of HAProxy’s option httplog, letter for letter but for times, ports and counts', async () => {
    const origins = await startOrigins(2)
    const line = (logged: string) =>
      logged
        .replaceAll(/127\.0\.0\.1:\d+/g, 'CLIENT')
        .replaceAll(/\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}\]/g, '[DATE]')
        // Ours are 0 where HAProxy counts connections, and Content-Length where it counts bytes.
        .replaceAll(/ -?\d+\/-?\d+\/-?\d+\/-?\d+\/\+?\d+ (\d{3}) \d+ - - /g, ' TIMES $1 BYTES - - ')
        .replaceAll(/ \d+\/\d+\/\d+\/\d+\/(\+?\d+) 0\/0 /g, ' COUNTS/$1 0/0 ')
    const directory = temporaryDirectory()
    const seen: string[][] = []
    for (const peer of ['haproxy', 'limpet'] as const) {
      const port = await freePort()
      const cfg = `global
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout connect 1s
  timeout client 10s
  timeout server 500ms
frontend www
  bind 127.0.0.1:${port}
  http-request deny if { path /deny }
  http-request redirect location /there if { path /away }
  http-request return status 200 if { path /own }
  use_backend none if { path /none }
  default_backend app
backend app
  balance roundrobin
  cookie SRV insert indirect
  server s1 127.0.0.1:${origins[0]!.port} cookie s1
  server s2 127.0.0.1:${origins[1]!.port} cookie s2
backend none
  server gone 127.0.0.1:${origins[0]!.port} disabled
`
      const file = join(directory, `${peer}.cfg`)
      writeFileSync(file, cfg)
      const url = `http://127.0.0.1:${port}`
      let output = ''
      const [command, args] =
        peer === 'haproxy'
          ? ['haproxy', ['-db', '-f', file]]
          : [process.execPath, [CLI, 'serve', file, '--log', 'httplog']]
      const child = spawn(command as string, args as string[], { stdio: ['ignore', 'pipe', 'ignore'] })
      onTestFinished(() => void child.kill('SIGTERM'))
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      await until(() =>
        exchange(`${url}/own`).then(
          () => true,
          () => false,
        ),
      )
      // Whole lines only; the first requests found out that it listens.
      const lines = () => output.split('\n').slice(0, -1)
      await until(() => lines().length > 0)
      const before = lines().length
      let asked = 0
      for (const [path, cookie] of [
        ['/whoami?a=b%20c'],
        ['/whoami', 'SRV=s2'],
        ['/whoami', 'SRV=forged'],
        ['/empty?code=404', 'SRV=s1'],
        ['/deny'],
        ['/away'],
        ['/own'],
        ['/none'],
        ['/slow?ms=2000', 'SRV=s1'],
      ] as const) {
        await exchange(url + path, cookie ? { headers: { cookie } } : {})
        asked += 1
        await until(() => lines().length >= before + asked)
      }
      seen.push(lines().slice(before).map(line))
    }
    expect(seen[1]).toEqual(seen[0])
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
