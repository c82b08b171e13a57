// Asks for one name again and again, until it is stopped.

import type { Resolvers } from '../../../config/options/resolvers.ts'
import type { Answer, Ask } from './answer.ts'
import type { Known } from './resolution.ts'
import { afterAnswer, unasked } from './resolution.ts'

export interface Poll<Record> {
  readonly settings: Resolvers
  known: Known<Record>
  /** Resolves with the first answer, whatever it is. */
  readonly answered: Promise<void>
  stop(): void
}

export interface PollPorts<Record> {
  readonly settings: Resolvers
  /** Of the poll before it. */
  readonly known: Known<Record> | undefined
  ask(): Promise<Answer<Record>>
  keyOf(record: Record): string
  now(): number
  /** After each answer; the next question waits for it. */
  heard(): Promise<void> | void
}

export function startPoll<Record>({ settings, known, ask, keyOf, now, heard }: PollPorts<Record>): Poll<Record> {
  const first = Promise.withResolvers<void>()
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  const poll: Poll<Record> = {
    settings,
    known: known ?? unasked(now()),
    answered: first.promise,
    stop() {
      isStopped = true
      clearTimeout(timer)
      first.resolve()
    },
  }
  void run()
  return poll

  async function run(): Promise<void> {
    const startMs = now()
    const answer = await withRetries(ask, settings.resolveRetries)
    if (isStopped) return
    poll.known = afterAnswer(poll.known, answer, keyOf, settings.hold, now())
    first.resolve()
    await heard()
    if (isStopped) return
    timer = setTimeout(() => void run(), Math.max(0, startMs + settings.resolveMs - now()))
    // What it is for keeps the process running.
    timer.unref()
  }
}

/** Only silence is asked again. */
async function withRetries<Record>(ask: () => Promise<Answer<Record>>, times: number): Promise<Answer<Record>> {
  for (let i = 1; ; i++) {
    const answer = await ask()
    if (i >= times || !('failure' in answer) || answer.failure !== 'timeout') return answer
  }
}

/** Addresses of the family that is preferred, or else of the other one. */
export async function askBoth(ask: Ask, name: string, prefer: 'ipv4' | 'ipv6'): Promise<Answer<string>> {
  const [first, second] = prefer === 'ipv4' ? ([4, 6] as const) : ([6, 4] as const)
  const answer = await ask.addresses(name, first)
  return 'failure' in answer && answer.failure !== 'timeout' ? ask.addresses(name, second) : answer
}
