// What deployments rest on, written out: a name that is changed here is changed under somebody. More may be added; a change of
// what stands here is a line in CHANGELOG.md that says how to keep the old behaviour. Nothing is imported to be compared with
// itself. What lies in storage is test/workerd/roll-back.test.ts's, what objects are called contract.test.ts's beside it, what the log
// says log.test.ts's.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'

import { createReleaseCommands } from '../../src/admin/release-commands.ts'
import { createListCommands } from '../../src/admin/list-commands.ts'
import { patternOf } from '../../src/pattern/compile.ts'
import * as tableCommands from '../../src/admin/table-commands.ts'
import { runCommands } from '../../src/admin/commands.ts'
import { metricsText } from '../../src/admin/metrics.ts'
import type { Operations } from '../../src/admin/operations.ts'
import { backendAlert, serverAlert } from '../../src/alert/message.ts'
import { frontConfig } from '../../src/cli/serve/front-config.ts'
import { keeperConfig } from '../../src/cli/serve/keeper-config.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import { createServerRegistry } from '../../src/health/server-registry.ts'
import { haproxyFormat } from '../../src/persistence/haproxy-format.ts'
import { createSealed, importCookieKeys } from '../../src/persistence/sealed.ts'
import { createKeyOf } from '../../src/persistence/table-key.ts'
import { opened } from '../../src/persistence/testing.ts'
import { stateOfWord } from '../../src/server/states.ts'
import { createTotal } from '../../src/stats/totals.ts'

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const words = (text: string) => text.trim().split(/\s+/)

const CONFIG: LimpetConfig = {
  frontends: [{ name: 'www', maxconn: 100, defaultBackend: 'app' }],
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' },
      stickTable: { type: 'string', size: 100 },
      check: true,
      servers: [
        { name: 's1', url: 'https://s1.example', maxconn: 10, maxqueue: 5 },
        { name: 's2', url: 'https://s2.example', backup: true },
      ],
    },
  ],
}
const config = configOrThrow(CONFIG, 'either')

function operations(): Operations {
  const registry = createServerRegistry(config, new Map(), 0)
  for (const key of registry.entries.keys()) registry.recordCheck(key, { code: 'L7OK', status: 200, durationMs: 1 }, 1)
  const now = { current: 1, queued: 0, rate: 1 }
  const total = { ...createTotal(), ...now, lastMs: 1 }
  const keys = ['frontend:www', 'backend:app', 'server:app/s1', 'server:app/s2']
  return {
    config,
    deployment: { name: null, version: '0.1.0', digest: '00000000' },
    now: () => 10_000,
    setAddress: async () => undefined,
    servers: async () => [...registry.entries.values()].map((entry) => registry.view(entry)),
    backends: async () => [{ backend: 'app', isDown: false, downs: 0, downtimeMs: 0, lastChangeMs: 0 }],
    counters: async () => ({ sinceMs: 0, isolates: [], totals: Object.fromEntries(keys.map((key) => [key, total])) }),
    clearCounters: async () => undefined,
    change: async () => undefined,
    events: async () => [],
    monitor: async () => ({ name: 'monitor', near: null, bornMs: 0, colo: null }),
    moveMonitor: async () => ({ to: 'monitor/1/weur' }),
    tables: async () => [{ name: 'app', config: config.backends[0]!.stickTable!, count: 0, entries: [], servers: {} }],
    storeEntry: async () => true,
    removeEntry: async () => true,
    setCounts: async () => true,
    tableCommands: async () => tableCommands,
    tableKey: async (_, key) => key,
    commands: {
      ...createListCommands({
        config,
        patternOf,
        differences: async () => '',
        change: async () => 'unknown',
        arrange: async () => ({ outcome: 'unknown', isChanged: false, versions: {} }),
      }),
      ...createReleaseCommands(),
    },
    releases: undefined,
  }
}
const say = async (line: string, level: 'admin' | 'user' = 'admin') =>
  runCommands(line, operations(), { who: 'ann', level }).then(({ text }) => text)

describe('wrangler.toml', () => {
  const read = (path: string) => parse(readFileSync(pathOf(path), 'utf8')) as Record<string, unknown>

  it.each(['../../wrangler.toml', '../workerd/release-0.1/wrangler.toml'])(
    '%s has these objects, in these migrations, and asks for one secret',
    (path) => {
      const { durable_objects, migrations, secrets, triggers } = read(path)
      expect(durable_objects).toEqual({
        bindings: [
          { name: 'MONITOR', class_name: 'Monitor' },
          { name: 'STICK_TABLE', class_name: 'StickTable' },
          { name: 'SLOTS', class_name: 'Slots' },
          { name: 'STATS', class_name: 'Stats' },
        ],
      })
      // Those that were deployed stay as they are; another is added behind them.
      expect((migrations as unknown[]).slice(0, 3)).toEqual([
        { tag: 'v1', new_sqlite_classes: ['Monitor'] },
        { tag: 'v2', new_sqlite_classes: ['StickTable'] },
        { tag: 'v3', new_sqlite_classes: ['Slots', 'Stats'] },
      ])
      expect(secrets).toEqual({ required: ['LIMPET_COOKIE_KEYS'] })
      expect(triggers).toEqual({ crons: ['* * * * *'] })
    },
  )
})

it('under serve objects lie where they always did, with the same bindings', () => {
  const common = {
    modules: ['worker.js'],
    generation: 1,
    sockets: {
      keeper: '/state/keeper.sock',
      keeperControl: '/state/keeper-control.sock',
      fronts: '/state/fronts.sock',
      mail: '/state/mail.sock',
      syslog: '/state/syslog.sock',
    },
    vars: {},
    secretNames: [],
  }
  const keeper = keeperConfig({ ...common, objectsDirectory: '/state/objects' })
  const statsSockets = [{ address: 'unix:/run/limpet.sock', port: 0, level: 'admin' as const }]
  const front = frontConfig({ ...common, config, listens: [], isolates: 2, statsSockets, certificatesIn: () => [] })
  for (const [className, uniqueKey] of [
    ['Monitor', 'limpet-monitor'],
    ['StickTable', 'limpet-stick-table'],
    ['Slots', 'limpet-slots'],
    ['Stats', 'limpet-stats'],
  ]) {
    for (const text of [keeper, front])
      expect(text).toContain(`(className = "${className}", uniqueKey = "${uniqueKey}", enableSql = true)`)
  }
  const everywhere = 'MONITOR STICK_TABLE SLOTS STATS LIMPET_SERVE LIMPET_MAIL'
  for (const binding of words(everywhere)) expect(keeper).toContain(`(name = "${binding}", `)
  for (const binding of words(`${everywhere} LIMPET_STATS_SOCKET server:app/s1 isolate:1`))
    expect(front).toContain(`(name = "${binding}", `)
})

describe('cookies', () => {
  const KEYS = 'the-key-of-a-deployment-1234567,the-key-before-it-1234567'
  const NONE = { lastS: null, firstS: null }
  const LAST = { lastS: 1_795_608_000, firstS: null }
  const BOTH = { lastS: 1_795_608_000, firstS: 1_795_600_000 }

  it.each([
    ['s1', NONE, 'EA6jwbtdM-Lf5rpcPPf90AdQVTcgy60dFg'],
    ['s2', NONE, 'EBAehexWLS_H5JJKYo3jTyMm4a1URTrKgg'],
    ['s1', LAST, 'EQ6jwbtdM-LfawbNwHj6xvWZ_saCrn459YazJHU'],
    ['s2', LAST, 'ERAehexWLS_HawbNwFLRrYmF0gXQg1Wlmn6wL3A'],
    ['s1', BOTH, 'Ew6jwbtdM-LfawbNwGsGroCwaV8yBSK6Ye0JNv8FrAr9'],
    ['s2', BOTH, 'ExAehexWLS_HawbNwGsGroDCNOi2ylVT4qjexcKt6pwA'],
  ])('sealed for %s with %j: %s', async (server, dates, value) => {
    const codec = await createSealed(await importCookieKeys(KEYS), 'app', 'SERVERID', ['s1', 's2'])
    expect(await opened(codec, value)).toEqual({ serverCookie: server, dates, format: 'sealed' })
    expect(await codec.encode(server, dates)).toBe(value)
  })

  it('sealed by the key before it are opened', async () => {
    const codec = await createSealed(await importCookieKeys(KEYS), 'app', 'SERVERID', ['s1', 's2'])
    expect(await opened(codec, 'EJVStxVnG4klm5j5c9tvUOR9WE1VLDM_yQ')).toMatchObject({ serverCookie: 's1' })
  })

  it('in HAProxy’s format are HAProxy’s', () => {
    const dates = { lastS: 1_795_217_064, firstS: 1_795_217_060 }
    expect(haproxyFormat.encode('s1', dates)).toBe('s1|awDWq|awDWp')
    expect(haproxyFormat.decode('s1|awDWq|awDWp')).toEqual({ serverCookie: 's1', dates, format: 'haproxy' })
  })
})

it('a key is kept in a stick table as this hash', async () => {
  const keyOf = createKeyOf({ type: 'string', lengthBytes: 32, hashKeys: true }, 'app')
  expect(await keyOf('k')).toBe('6TnipBmlZnn09VpB2MbaTw')
})

it('the operator’s window is at /.limpet', () => {
  expect(config.admin.path).toBe('/.limpet')
})

describe('commands', () => {
  it.each([
    'help',
    'show info',
    'show stat',
    'show servers state',
    'show backend',
    'show table',
    'show errors',
    'show sess',
    'show events',
    'show monitor',
    'move monitor weur',
    'move monitor home',
    'get weight app/s1',
    'set weight app/s1 3',
    'set server app/s1 state ready',
    'set server app/s1 state drain',
    'set server app/s1 state maint',
    'set server app/s1 health up',
    'set server app/s1 health stopping',
    'set server app/s1 health down',
    'set server app/s1 weight 50%',
    'enable server app/s1',
    'disable server app/s1',
    'set table app key k data.server_id 1',
    'clear table app key k',
    'clear table app data.server_id eq 1',
    'clear counters',
    'clear counters all',
  ])('there is: %s', async (line) => {
    expect(await say(line)).not.toMatch(/^Unknown|No such|expects|Require|usage|Optional/m)
  })

  // HAProxy 2.6's words; test/applications/window-peers.test.ts asks it again.
  it.each([
    ['set server app/none state ready', 'No such server.\n\n'],
    ['set server none/s1 state ready', 'No such backend.\n\n'],
    ['set server app state ready', "Require 'backend/server'.\n\n"],
    ['set server app/s1 state gone', "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n"],
    ['set server app/s1 health well', "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n\n"],
    ['set weight app/s1 300', 'Absolute weight can only be between 0 and 256 inclusive.\n\n'],
    ['set weight app/s1', 'Require <weight> or <weight%>.\n\n'],
    ['get weight app/s1', '1 (initial 1)\n\n'],
    ['show table none', 'No such table\n\n'],
    ['show stat none 1 1', 'No such proxy.\n\n'],
    ['show servers state none', "Can't find backend.\n\n"],
    ['show backend', '# name\napp\n\n'],
    ['show table', '# table: app, type: string, size:100, used:0\n\n'],
  ])('%s is answered: %j', async (line, answer) => {
    expect(await say(line)).toBe(answer)
  })

  it('a visitor who may only look is told so', async () => {
    expect(await say('disable server app/s1', 'user')).toBe('Permission denied\n\n')
  })

  it('`show stat` has HAProxy’s columns, in HAProxy’s order', async () => {
    const [header, ...rows] = (await say('show stat')).split('\n')
    expect(header).toMatch(/^# pxname,/)
    expect(header!.slice(2).split(',').slice(0, 93)).toEqual(
      words(`
        pxname svname qcur qmax scur smax slim stot bin bout dreq dresp ereq econ eresp wretr wredis status weight act bck
        chkfail chkdown lastchg downtime qlimit pid iid sid throttle lbtot tracked type rate rate_lim rate_max check_status
        check_code check_duration hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other hanafail req_rate req_rate_max
        req_tot cli_abrt srv_abrt comp_in comp_out comp_byp comp_rsp lastsess last_chk last_agt qtime ctime rtime ttime
        agent_status agent_code agent_duration check_desc agent_desc check_rise check_fall check_health agent_rise agent_fall
        agent_health addr cookie mode algo conn_rate conn_rate_max conn_tot intercepted dcon dses wrew connect reuse
        cache_lookups cache_hits srv_icur src_ilim qtime_max ctime_max rtime_max
      `),
    )
    expect(rows.map((row) => row.split(',').slice(0, 2).join('/')).slice(0, 4)).toEqual([
      'www/FRONTEND',
      'app/s1',
      'app/s2',
      'app/BACKEND',
    ])
  })
})

it('metrics have the names of HAProxy’s exporter, and of our own', async () => {
  const names = [...(await metricsText(operations())).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => match[1])
  const behind = words(`
    status current_sessions max_sessions sessions_total current_session_rate max_session_rate bytes_in_total bytes_out_total
    responses_denied_total http_responses_total connection_errors_total response_errors_total retry_warnings_total
    redispatch_warnings_total current_queue max_queue loadbalanced_total weight check_up_down_total check_last_change_seconds
    downtime_seconds_total queue_time_average_seconds response_time_average_seconds total_time_average_seconds
    last_session_seconds
  `)
  const before = words(`
    status current_sessions max_sessions limit_sessions sessions_total current_session_rate max_session_rate
    http_requests_total bytes_in_total bytes_out_total requests_denied_total responses_denied_total request_errors_total
    http_responses_total
  `)
  const own = words('failed_open table_calls cookie_valid cookie_none cookie_invalid cookie_down')
  expect(names).toEqual(
    expect.arrayContaining([
      ...before.map((name) => `haproxy_frontend_${name}`),
      ...[...behind, 'http_requests_total', 'requests_denied_total', 'active_servers', 'backup_servers'].map(
        (name) => `haproxy_backend_${name}`,
      ),
      ...[...behind, 'limit_sessions', 'check_failures_total', 'check_duration_seconds', 'check_code'].map(
        (name) => `haproxy_server_${name}`,
      ),
      ...own.map((name) => `limpet_backend_${name}_total`),
      'haproxy_process_uptime_seconds',
    ]),
  )
})

describe('alerts', () => {
  const change = { backend: 'app', server: 's1', isBackup: false, atMs: 0, active: 1, backup: 0 }
  const failed = { text: 'Layer4 connection problem', status: null, durationMs: 0 }
  const passed = { text: 'Layer7 check passed', status: 200, durationMs: 1 }

  it.each([
    [
      'UP',
      'DOWN',
      failed,
      'down',
      'Server app/s1 is DOWN, reason: Layer4 connection problem, check duration: 0ms. 1 active and 0 backup servers left.',
    ],
    [
      'DOWN',
      'UP',
      passed,
      'up',
      'Server app/s1 is UP, reason: Layer7 check passed, code: 200, check duration: 1ms. 1 active and 0 backup servers online.',
    ],
    ['UP', 'DRAIN', undefined, 'drain', 'Server app/s1 enters drain state. 1 active and 0 backup servers online.'],
    ['DRAIN', 'UP', undefined, 'ready', 'Server app/s1 is UP (leaving forced drain).'],
    [
      'UP',
      'MAINT',
      undefined,
      'maint',
      'Server app/s1 is going DOWN for maintenance. 1 active and 0 backup servers left.',
    ],
  ])('from %s to %s', (from, to, check, event, text) => {
    expect(serverAlert({ ...change, from: stateOfWord(from)!, to: stateOfWord(to)!, check })).toEqual({
      event,
      backend: 'app',
      server: 's1',
      atMs: 0,
      text,
    })
  })

  it('of a backend', () => {
    expect(backendAlert('app', 'empty', false, 0)).toMatchObject({
      event: 'empty',
      text: 'backend app has no server available!',
    })
    expect(backendAlert('app', 'back', false, 0).event).toBe('back')
  })
})
