// What each kind of rule counts, in frontends and backends, beside HAProxy with the same file and the same requests.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

import { expect, it, onTestFinished } from 'vitest'

import { exchange, spawnServe, temporaryDirectory, until } from '../e2e/harness.ts'
import { converse, parseCsv } from '../e2e/window.ts'
import type { Rows } from '../e2e/window.ts'
import { freePort } from '../free-ports.ts'

const REQUESTS = 3
const COUNTED = 'stot dreq dresp intercepted hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx'.split(' ')
/** HAProxy hangs up without an answer, Limpet answers with a 403. */
const SILENT = 'dreq dresp intercepted'.split(' ')

interface Kind {
  readonly lines: readonly string[]
  readonly columns: readonly string[]
  /** Not in a backend. */
  readonly isForFrontends?: boolean
}

const kind = (...lines: readonly string[]): Kind => ({ lines, columns: COUNTED })

const KINDS: Readonly<Record<string, Kind>> = {
  none: kind(),
  deny: kind('http-request deny if { path /x }'),
  'deny-200': kind('http-request deny deny_status 200 if { path /x }'),
  'deny-worded': kind('http-request deny status 429 content-type text/plain string "slow down" if { path /x }'),
  tarpit: kind('timeout tarpit 10ms', 'http-request tarpit if { path /x }'),
  return: kind('http-request return status 200 if { path /x }'),
  'return-403': kind('http-request return status 403 if { path /x }'),
  redirect: kind('http-request redirect location /y if { path /x }'),
  'redirect-line': kind('redirect location /y if { path /x }'),
  auth: kind('http-request auth if { path /x }'),
  page: kind('stats enable', 'stats uri /x'),
  monitor: { ...kind('monitor-uri /x'), isForFrontends: true },
  'response-deny': kind('http-response deny'),
  'response-return': kind('http-response return status 200'),
  'response-redirect': kind('http-response redirect location /z'),
  reject: { lines: ['http-request reject if { path /x }'], columns: SILENT },
  // HAProxy counts one of a backend for its frontend alone; here it is a rule of the backend like any other.
  content: {
    lines: ['tcp-request inspect-delay 1s', 'tcp-request content reject if { path /x }'],
    columns: SILENT,
    isForFrontends: true,
  },
}

const PROXIES = Object.entries(KINDS).flatMap(([name, { lines, columns, isForFrontends }]) => [
  { name: `f-${name}`, columns, ofFrontend: lines, ofBackend: [] },
  ...(isForFrontends ? [] : [{ name: `b-${name}`, columns, ofFrontend: [], ofBackend: lines }]),
])

it('is the same as in HAProxy', async () => {
  const origin = createServer((_, response) => response.end('ok')).listen(await freePort(), '127.0.0.1')
  onTestFinished(() => void origin.close().closeAllConnections())
  await once(origin, 'listening')
  const first = await freePort(PROXIES.length)
  const directory = temporaryDirectory()
  const countsOf = async (socket: string) => {
    for (let i = 0; i < PROXIES.length; i++) {
      for (let n = 0; n < REQUESTS; n++) await exchange(`http://127.0.0.1:${first + i}/x`).catch(() => undefined)
    }
    return settled(async () => countsIn(parseCsv(await converse(socket, 'show stat\n')).rows))
  }
  const { port } = origin.address() as AddressInfo
  const [theirSocket, ourSocket] = [join(directory, 'haproxy.sock'), join(directory, 'limpet.sock')]
  const haproxy = spawn('haproxy', ['-db', '-f', written(directory, 'haproxy', theirSocket, first, port)], {
    stdio: 'ignore',
  })
  onTestFinished(() => void haproxy.kill('SIGKILL'))
  await until(() =>
    exchange(`http://127.0.0.1:${first}/y`).then(
      () => true,
      () => false,
    ),
  )
  await converse(theirSocket, 'clear counters all\n')
  const theirs = await countsOf(theirSocket)
  const ended = once(haproxy, 'exit')
  haproxy.kill('SIGKILL')
  await ended
  await spawnServe([written(directory, 'limpet', ourSocket, first, port)]).listening(PROXIES.length)
  expect(await countsOf(ourSocket)).toEqual(theirs)
  expect(theirs['f-deny FRONTEND']).toMatchObject({ dreq: '3', intercepted: '0' })
})

function written(directory: string, name: string, socket: string, first: number, origin: number): string {
  const file = join(directory, `${name}.cfg`)
  const sections = PROXIES.flatMap(({ name: proxy, ofFrontend, ofBackend }, i) => [
    `frontend ${proxy}`,
    `bind 127.0.0.1:${first + i}`,
    ...ofFrontend,
    `default_backend ${proxy}-servers`,
    `backend ${proxy}-servers`,
    ...ofBackend,
    `server s 127.0.0.1:${origin}`,
  ])
  const head = `global\nstats socket ${socket} level admin\ndefaults\nmode http\n`
  const timeouts = ['connect', 'client', 'server'].map((each) => `timeout ${each} 5s`)
  writeFileSync(file, `${head}${[...timeouts, ...sections].join('\n')}\n`)
  return file
}

/** Once it stands still: HAProxy counts an answer after its client has it. */
async function settled<Value>(read: () => Promise<Value>): Promise<Value> {
  let last = await read()
  await until(async () => {
    await setTimeout(200)
    const before = last
    last = await read()
    return isDeepStrictEqual(last, before)
  })
  return last
}

/** Of each row, the columns that are compared. */
function countsIn(rows: Rows): Record<string, Record<string, string>> {
  const counts: Record<string, Record<string, string>> = {}
  for (const { name, columns } of PROXIES) {
    for (const row of [`${name}/FRONTEND`, `${name}-servers/BACKEND`, `${name}-servers/s`]) {
      const found = rows.get(row)
      counts[row.replace('/', ' ')] = Object.fromEntries(columns.map((column) => [column, found?.[column] || '0']))
    }
  }
  return counts
}
