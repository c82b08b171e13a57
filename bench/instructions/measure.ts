// `npm run bench -- --instructions`: how many instructions of user space a request costs, counted by valgrind's callgrind. What else the
// machine does changes nothing, so two runs differ by about a hundredth, and by up to a twelfth
// where a cookie is sealed.

import { join } from 'node:path'

import { messageOf } from '../../src/errors.ts'
import { openConnection } from '../connection.ts'
import type { Connection } from '../connection.ts'
import { COOKIE } from '../clients.ts'
import { inTime } from '../in-time.ts'
import { directory, end } from '../processes.ts'
import { createCompared, createWorkerRows } from '../worker-variants.ts'
import type { WorkerVariant } from '../worker-variants.ts'
import {
  INSTRUCTIONS,
  MISSES,
  readCounts,
  saidByValgrind,
  startCounting,
  underCallgrind,
  zeroCounters,
} from './callgrind.ts'
import type { Event } from './callgrind.ts'
import { parseProfile } from './profile.ts'
import { functionsText, leastOf, tablesText } from './report.ts'
import type { Counted } from './report.ts'
import { chosenRows, rivalOf, rowOf } from './rows.ts'
import type { RowsAsked } from './rows.ts'

/** By then V8 has compiled what is hot; see docs/performance.md for what is left. */
export const WARM = 10_000
export const COUNT = 500
/** Of so many counts the least is taken: a collection of the whole heap comes in some and not in others, and is 3 to 7 % of one. */
const WINDOWS = 3
const CONNECTIONS = 4
/** The counts of one are the same whether or not another runs beside it. */
const AT_ONCE = 2
/** Of one request, on a machine that is very busy. */
const REQUEST_TIMEOUT_MS = 500
const SET_COOKIE = new RegExp(`\\r\\nset-cookie: *${COOKIE}=`, 'i')

export interface InstructionsAsked extends RowsAsked {
  /** A checkout. */
  readonly compare?: string | undefined
  /** Requests before those that are counted, and of each count: multiples of the connections. */
  readonly warm: number
  readonly count: number
  /** In place of instructions. */
  readonly misses?: boolean | undefined
}

export async function measureInstructions(
  origins: readonly string[],
  asked: InstructionsAsked,
  progress: (text: string) => void,
): Promise<string> {
  for (const [option, value] of [
    ['--warm', asked.warm],
    ['--count', asked.count],
  ] as const) {
    if (value >= CONNECTIONS && value % CONNECTIONS === 0) continue
    throw new Error(`${option} takes a multiple of ${CONNECTIONS}, one request for each connection at least`)
  }
  const event = asked.misses ? MISSES : INSTRUCTIONS
  const rows = await createRows(asked)
  const chosen = chosenRows(rows, asked)
  const counted = new Map<string, Counted>()
  const waiting = chosen.map(({ name }, i) => ({ name, place: join(directory, `callgrind-${i}`) }))
  const takeTurns = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { name, place } = next
      const variant = rowOf(await createRows(asked), name)
      try {
        counted.set(name, await countOne(variant, place, origins, event, asked))
      } catch (error) {
        const valgrind = saidByValgrind(place)
        const said = valgrind ? `; valgrind: ${valgrind}` : ''
        throw new Error(`${name}: ${messageOf(error)}${said}`, { cause: error })
      }
      progress(`${name}: counted, ${waiting.length} to begin`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, takeTurns))
  const tables = tablesText(event.name, chosen, counted)
  if (asked.functions === undefined) return tables
  const row = rowOf(rows, asked.functions)
  const rival = rivalOf(rows, row)
  return `${tables}\n\n${functionsText(event.name, row.name, rival.name, counted)}`
}

/** Made anew for each row: the dates in a cookie are of the time when it is made, and the rows before take minutes. */
function createRows({ compare }: InstructionsAsked): Promise<readonly [WorkerVariant, ...WorkerVariant[]]> {
  return compare === undefined ? createWorkerRows(false) : createCompared(compare)
}

async function countOne(
  variant: WorkerVariant,
  place: string,
  origins: readonly string[],
  event: Event,
  { warm, count }: InstructionsAsked,
): Promise<Counted> {
  const balancer = await variant.start(origins, underCallgrind(place, event))
  const pid = balancer.pids[0]!
  try {
    const connections: Connection[] = []
    for (let i = 0; i < CONNECTIONS; i++) {
      const requests = variant.requests.filter((_, n) => n % CONNECTIONS === i)
      connections.push(await openConnection(balancer, requests))
    }
    await ask(connections, warm, variant.setsCookie)
    await startCounting(pid)
    const windows: Counted[] = []
    for (let nth = 1; nth <= WINDOWS; nth++) {
      await zeroCounters(pid)
      await ask(connections, count, variant.setsCookie)
      windows.push({ requests: count, ...parseProfile(await readCounts(pid, place, nth), event.columns) })
    }
    return leastOf(windows)
  } finally {
    end(pid)
  }
}

/** Exactly so many requests. Throws if an answer has a cookie that it should not have, or has none: then the row is another one. */
async function ask(connections: readonly Connection[], requests: number, setsCookie: boolean): Promise<void> {
  const asking = connections.map(async (connection) => {
    let left = requests / connections.length
    let wrong = 0
    await connection.send((head) => {
      if (SET_COOKIE.test(head) !== setsCookie) wrong += 1
      left -= 1
      return left > 0 && wrong === 0 ? 'more' : 'enough'
    })
    if (wrong > 0) throw new Error(`answered ${setsCookie ? 'without' : 'with'} a new ${COOKIE} cookie`)
  })
  const limitMs = 60_000 + requests * REQUEST_TIMEOUT_MS
  await inTime(`${requests} requests under valgrind`, Promise.all(asking), limitMs)
}
