// The rows of `show stat`: what each kind shows, in each state.

import { describe, expect, it } from 'vitest'

import { readAgentLine } from '../health/agent.ts'
import { configOrThrow } from '../config/validate.ts'
import type { ServerRegistry } from '../health/server-registry.ts'
import type { BackendView } from '../health/backend-record.ts'
import { COLUMNS } from './columns.ts'
import type { CountersView } from './operations.ts'
import { findProxy, proxiesOf } from '../config/proxies.ts'
import { statRows } from './stat-rows.ts'
import type { StatRow } from './stat-rows.ts'
import { CONFIG, NOW_MS, scripted, total } from './testing.ts'

interface Seen {
  readonly happened?: (registry: ServerRegistry) => void
  readonly totals?: CountersView['totals']
  readonly backends?: readonly BackendView[]
}

/** Rows by name, such as `app/s1` and `app/BACKEND`. */
async function rowsOf({ happened, totals = {}, backends = [] }: Seen = {}): Promise<ReadonlyMap<string, StatRow>> {
  const { operations } = scripted(happened)
  const states = { servers: await operations.servers(), backends }
  const rows = statRows(CONFIG, states, { sinceMs: 0, isolates: [], totals }, NOW_MS)
  return new Map(rows.map((row) => [`${row.cells['pxname']}/${row.cells['svname']}`, row]))
}
const cellsOf = async (name: string, seen: Seen = {}) => (await rowsOf(seen)).get(name)!.cells

it('a frontend comes before its backend’s servers, and the backend after them, by numbers', async () => {
  const rows = [...(await rowsOf())].map(([name, { kind, proxyId, serverId, cells }]) => {
    expect([cells['iid'], cells['sid']]).toEqual([proxyId, serverId])
    return `${kind[0]}${cells['type']} ${name} ${proxyId}.${serverId}`
  })
  expect(rows).toEqual([
    'F0 www/FRONTEND 2.0',
    'F0 both/FRONTEND 3.0',
    'S2 both/a1 3.1',
    'S2 both/a2 3.2',
    'B1 both/BACKEND 3.0',
    'S2 app/s1 4.1',
    'S2 app/s2 4.2',
    'S2 app/b1 4.9',
    'B1 app/BACKEND 4.0',
  ])
})

it('proxies are found by name or number, one for a frontend and a backend of one name', () => {
  expect(proxiesOf(CONFIG).map(({ id, name }) => `${id} ${name}`)).toEqual(['2 www', '3 both', '4 app'])
  expect(findProxy(CONFIG, 'both')).toMatchObject({ id: 3, frontend: { name: 'both' }, backend: { name: 'both' } })
  expect(findProxy(CONFIG, '#4')).toMatchObject({ name: 'app', frontend: undefined })
  expect([findProxy(CONFIG, '4'), findProxy(CONFIG, '#1'), findProxy(CONFIG, '')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

it('each cell has a column', async () => {
  const names = new Set(COLUMNS.map(({ name }) => name))
  for (const { cells } of (await rowsOf()).values()) {
    expect(Object.keys(cells).filter((name) => !names.has(name))).toEqual([])
  }
})

it('a server that the Monitor does not know yet has no row', async () => {
  const servers = (await scripted().operations.servers()).filter(({ server }) => server !== 's1')
  const rows = statRows(CONFIG, { servers, backends: [] }, { sinceMs: 0, isolates: [], totals: {} }, NOW_MS)
  expect(rows.map(({ cells }) => cells['svname'])).not.toContain('s1')
  expect(rows).toHaveLength(8)
})

describe('a server', () => {
  it.each<[string, string, (registry: ServerRegistry) => void, object]>([
    ['that passes', 'app/s1', () => undefined, { status: 'UP 1/3', chkfail: 0, chkdown: 0, downtime: 0, lastchg: 100 }],
    [
      'that fails a first check',
      'app/s1',
      (registry) => registry.recordCheck('app/s1', { code: 'L7STS', status: 500, durationMs: 2.6 }, 60_000),
      { status: 'DOWN', chkfail: 1, chkdown: 1, downtime: 40, lastchg: 40, check_code: 500, check_duration: 3 },
    ],
    [
      'that came back',
      'app/s1',
      (registry) => {
        registry.setHealth('app/s1', 'down', 40_000)
        registry.setHealth('app/s1', 'up', 60_000)
      },
      { status: 'UP', chkdown: 1, downtime: 20, lastchg: 40, check_health: 4 },
    ],
    [
      'in maint',
      'app/s1',
      (registry) => registry.setState('app/s1', 'maint', 70_000),
      { status: 'MAINT', downtime: 30, lastchg: 30, chkdown: 0 },
    ],
    ['in drain', 'app/s2', () => undefined, { status: 'DRAIN 1/3', downtime: 0, weight: 20, uweight: 20 }],
    [
      'that asks to leave',
      'app/s1',
      (registry) => registry.setHealth('app/s1', 'stopping', 50_000),
      { status: 'NOLB', downtime: 0, lastchg: 50 },
    ],
    ['that is not checked', 'both/a1', () => undefined, { status: 'no check' }],
    [
      'that its agent, or the operator, drains',
      'both/a1',
      (registry) => registry.setState('both/a1', 'drain', 1),
      { status: 'DRAIN (agent)' },
    ],
    [
      'that its agent has taken down',
      'both/a1',
      (registry) => registry.recordAgent('both/a1', readAgentLine('down # disk', 3), 1),
      {
        status: 'DOWN (agent)',
        agent_status: 'L7STS',
        agent_code: 0,
        agent_duration: 3,
        agent_desc: 'Layer7 wrong status',
        last_agt: 'via agent : down (disk)',
        agent_rise: 1,
        agent_fall: 1,
        agent_health: 0,
      },
    ],
    [
      'whose agent has set its weight, and says nothing else',
      'both/a1',
      (registry) => registry.recordAgent('both/a1', readAgentLine('0%', 3), 1),
      { status: 'no check', weight: 0, agent_status: 'CHECKED', agent_desc: 'No status change', last_agt: '' },
    ],
    ['that tracks one that is up', 'both/a2', () => undefined, { status: 'UP 1/3', tracked: 'app/s1' }],
    [
      'that tracks one that is down',
      'both/a2',
      (registry) => registry.setHealth('app/s1', 'down', 1),
      { status: 'DOWN', tracked: 'app/s1' },
    ],
  ])('%s (%s)', async (_, name, happened, cells) => {
    expect(await cellsOf(name, { happened })).toMatchObject(cells)
  })

  it.each(['both/a1', 'both/a2'])('without checks of its own shows none (%s)', async (name) => {
    const cells = await cellsOf(name)
    const ofChecks = ['chkfail', 'chkdown', 'downtime', 'check_rise', 'check_fall', 'check_health', 'check_status']
    expect(ofChecks.filter((column) => column in cells)).toEqual([])
  })

  it('shows what was configured of it', async () => {
    const s1 = await cellsOf('app/s1')
    expect(s1).toMatchObject({
      slim: 7,
      qlimit: 5,
      weight: 10,
      act: 1,
      bck: 0,
      addr: 's1.example.com:443',
      cookie: 's1',
    })
    expect(s1).toMatchObject({ check_rise: 2, check_fall: 3, mode: 'http', type: 2, pid: 1 })
    const b1 = await cellsOf('app/b1')
    expect(b1).toMatchObject({ act: 0, bck: 1, sid: 9 })
    expect([b1['slim'], b1['qlimit'], b1['tracked']]).toEqual([undefined, undefined, undefined])
    expect((await cellsOf('app/s2'))['addr']).toBe('192.0.2.2:81')
  })

  it('shows the last check by code and in words, its status where there was one', async () => {
    const check = (code: 'L4CON' | 'L7OK', status: number | null) =>
      cellsOf('app/s1', {
        happened: (registry) => registry.recordCheck('app/s1', { code, status, durationMs: 1.4 }, 1),
      })
    expect(await check('L7OK', 200)).toMatchObject({
      check_status: 'L7OK',
      check_code: 200,
      check_duration: 1,
      check_desc: 'Layer7 check passed',
    })
    const refused = await check('L4CON', null)
    expect(refused).toMatchObject({ check_status: 'L4CON', check_desc: 'Layer4 connection problem' })
    expect(refused['check_code']).toBeUndefined()
  })
})

describe('a backend', () => {
  const up =
    (...keys: readonly string[]) =>
    (registry: ServerRegistry) => {
      for (const key of ['app/s1', 'app/s2', 'app/b1']) {
        registry.setState(key, 'ready', 1)
        if (!keys.includes(key)) registry.setHealth(key, 'down', 1)
      }
    }
  it.each<[string, (registry: ServerRegistry) => void, object]>([
    ['its active servers, when there are any', up('app/s1', 'app/s2', 'app/b1'), { act: 2, bck: 1, weight: 30 }],
    ['without those that are down', up('app/s2', 'app/b1'), { status: 'UP', act: 1, bck: 1, weight: 20 }],
    ['without those that drain', () => undefined, { status: 'UP', act: 1, bck: 1, weight: 10 }],
    ['its backups, when nobody else is left', up('app/b1'), { status: 'UP', act: 0, bck: 1, weight: 1 }],
    ['none', up(), { status: 'DOWN', act: 0, bck: 0, weight: 0 }],
  ])('counts %s', async (_, happened, cells) => {
    expect(await cellsOf('app/BACKEND', { happened })).toMatchObject({ ...cells, sid: 0, type: 1 })
  })

  it('shows how often and how long it was down, also until now', async () => {
    const record = { backend: 'app', downs: 2, downtimeMs: 5_000, lastChangeMs: 90_000 }
    const own = (isDown: boolean) => cellsOf('app/BACKEND', { backends: [{ ...record, isDown }] })
    expect(await own(false)).toMatchObject({ chkdown: 2, downtime: 5, lastchg: 10 })
    expect(await own(true)).toMatchObject({ chkdown: 2, downtime: 15, lastchg: 10 })
    // Of another backend it says nothing.
    expect(await cellsOf('both/BACKEND', { backends: [{ ...record, isDown: true }] })).toMatchObject({ downtime: 0 })
  })

  it('names its cookie and its policy', async () => {
    expect(await cellsOf('app/BACKEND')).toMatchObject({ cookie: 'SERVERID', algo: 'roundrobin' })
    const both = await cellsOf('both/BACKEND')
    expect([both['cookie'], both['algo']]).toEqual([undefined, 'leastconn'])
  })
})

describe('counters', () => {
  const COUNTED = total(
    { stot: 9, bin: 1, bout: 2, dreq: 3, dresp: 4, ereq: 5, econ: 6, eresp: 7, wretr: 8, wredis: 10, intercepted: 11 },
    { current: 12, queued: 13, rate: 14, smax: 15, qmax: 16, rateMax: 17, lastMs: 97_500 },
  )
  const COMMON = { scur: 12, smax: 15, stot: 9, bin: 1, bout: 2, dresp: 4, rate: 14, rate_max: 17 }
  const BEHIND = { qcur: 13, qmax: 16, econ: 6, eresp: 7, wretr: 8, wredis: 10, lastsess: 2, connect: 9, req_tot: 9 }

  it('of a frontend are its own', async () => {
    const cells = await cellsOf('www/FRONTEND', {
      totals: { 'frontend:www': COUNTED, 'backend:www': total({ stot: 1 }) },
    })
    expect(cells).toMatchObject({ ...COMMON, dreq: 3, ereq: 5, intercepted: 11, slim: 100, status: 'OPEN' })
    expect(cells).toMatchObject({ req_rate: 14, req_rate_max: 17, req_tot: 9, conn_rate: 14, conn_tot: 9 })
    expect(cells['econ']).toBeUndefined()
  })

  it('of a backend and of a server are theirs', async () => {
    const totals = { 'backend:app': COUNTED, 'server:app/s1': { ...COUNTED, current: 1 } }
    expect(await cellsOf('app/BACKEND', { totals })).toMatchObject({ ...COMMON, ...BEHIND, dreq: 3 })
    expect(await cellsOf('app/s1', { totals })).toMatchObject({ ...COMMON, ...BEHIND, scur: 1 })
    expect(await cellsOf('app/s2', { totals })).toMatchObject({ stot: 0, lastsess: -1 })
  })

  it('of answers are by class', async () => {
    const counts = { hrsp_1xx: 1, hrsp_2xx: 2, hrsp_3xx: 3, hrsp_4xx: 4, hrsp_5xx: 5, hrsp_other: 6 }
    const totals = { 'backend:app': total({ ...counts, lbtot: 7, cli_abrt: 8, srv_abrt: 9 }) }
    expect(await cellsOf('app/BACKEND', { totals })).toMatchObject({ ...counts, lbtot: 7, cli_abrt: 8, srv_abrt: 9 })
  })

  it('of time are averages of the requests that were timed', async () => {
    const times = { stot: 100, qtime: 10, rtime: 20, ttime: 31 }
    const timed = { 'server:app/s1': total({ ...times, timed: 4 }), 'server:app/s2': total(times) }
    expect(await cellsOf('app/s1', { totals: timed })).toMatchObject({ qtime: 3, rtime: 5, ttime: 8 })
    expect(await cellsOf('app/s2', { totals: timed })).toMatchObject({ qtime: 0, rtime: 0, ttime: 0 })
  })

  it('never count time backwards, whatever two clocks say', async () => {
    const totals = { 'server:app/s1': total({}, { lastMs: NOW_MS + 5_000 }) }
    const happened = (registry: ServerRegistry) => void registry.setHealth('app/s1', 'down', NOW_MS + 5_000)
    expect(await cellsOf('app/s1', { totals, happened })).toMatchObject({ lastsess: 0, lastchg: 0, downtime: 0 })
  })
})

it('a frontend without maxconn shows no limit', () => {
  const config = configOrThrow(
    { backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.com' }] }] },
    'either',
  )
  const [frontend] = statRows(config, { servers: [], backends: [] }, { sinceMs: 0, isolates: [], totals: {} }, 0)
  expect(frontend!.kind).toBe('Frontend')
  expect(frontend!.cells['slim']).toBeUndefined()
})
