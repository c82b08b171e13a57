// The operator's window beside HAProxy's own: one haproxy.cfg, the same requests; `show stat` column by column, answers word
// by word, log lines letter by letter.

import { spawn } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { escapedKey } from '../../src/admin/escaped.ts'
import { CLI, exchange, startOrigins, temporaryDirectory, until } from '../e2e/harness.ts'
import { startMailServer } from '../e2e/mail-server.ts'
import { converse, parseCsv, start } from '../e2e/window.ts'
import type { Rows, Started } from '../e2e/window.ts'
import { freePort } from '../free-ports.ts'

/** Columns that both define, and that are the same for the same requests. */
const SAME =
  'pxname svname stot dreq dresp econ eresp wretr wredis status weight act bck chkfail chkdown lbtot type check_status check_code hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other req_tot check_desc check_rise check_fall check_health addr cookie mode algo uweight iid sid qcur'.split(
    ' ',
  )

/** What `show stat` says once it has counted them all: HAProxy counts an answer after its client has it. */
async function drive({ url, say }: Started) {
  for (let i = 0; i < 12; i++) await exchange(`${url}/whoami`)
  for (const code of [301, 404, 404, 500]) await exchange(`${url}/empty?code=${code}`)
  for (let i = 0; i < 4; i++) await exchange(`${url}/whoami`, { headers: { cookie: 'SRV=s2' } })
  let stat = parseCsv('')
  await until(async () => {
    stat = parseCsv(await say('show stat'))
    return ['www/FRONTEND', 'app/BACKEND'].every((name) => answersIn(stat.rows, name) >= 20)
  })
  return stat
}

function answersIn(rows: Rows, name: string): number {
  const row = Object.entries(rows.get(name) ?? {})
  return row.reduce((sum, [column, value]) => sum + (column.startsWith('hrsp_') ? Number(value) : 0), 0)
}

/** Nobody but HAProxy knows how many sessions it has; the origin's own words are not passed on. */
function sameOf(line: string): string {
  return line
    .replace(/, info: "[^"]*"/, '')
    .replace(/check duration: \d+ms/, 'check duration: 0ms')
    .replace(/ \d+ sessions .*$/, '')
}

describe('show stat', () => {
  it('counts the same as HAProxy for the same requests, column by column', async () => {
    const origins = await startOrigins(2)
    const theirs = await drive(await start('haproxy', origins))
    const ours = await drive(await start('limpet', origins))
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
    const described = /^S\.\d+\.1\.7\.stot\.1:MCP:u64:\d+:"[A-Z][^"]+"$/m
    expect(await haproxy.say('show stat typed desc')).toMatch(described)
    const ourLines = (await limpet.say('show stat typed desc')).trim().split('\n')
    expect(ourLines.filter((each) => !/:"[A-Z0-9][^"]+"$/.test(each))).toEqual([])
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
      'get weight app/#2',
      'get weight app/#9',
      'get weight #99/s1',
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
})

describe('show info', () => {
  it('has every field of HAProxy’s, in its order, with its tags and types, in each format', async () => {
    const origins = await startOrigins(1)
    const [haproxy, limpet] = [await start('haproxy', origins), await start('limpet', origins)]
    const fieldsOf = async (command: string, value: RegExp) => {
      const shape = (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line) => line.replace(value, ''))
      return [shape(await haproxy.say(command)), shape(await limpet.say(command))]
    }
    const [theirs, ours] = await fieldsOf('show info', /: .*$/)
    expect(ours).toEqual(theirs)
    expect(theirs!.length).toBeGreaterThan(60)
    const [theirTyped, ourTyped] = await fieldsOf('show info typed', /:[^:]*$/)
    expect(ourTyped).toEqual(theirTyped)
    const [theirDescribed, ourDescribed] = await fieldsOf('show info typed desc', /:[^:]*:"[^"]+"$/)
    expect(ourDescribed).toEqual(theirDescribed)
    type Item = { field: object; tags: object; value: { type: string } }
    const [theirItems, ourItems] = await Promise.all(
      [haproxy, limpet].map(async ({ say }) =>
        (JSON.parse(await say('show info json')) as Item[]).map(({ field, tags, value }) => ({
          field,
          tags,
          type: value.type,
        })),
      ),
    )
    expect(ourItems).toEqual(theirItems)
    expect(await limpet.say('show cli level')).toBe(await haproxy.say('show cli level'))
    const schema = JSON.parse(await limpet.say('show schema json')) as { oneOf: { title: string }[] }
    expect(schema.oneOf.map(({ title }) => title)).toEqual(['Info', 'Stat'])
  })

  it('is what hatop wants', async () => {
    const { socket } = await start('limpet', await startOrigins(1))
    const child = spawn('script', ['-qec', `stty rows 40 cols 140 && hatop -s ${socket}`, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm' },
    })
    // Its terminal goes with script, and hatop with its terminal.
    onTestFinished(() => void child.kill('SIGKILL'))
    let seen = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    // The screen draws its servers after its head; what it lacks, it says before it ends.
    await until(() => child.exitCode !== null || (seen.includes('Limpet') && seen.includes('spare')))
    expect(seen).toContain('spare')
    expect(seen).not.toMatch(/missing|Error|Traceback/)
    expect(child.exitCode).toBeNull()
  })
})

describe('show table', () => {
  // Limpet's keys are hashed unless a table says otherwise: what is compared is how one that is not would be written.
  it('writes keys that others chose as HAProxy does, so that none looks like another field', async () => {
    const { url, say } = await start('haproxy', await startOrigins(2))
    const sids = ['plain-1', 'a=b', 'a\\b', 'use=0', 'x|y{}', "it's"]
    for (const sid of sids) await exchange(`${url}/whoami`, { headers: { cookie: `sid=${sid}` } })
    const theirs = [...(await say('show table app')).matchAll(/ key=(.*) use=\d+ exp=/g)].map(([, key]) => key)
    expect(theirs.toSorted()).toEqual(sids.map(escapedKey).toSorted())
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
        .replaceAll(/ (-?\d+(?:\/-?\d+){3}\/\+?\d+) (\d{3}) \d+ /g, (_, times: string, status) => {
          const kinds = times.replaceAll(/-1|\d+/g, (time) => (time === '-1' ? 'never' : 'ms'))
          return ` ${kinds} ${status} BYTES `
        })
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
  capture cookie S len 12
  capture request header User-Agent len 12
  capture request header X-None len 5
  http-request capture req.hdr(x-a),lower len 3
  capture response header Content-Type len 10
  capture response header X-None len 10
  http-request deny if { path /deny }
  http-request redirect location /there if { path /away }
  http-request return status 200 if { path /own }
  use_backend none if { path /none }
  use_backend bare if { path /bare }
  default_backend app
backend app
  balance roundrobin
  cookie SRV insert indirect
  server s1 127.0.0.1:${origins[0]!.port} cookie s1
  server s2 127.0.0.1:${origins[1]!.port} cookie s2
backend bare
  cookie SRV insert indirect
  server s1 127.0.0.1:${origins[0]!.port}
backend none
  server gone 127.0.0.1:${origins[0]!.port} disabled
`
      const file = join(directory, `${peer}.cfg`)
      writeFileSync(file, cfg)
      const url = `http://127.0.0.1:${port}`
      let output = ''
      const [command, args] =
        peer === 'haproxy' ? ['haproxy', ['-db', '-f', file]] : [process.execPath, [CLI, 'serve', file]]
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
      for (const [path, cookie, headers] of [
        ['/whoami?a=b%20c'],
        ['/whoami', 'SRV=s2'],
        ['/whoami', 'SRV=forged'],
        ['/empty?code=404', 'SRV=s1'],
        ['/deny'],
        ['/away'],
        ['/own'],
        ['/none'],
        ['/slow?ms=2000', 'SRV=s1'],
        [
          '/whoami',
          'a=b; SESSION=0123456789; SESS=2; SRV=s2',
          { 'user-agent': 'a|b "{c}" # and more', 'x-a': 'ABCDE' },
        ],
        ['/cookies', 'SRV=s2', { 'x-none': 'here' }],
        ['/deny', 'SESS=1'],
        ['/bare'],
        ['/bare', 'SRV=s1'],
      ] as const) {
        await exchange(url + path, { headers: { ...(cookie ? { cookie } : {}), ...headers } })
        asked += 1
        await until(() => lines().length >= before + asked)
      }
      seen.push(lines().slice(before).map(line))
    }
    expect(seen[1]).toEqual(seen[0])
  })
})

describe('the log of what servers do', () => {
  it('has HAProxy’s sentences, whatever becomes of a server', async () => {
    const told: string[][] = []
    for (const peer of ['haproxy', 'limpet'] as const) {
      const [origin] = await startOrigins(1)
      const directory = temporaryDirectory()
      const file = join(directory, 'log.cfg')
      writeFileSync(
        file,
        `global
  stats socket ${directory}/s level admin
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option httpchk GET /health
  timeout connect 1s
  timeout check 30s
  timeout client 10s
  timeout server 10s
listen app
  bind 127.0.0.1:${await freePort()}
  server s1 127.0.0.1:${origin!.port} check inter 100 rise 1 fall 1
  server s2 127.0.0.1:${origin!.port}
`,
      )
      const [command, args] =
        peer === 'haproxy' ? ['haproxy', ['-db', '-f', file]] : [process.execPath, [CLI, 'serve', file]]
      const child = spawn(command as string, args as string[], { stdio: ['ignore', 'pipe', 'ignore'] })
      onTestFinished(() => void child.kill('SIGTERM'))
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      const say = (words: string) => converse(join(directory, 's'), `${words}\n`)
      await until(() =>
        say('show stat').then(
          (text) => text.includes('L7OK'),
          () => false,
        ),
      )
      const lines = () =>
        output
          .split('\n')
          .filter((line) => /^Server|^proxy/.test(line) && !line.includes('remains in forced drain mode'))
          .map(sameOf)
      const then = async (act: () => Promise<unknown>, count = 1) => {
        const before = lines().length
        await act()
        await until(() => lines().length >= before + count)
      }
      const state = (to: string) => () => say(`set server app/s1 state ${to}`)
      const health = (status: number) => () => origin!.setHealth(status)
      await then(health(500))
      await then(state('maint'))
      await health(200)()
      await then(state('ready'))
      await then(state('drain'))
      await then(health(500))
      await then(health(200))
      await then(health(500))
      await then(state('ready'))
      await then(state('drain'))
      await then(state('maint'))
      // It counts as up again, until its next check.
      await then(state('drain'), 2)
      await then(health(200))
      await then(state('ready'))
      await then(state('drain'))
      await then(state('maint'))
      await then(() => say('disable server app/s2'), 2)
      await then(() => say('enable server app/s2'))
      await then(state('ready'))
      told.push(lines())
    }
    expect(told[1]).toEqual(told[0])
    expect(told[0]).toHaveLength(20)
  })
})

describe('mails', () => {
  it('tell what HAProxy’s do, in its words', async () => {
    const mailsOf = async (peer: 'haproxy' | 'limpet') => {
      const origins = await startOrigins(2)
      const mta = await startMailServer()
      const { say } = await start(peer, origins, mta.address)
      const told = async (count: number, act: () => unknown) => {
        await act()
        await until(() => mta.received.length >= count)
      }
      await told(1, () => origins[0]!.setHealth(500))
      await told(2, () => origins[0]!.setHealth(200))
      await told(3, () => say('set server app/s2 state drain'))
      await say('set server app/s2 state ready')
      await say('set server app/s2 state maint')
      await say('set server app/s2 state ready')
      // What is said of s2 is over when s1 goes down: nothing else comes in between.
      await told(4, () => origins[0]!.setHealth(500))
      return mta.received
    }
    const [theirs, ours] = [await mailsOf('haproxy'), await mailsOf('limpet')]
    const shown = (mails: typeof theirs) =>
      mails.map(({ helo, from, to, subject, text }) => ({
        helo,
        from,
        to,
        subject: sameOf(subject).replace(/\.$/, ''),
        // Ours end with the deployment that they come from.
        text: sameOf(text.replace(/\nLimpet \S+ on .*, configuration \w+\s*$/, '').trim()),
      }))
    expect(shown(ours)).toEqual(shown(theirs))
    expect(ours).toHaveLength(4)
  })
})
