// Reloads under steady load (load.ts), behind Limpet and behind HAProxy (`-W`, SIGUSR2) with the same haproxy.cfg, and behind Limpet with a
// limpet.config.json in which servers are renamed. Each reload is a change of another kind.

import { setTimeout as pass } from 'node:timers/promises'

import { emptyTally, startLoad, whatText } from './load.ts'
import type { Tally } from './load.ts'
import { print, startHaproxy, startLimpet, startOrigin } from './processes.ts'
import type { Balancer } from './processes.ts'

const BETWEEN_MS = 300
const RELOADS = 20
/** A reload may fail so many requests of each kind of client. */
const ALLOWED = { new: 1, kept: 2 }

interface Shape {
  readonly weights: readonly number[]
  readonly bind?: string
  readonly section?: string
}

/** One after the other, and round again. The servers that clients are on stay. */
const CHANGES: readonly (readonly [string, Shape])[] = [
  ['nothing', { weights: [1, 1] }],
  ['server added', { weights: [1, 1, 1] }],
  ['server removed', { weights: [1, 1] }],
  ['weight', { weights: [3, 1] }],
  ['bind added', { weights: [3, 1], bind: '  bind 127.0.0.1:{other}\n' }],
  ['bind removed', { weights: [3, 1] }],
  ['frontend added', { weights: [3, 1], section: 'frontend more\n  bind 127.0.0.1:{other}\n  default_backend app\n' }],
  ['frontend removed', { weights: [3, 1] }],
]

function cfg(ports: readonly number[], { weights, bind = '', section = '' }: Shape): string {
  const servers = weights.map(
    (weight, i) => `  server s${i + 1} 127.0.0.1:${ports[i]} cookie s${i + 1} weight ${weight}\n`,
  )
  return `defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 5s
frontend www
  bind 127.0.0.1:{port}
${bind}  default_backend app
${section}backend app
  balance roundrobin
  cookie SERVERID insert indirect nocache
${servers.join('')}`
}

/** `formerly`: what they were called before. */
function json(ports: readonly number[], prefix: string, formerly: string): string {
  const servers = ports.slice(0, 2).map((port, i) => ({
    name: `${prefix}${i + 1}`,
    formerly: [`${formerly}${i + 1}`],
    url: `http://127.0.0.1:${port}`,
  }))
  return JSON.stringify({
    log: 'off',
    frontends: [{ name: 'www', bind: '127.0.0.1:{port}', defaultBackend: 'app' }],
    backends: [{ name: 'app', cookie: { name: 'SERVERID' }, servers }],
  })
}

interface Run {
  readonly name: string
  readonly start: (config: string) => Promise<Balancer>
  /** By kind of change. */
  readonly configs: (ports: readonly number[]) => readonly (readonly [string, string])[]
}

const byCfg: Run['configs'] = (ports) => CHANGES.map(([kind, shape]) => [kind, cfg(ports, shape)])

const RUNS: readonly Run[] = [
  { name: 'limpet', start: (config) => startLimpet('reload.cfg', config), configs: byCfg },
  {
    name: 'limpet, json',
    start: (config) => startLimpet('reload.json', config),
    configs: (ports) => [
      ['servers renamed', json(ports, 'web', 's')],
      ['servers renamed', json(ports, 's', 'web')],
    ],
  },
  { name: 'haproxy', start: (config) => startHaproxy('reload.cfg', config), configs: byCfg },
]

async function reloads(run: Run, times: number): Promise<ReadonlyMap<string, Tally & { reloads: number }>> {
  const origins = await Promise.all(['s1', 's2', 's3'].map((each) => startOrigin(each)))
  const configs = run.configs(origins.map(({ port }) => port))
  const balancer = await run.start(configs.at(-1)![1])
  const tallies = new Map(configs.map(([kind]) => [kind, { ...emptyTally(), reloads: 0 }]))
  try {
    const load = await startLoad(balancer.port)
    await pass(BETWEEN_MS)
    for (let i = 0; i < times; i++) {
      const [kind, config] = configs[i % configs.length]!
      const tally = tallies.get(kind)!
      tally.reloads += 1
      load.countIn(tally)
      await balancer.reload(config)
      await pass(BETWEEN_MS)
    }
    await load.stop()
    return tallies
  } finally {
    await balancer.stop()
    for (const origin of origins) origin.end()
  }
}

function isBad({ reloads: times, failed, lost, what }: Tally & { reloads: number }): boolean {
  const isWithin = [...what.keys()].some((kind) => !kind.includes('before the answer'))
  return lost > 0 || isWithin || failed.new > ALLOWED.new * times || failed.kept > ALLOWED.kept * times
}

function sumOf(tallies: readonly (Tally & { reloads: number })[]): Tally & { reloads: number } {
  const sum = { ...emptyTally(), reloads: 0 }
  for (const { reloads: times, requests, failed, what, lost, slowestMs } of tallies) {
    sum.reloads += times
    sum.requests += requests
    sum.failed.new += failed.new
    sum.failed.kept += failed.kept
    sum.lost += lost
    sum.slowestMs = Math.max(sum.slowestMs, slowestMs)
    for (const [kind, count] of what) sum.what.set(kind, (sum.what.get(kind) ?? 0) + count)
  }
  return sum
}

/** `times`: reloads of each balancer. Exit status. */
export async function printReload(times = RELOADS): Promise<number> {
  const head = [
    'balancer',
    'change',
    'reloads',
    'requests',
    'failed, new',
    'failed, kept',
    'lost',
    'slowest ms',
    'what',
  ]
  let status = 0
  for (const run of RUNS) {
    const tallies = await reloads(run, times)
    const rows = [head]
    const all = sumOf([...tallies.values()])
    if (run.name !== 'haproxy' && isBad(all)) status = 1
    for (const [kind, tally] of [...tallies, ['all', all] as const]) {
      const { reloads: own, requests, failed, lost, slowestMs } = tally
      const figures = [own, requests, failed.new, failed.kept, lost, slowestMs].map(String)
      rows.push([run.name, kind, ...figures, whatText(tally)])
    }
    print(rows)
  }
  return status
}
