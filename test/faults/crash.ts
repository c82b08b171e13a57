// `kill -9` of what `limpet serve` consists of, under steady load (load.ts): a front, the keeper, the supervisor, which is started again at
// once, as systemd would. What fails, for how long, who loses a session, and whether anything is left behind.

import { setTimeout as pass } from 'node:timers/promises'

import { isAlive } from '../processes.ts'
import { emptyTally, startLoad, whatText } from './load.ts'
import { print, startLimpet, startOrigin } from './processes.ts'
import type { Limpet } from './processes.ts'

const BEFORE_MS = 1_000
/** It is over once nothing has failed for so long. */
const CALM_MS = 3_000
const AT_MOST_MS = 60_000

interface Crash {
  readonly what: string
  readonly workers: number
  /** Ends it, and returns the processes that must end with it. */
  readonly kill: (limpet: Limpet) => Promise<readonly number[]>
}

const one = (pid: number): readonly number[] => {
  process.kill(pid, 'SIGKILL')
  return [pid]
}

const CRASHES: readonly Crash[] = [
  { what: 'the only front', workers: 1, kill: async ({ fronts }) => one(fronts()[0]!) },
  { what: 'one of two fronts', workers: 2, kill: async ({ fronts }) => one(fronts()[0]!) },
  { what: 'the keeper', workers: 1, kill: async ({ keeper }) => one(keeper()) },
  {
    what: 'the supervisor',
    workers: 1,
    async kill({ pid, fronts, keeper, startAgain }) {
      const all = [...fronts(), keeper()]
      one(pid())
      await startAgain()
      return all
    },
  },
]

/** Exit status. */
export async function printCrash(): Promise<number> {
  const rows = [['kill -9 of', 'fronts', 'requests', 'failed', 'lost', 'failed until ms', 'slowest ms', 'left', 'what']]
  let status = 0
  for (const { what, workers, kill } of CRASHES) {
    const origins = await Promise.all(['s1', 's2'].map((name) => startOrigin(name)))
    const config = {
      log: 'off',
      frontends: [{ name: 'www', bind: '127.0.0.1:{port}', defaultBackend: 'app' }],
      backends: [
        {
          name: 'app',
          cookie: { name: 'SERVERID' },
          servers: origins.map(({ port }, i) => ({ name: `s${i + 1}`, url: `http://127.0.0.1:${port}` })),
        },
      ],
    }
    const limpet = await startLimpet('crash.json', JSON.stringify(config), { workers })
    try {
      const load = await startLoad(limpet.port)
      await pass(BEFORE_MS)
      const tally = emptyTally()
      load.countIn(tally)
      const killedMs = Date.now()
      const gone = await kill(limpet)
      const isOver = () => (tally.lastServedMs ?? 0) - (tally.lastFailedMs ?? killedMs) > CALM_MS
      while (!isOver() && Date.now() - killedMs < AT_MOST_MS) await pass(100)
      if (!isOver()) status = 1
      const left = gone.filter(isAlive).length
      await load.stop()
      const { requests, failed, lost, lastFailedMs, slowestMs } = tally
      if (lost > 0 || left > 0) status = 1
      const untilMs = lastFailedMs === undefined ? 0 : lastFailedMs - killedMs
      const figures = [requests, failed.new + failed.kept, lost, untilMs, slowestMs, left].map(String)
      rows.push([what, String(workers), ...figures, whatText(tally)])
    } finally {
      await limpet.stop()
      for (const origin of origins) origin.end()
    }
  }
  print(rows)
  return status
}
