// `show stat`: one row for each frontend, server and backend, by column. What HAProxy counts and a Worker cannot know
// (connections, TLS, compression, caches) is 0, as in an HAProxy that has none of it.

import type { ServerView } from '../health/server-view.ts'
import type { Backend, Config, Server } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import { proxiesOf } from '../config/proxies.ts'
import { proxyKey } from '../config/keys.ts'
import type { ProxyKey } from '../config/keys.ts'
import { newBackendRecord } from '../health/backend-record.ts'
import type { BackendView } from '../health/backend-record.ts'
import { AGENT_TEXT } from '../health/agent.ts'
import { CHECK_TEXT } from '../health/check.ts'
import { COUNTER_ROWS } from '../stats/counters.ts'
import type { Kind } from '../stats/counters.ts'
import { viewedState } from '../health/server-view.ts'
import { isUnresolved } from '../server/configured-state.ts'
import { rightsOf, shownOf } from '../server/states.ts'
import type { Shown } from '../server/states.ts'
import { shownWord } from '../server/status.ts'
import { createCounts } from '../stats/tally.ts'
import type { TotalView } from '../stats/totals.ts'
import type { CountersView } from './operations.ts'

export type Cells = Readonly<Record<string, string | number>>

export interface StatRow {
  readonly kind: 'Frontend' | 'Backend' | 'Server'
  /** HAProxy counts its own proxy as the first. */
  readonly proxyId: number
  /** 0 for frontends and backends. */
  readonly serverId: number
  /** What its status says; a frontend that is open is up. */
  readonly shown: Shown
  /** Checks have begun to take it up or down. */
  readonly isTransitional: boolean
  readonly cells: Cells
}

/** What the Monitor knows. */
export interface States {
  readonly servers: readonly ServerView[]
  readonly backends: readonly BackendView[]
}

export function statRows(
  config: Config,
  { servers, backends }: States,
  counters: CountersView,
  nowMs: number,
): readonly StatRow[] {
  const total = (key: ProxyKey) => counters.totals[key] ?? NOTHING
  return proxiesOf(config).flatMap(({ id, name, frontend, backend }) => {
    const rows: StatRow[] = []
    if (frontend) {
      rows.push({
        kind: 'Frontend',
        proxyId: id,
        serverId: 0,
        shown: 'up',
        isTransitional: false,
        cells: frontendCells(frontend, id, total(proxyKey('frontend', name))),
      })
    }
    if (!backend) return rows
    const views = servers.filter((view) => view.backend === name)
    backend.servers.forEach((server) => {
      const view = views.find((each) => each.server === server.name)
      if (!view) return
      const cells = serverCells(server, view, total(proxyKey('server', name, server.name)), nowMs)
      rows.push({
        kind: 'Server',
        proxyId: id,
        serverId: server.id,
        shown: shownOf(viewedState(view)),
        isTransitional: view.isTransitional,
        cells: { ...cells, iid: id, sid: server.id },
      })
    })
    const shown = views.some(({ isCandidate }) => isCandidate) ? 'up' : 'down'
    rows.push({
      kind: 'Backend',
      proxyId: id,
      serverId: 0,
      shown,
      isTransitional: false,
      cells: {
        ...backendCells(
          backend,
          shown,
          views,
          backends.find((each) => each.backend === name),
          total(proxyKey('backend', name)),
          nowMs,
        ),
        iid: id,
      },
    })
    return rows
  })
}

/** Whether a list has a row that is asked for with `up` and `no-maint`, or with neither. */
export function isListed({ shown }: StatRow, flags: readonly string[]): boolean {
  if (shown === 'maint') return !flags.includes('up') && !flags.includes('no-maint')
  return shown !== 'down' || !flags.includes('up')
}

const NOTHING: TotalView = {
  counts: createCounts(),
  current: 0,
  queued: 0,
  rate: 0,
  smax: 0,
  qmax: 0,
  rateMax: 0,
  lastMs: 0,
}

/** Those of its counters. */
function counted(kind: Kind, { counts }: TotalView): Cells {
  const average = (sumMs: number) => (counts.timed === 0 ? 0 : Math.round(sumMs / counts.timed))
  const shown = COUNTER_ROWS.filter(([, { column, kinds }]) => column !== undefined && kinds.includes(kind))
  return Object.fromEntries(
    shown.map(([name, { isAverage }]) => [name, isAverage ? average(counts[name]) : counts[name]]),
  )
}

function common(kind: Kind, total: TotalView): Cells {
  const { counts, current, smax, rate, rateMax } = total
  return {
    ...counted(kind, total),
    scur: current,
    smax,
    pid: 1,
    rate,
    rate_max: rateMax,
    req_tot: counts.stot,
    mode: 'http',
    wrew: 0,
    eint: 0,
  }
}

function frontendCells({ name, maxconn }: Frontend, id: number, total: TotalView): Cells {
  const { counts, rate, rateMax } = total
  return {
    ...common('frontend', total),
    pxname: name,
    svname: 'FRONTEND',
    ...(maxconn === null ? {} : { slim: maxconn }),
    status: 'OPEN',
    iid: id,
    sid: 0,
    type: 0,
    rate_lim: 0,
    req_rate: rate,
    req_rate_max: rateMax,
    ...ZERO_COMPRESSION,
    conn_rate: rate,
    conn_rate_max: rateMax,
    conn_tot: counts.stot,
    dcon: 0,
    dses: 0,
    cache_lookups: 0,
    cache_hits: 0,
  }
}

const ZERO_COMPRESSION = { comp_in: 0, comp_out: 0, comp_byp: 0, comp_rsp: 0 }

/** For backends and servers: what waits, and the time since the last session. */
function behind({ counts, queued, qmax, lastMs }: TotalView, nowMs: number): Cells {
  return {
    qcur: queued,
    qmax,
    lastsess: lastMs === 0 ? -1 : seconds(nowMs - lastMs),
    ctime: 0,
    connect: counts.stot,
    reuse: 0,
    qtime_max: 0,
    ctime_max: 0,
    rtime_max: 0,
    ttime_max: 0,
  }
}

function serverCells(server: Server, view: ServerView, total: TotalView, nowMs: number): Cells {
  const { check, maxconn, maxqueue, track } = server
  const { lastCheck } = view
  const downtimeMs = view.downtimeMs + (rightsOf(viewedState(view)).servable ? 0 : nowMs - view.lastChangeMs)
  return {
    ...common('server', total),
    ...behind(total, nowMs),
    pxname: view.backend,
    svname: view.server,
    ...(maxconn === null ? {} : { slim: maxconn }),
    ...(maxqueue === null ? {} : { qlimit: maxqueue }),
    status: view.status,
    weight: view.weight,
    uweight: view.weight,
    act: server.backup ? 0 : 1,
    bck: server.backup ? 1 : 0,
    lastchg: seconds(nowMs - view.lastChangeMs),
    ...(track === null ? {} : { tracked: track }),
    type: 2,
    ...(check === null
      ? {}
      : {
          chkfail: view.checksFailed,
          chkdown: view.downs,
          downtime: seconds(downtimeMs),
          check_rise: check.rise,
          check_fall: check.fall,
          check_health: view.checkHealth,
        }),
    ...(lastCheck === null
      ? {}
      : {
          check_status: lastCheck.code,
          ...(lastCheck.status === null ? {} : { check_code: lastCheck.status }),
          check_duration: Math.round(lastCheck.durationMs),
          check_desc: CHECK_TEXT[lastCheck.code],
          last_chk: '',
        }),
    ...agentCells(view),
    addr: isUnresolved(server) ? '' : `${server.hostname}:${server.port}`,
    ...(server.cookie === null ? {} : { cookie: server.cookie }),
    srv_icur: 0,
    idle_conn_cur: 0,
    safe_conn_cur: 0,
    used_conn_cur: 0,
    need_conn_est: 0,
  }
}

/** HAProxy's agents take a server down, or up, by one answer. */
function agentCells({ agent }: ServerView): Cells {
  if (!agent?.result || agent.isOff) return {}
  const { code, said, durationMs } = agent.result
  return {
    agent_status: code,
    // An answer in HTTP has a code, an agent's has none.
    ...(code === 'L7OK' || code === 'L7STS' ? { agent_code: 0 } : {}),
    agent_duration: durationMs,
    agent_desc: AGENT_TEXT[code],
    last_agt: said,
    agent_rise: 1,
    agent_fall: 1,
    agent_health: agent.isDown ? 0 : 1,
  }
}

function backendCells(
  { name, cookie, balance }: Backend,
  shown: Shown,
  views: readonly ServerView[],
  own: BackendView | undefined,
  total: TotalView,
  nowMs: number,
): Cells {
  const usable = views.filter(({ isCandidate }) => isCandidate)
  const active = usable.filter(({ backup }) => !backup)
  // New clients go to backups only when no other server is left.
  const weights = (active.length > 0 ? active : usable).map(({ weight }) => weight)
  const weight = weights.reduce((sum, each) => sum + each, 0)
  const { isDown, downs, downtimeMs, lastChangeMs } = own ?? newBackendRecord(false, nowMs)
  return {
    ...common('backend', total),
    ...behind(total, nowMs),
    pxname: name,
    svname: 'BACKEND',
    slim: 0,
    status: shownWord(shown),
    weight,
    uweight: weight,
    act: active.length,
    bck: usable.length - active.length,
    chkdown: downs,
    lastchg: seconds(nowMs - lastChangeMs),
    downtime: seconds(downtimeMs + (isDown ? nowMs - lastChangeMs : 0)),
    sid: 0,
    type: 1,
    ...ZERO_COMPRESSION,
    ...(cookie === null ? {} : { cookie: cookie.name }),
    algo: balance.policy,
    cache_lookups: 0,
    cache_hits: 0,
    agg_server_status: 0,
    agg_server_check_status: 0,
    agg_check_status: 0,
  }
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000))
}
