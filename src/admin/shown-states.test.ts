// Every state that a server can be in, and what each of the operator's windows makes of it: admin state, counter of checks, a 404
// that asks to leave, slowstart, and the state of another that it tracks.

import { expect, it } from 'vitest'

import type { Config } from '../config/config.ts'
import { configOrThrow } from '../config/validate.ts'
import { createServerRegistry } from '../health/server-registry.ts'
import type { ServerRecord } from '../health/server-record.ts'
import { ADMIN_STATES, wordOf } from '../server/states.ts'
import type { AdminState } from '../server/states.ts'
import { runCommands } from './commands.ts'
import { metricsText } from './metrics.ts'
import { openWindow, scripted } from './testing.ts'

/** With rise 2 and fall 3: what the counter is, and whether the last check asked to leave. */
const CHECKS = {
  unchecked: [0, false],
  '0': [0, false],
  '1': [1, false],
  '2': [2, false],
  '3': [3, false],
  '4': [4, false],
  '0, left': [0, true],
  '1, left': [1, true],
  '2, left': [2, true],
  '3, left': [3, true],
  '4, left': [4, true],
  starting: [4, false],
} as const
type Checks = keyof typeof CHECKS

const url = 'https://s1.example.com'
const configOf = (checks: Checks): Config =>
  configOrThrow(
    {
      frontends: [{ name: 'www', defaultBackend: 'app' }],
      backends: [
        {
          name: 'app',
          check: checks === 'unchecked' ? false : { rise: 2, fall: 3 },
          servers: [{ name: 's1', url, ...(checks === 'starting' ? { slowstart: '10s' } : {}) }],
        },
        { name: 'ws', servers: [{ name: 't1', url, track: 'app/s1' }] },
      ],
    },
    'either',
  )

function recordOf(admin: AdminState, checks: Checks): ServerRecord {
  const [health, nolb] = CHECKS[checks]
  return {
    stateOverride: admin === 'ready' ? null : { value: admin, configured: 'ready' },
    weightOverride: null,
    health,
    nolb,
    ...(checks === 'starting' ? { cameUpMs: 5 } : {}),
    lastCheck: { code: 'L7OK', status: 200, durationMs: 1 },
    lastChangeMs: 0,
  }
}

interface Site {
  readonly config: Config
  readonly saved: ReadonlyMap<string, ServerRecord>
}

const siteOf = (admin: AdminState, checks: Checks, tracker: AdminState = 'ready'): Site => ({
  config: configOf(checks),
  saved: new Map([
    ['app/s1', recordOf(admin, checks)],
    ['ws/t1', recordOf(tracker, 'unchecked')],
  ]),
})

/** What is logged when it changes: the word that the change is from. */
function toldOf({ config, saved }: Site): string {
  const registry = createServerRegistry(config, saved, 100)
  const { admin } = registry.stateOf(registry.entries.get('app/s1')!)
  return wordOf(registry.setState('app/s1', admin === 'maint' ? 'ready' : 'maint', 200)!.from)
}

async function shownOf(site: Site, backend = 'app', server = 's1'): Promise<string> {
  const registry = createServerRegistry(site.config, site.saved, 100)
  const views = () => [...registry.entries.values()].map((entry) => registry.view(entry))
  const { operations } = scripted(undefined, { config: site.config, servers: async () => views() })
  const say = async (line: string) => (await runCommands(line, operations, { who: 'ann', level: 'admin' })).text
  const row = (text: string) => text.split('\n').find((line) => line.startsWith(`${backend},${server},`))
  const header = (await say('show stat')).split('\n')[0]!.split(',')
  const cells = row(await say('show stat'))!.split(',')
  const cell = (name: string) => cells[header.indexOf(name)]
  const states = (await say('show servers state')).split('\n').map((line) => line.split(' '))
  const [, , , , , operational, administrative] = states.find((each) => each[1] === backend && each[3] === server)!
  const metric = new RegExp(`haproxy_server_status\\{proxy="${backend}",server="${server}",state="(\\w+)"\\} 1`)
  const { ask } = openWindow({}, undefined, { config: site.config, servers: async () => views() })
  const page = (await ask('/stats')).text
  const className = new RegExp(`id="row-${backend}/${server}"[\\s\\S]*?<span class="state (\\w+)">([^<]*)</span>`).exec(
    page,
  )!
  expect(className[2]).toBe(cell('status'))
  const [up, noMaint] = await Promise.all(['up', 'no-maint'].map(async (flag) => row(await say(`show stat ${flag}`))))
  const [pageUp, pageNoMaint] = await Promise.all(
    ['up', 'no-maint'].map(async (suffix) => row((await ask(`/stats;csv;${suffix}`)).text)),
  )
  expect([pageUp !== undefined, pageNoMaint !== undefined]).toEqual([up !== undefined, noMaint !== undefined])
  const { admin, health } = registry.stateOf(registry.entries.get(`${backend}/${server}`)!)
  const view = views().find((each) => each.backend === backend)!
  return [
    `${admin} ${health}`,
    cell('status'),
    metric.exec(await metricsText(operations))![1],
    `.${className[1]}`,
    `${operational} ${administrative}`,
    `${up === undefined ? '-' : 'up'} ${noMaint === undefined ? '-' : 'no-maint'}`,
    view.isCandidate ? 'candidate' : '-',
    view.health,
    cell('downtime') || '-',
  ].join(' | ')
}

it('each state of a server is shown as it always was', async () => {
  const lines: string[] = []
  for (const admin of ADMIN_STATES) {
    for (const checks of Object.keys(CHECKS) as Checks[]) {
      const site = siteOf(admin, checks)
      lines.push(`${admin}, ${checks}: ${toldOf(site)} | ${await shownOf(site)}`)
    }
  }
  expect(lines).toEqual(SHOWN.trim().split('\n'))
})

it('a server that tracks another is shown with its checks, in the stricter of two admin states', async () => {
  const lines: string[] = []
  for (const tracker of ADMIN_STATES) {
    for (const admin of ADMIN_STATES) {
      for (const checks of ['unchecked', '1', '3', '3, left'] as const) {
        const site = siteOf(admin, checks, tracker)
        lines.push(`${tracker} tracks ${admin}, ${checks}: ${await shownOf(site, 'ws', 't1')}`)
      }
    }
  }
  expect(lines).toEqual(TRACKED.trim().split('\n'))
})

// in logs | state | status | metric | class | op_state admin_state | in show stat up, no-maint | new clients | health | downtime
const SHOWN = `
ready, 0: DOWN | ready down | DOWN | DOWN | .down | 0 0 | - no-maint | - | down | 100
ready, 1: DOWN | ready down | DOWN 1/2 | DOWN | .down | 0 0 | - no-maint | - | down | 100
ready, 2: UP | ready up | UP 1/3 | UP | .going | 2 0 | up no-maint | candidate | up | 0
ready, 3: UP | ready up | UP 2/3 | UP | .going | 2 0 | up no-maint | candidate | up | 0
ready, 4: UP | ready up | UP | UP | .up | 2 0 | up no-maint | candidate | up | 0
ready, unchecked: UP | ready up | no check | UP | .up | 2 0 | up no-maint | candidate | up | -
ready, 0, left: DOWN | ready down | DOWN | DOWN | .down | 0 0 | - no-maint | - | down | 100
ready, 1, left: DOWN | ready down | DOWN 1/2 | DOWN | .down | 0 0 | - no-maint | - | down | 100
ready, 2, left: NOLB | ready nolb | NOLB 1/3 | NOLB | .drain | 3 0 | up no-maint | - | up | 0
ready, 3, left: NOLB | ready nolb | NOLB 2/3 | NOLB | .drain | 3 0 | up no-maint | - | up | 0
ready, 4, left: NOLB | ready nolb | NOLB | NOLB | .drain | 3 0 | up no-maint | - | up | 0
ready, starting: UP | ready starting | UP | UP | .up | 2 0 | up no-maint | candidate | up | 0
drain, 0: DRAIN (DOWN) | drain down | DOWN | DOWN | .down | 0 8 | - no-maint | - | down | 100
drain, 1: DRAIN (DOWN) | drain down | DOWN 1/2 | DOWN | .down | 0 8 | - no-maint | - | down | 100
drain, 2: DRAIN | drain up | DRAIN 1/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | 0
drain, 3: DRAIN | drain up | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | 0
drain, 4: DRAIN | drain up | DRAIN | DRAIN | .drain | 2 8 | up no-maint | - | up | 0
drain, unchecked: DRAIN | drain up | DRAIN | DRAIN | .drain | 2 8 | up no-maint | - | up | -
drain, 0, left: DRAIN (DOWN) | drain down | DOWN | DOWN | .down | 0 8 | - no-maint | - | down | 100
drain, 1, left: DRAIN (DOWN) | drain down | DOWN 1/2 | DOWN | .down | 0 8 | - no-maint | - | down | 100
drain, 2, left: DRAIN | drain nolb | DRAIN 1/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | 0
drain, 3, left: DRAIN | drain nolb | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | 0
drain, 4, left: DRAIN | drain nolb | DRAIN | DRAIN | .drain | 2 8 | up no-maint | - | up | 0
drain, starting: DRAIN | drain starting | DRAIN | DRAIN | .drain | 2 8 | up no-maint | - | up | 0
maint, 0: MAINT (DOWN) | maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | 100
maint, 1: MAINT (DOWN) | maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | 100
maint, 2: MAINT | maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | 100
maint, 3: MAINT | maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | 100
maint, 4: MAINT | maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | 100
maint, unchecked: MAINT | maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint, 0, left: MAINT (DOWN) | maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | 100
maint, 1, left: MAINT (DOWN) | maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | 100
maint, 2, left: MAINT | maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | 100
maint, 3, left: MAINT | maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | 100
maint, 4, left: MAINT | maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | 100
maint, starting: MAINT | maint starting | MAINT | MAINT | .maint | 0 1 | - - | - | up | 100
`
const TRACKED = `
ready tracks ready, unchecked: ready up | no check | UP | .up | 2 0 | up no-maint | candidate | up | -
ready tracks ready, 1: ready down | DOWN 1/2 | DOWN | .down | 0 0 | - no-maint | - | down | -
ready tracks ready, 3: ready up | UP 2/3 | UP | .going | 2 0 | up no-maint | candidate | up | -
ready tracks ready, 3, left: ready nolb | NOLB 2/3 | NOLB | .drain | 3 0 | up no-maint | - | up | -
ready tracks drain, unchecked: drain up | DRAIN | DRAIN | .drain | 2 8 | up no-maint | - | up | -
ready tracks drain, 1: drain down | DOWN 1/2 | DOWN | .down | 0 8 | - no-maint | - | down | -
ready tracks drain, 3: drain up | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | -
ready tracks drain, 3, left: drain nolb | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | -
ready tracks maint, unchecked: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
ready tracks maint, 1: maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | -
ready tracks maint, 3: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
ready tracks maint, 3, left: maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
drain tracks ready, unchecked: drain up | DRAIN | DRAIN | .drain | 2 8 | up no-maint | - | up | -
drain tracks ready, 1: drain down | DOWN 1/2 | DOWN | .down | 0 8 | - no-maint | - | down | -
drain tracks ready, 3: drain up | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | -
drain tracks ready, 3, left: drain nolb | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | -
drain tracks drain, unchecked: drain up | DRAIN | DRAIN | .drain | 2 8 | up no-maint | - | up | -
drain tracks drain, 1: drain down | DOWN 1/2 | DOWN | .down | 0 8 | - no-maint | - | down | -
drain tracks drain, 3: drain up | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | -
drain tracks drain, 3, left: drain nolb | DRAIN 2/3 | DRAIN | .drain | 2 8 | up no-maint | - | up | -
drain tracks maint, unchecked: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
drain tracks maint, 1: maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | -
drain tracks maint, 3: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
drain tracks maint, 3, left: maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks ready, unchecked: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks ready, 1: maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | -
maint tracks ready, 3: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks ready, 3, left: maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks drain, unchecked: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks drain, 1: maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | -
maint tracks drain, 3: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks drain, 3, left: maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks maint, unchecked: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks maint, 1: maint down | MAINT | MAINT | .maint | 0 1 | - - | - | down | -
maint tracks maint, 3: maint up | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
maint tracks maint, 3, left: maint nolb | MAINT | MAINT | .maint | 0 1 | - - | - | up | -
`
