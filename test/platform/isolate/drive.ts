// An isolate that asks itself, so that as many requests come in a second as a measurement wants and no client's machine is measured: the
// deployed bundle beside it, with the table's object in the first isolate.

import type { Env } from '../../../src/cloudflare/env.ts'
import type { Drive, Driven } from './driven.ts'
import worker, * as limpet from './limpet.js'

export class Monitor extends limpet.Monitor {}
export class StickTable extends limpet.StickTable {
  constructor(ctx: DurableObjectState, env: Env) {
    super(countingRows(ctx), env)
  }
}
export class Slots extends limpet.Slots {}
export class Stats extends limpet.Stats {}

const TICK_MS = 5
const MOST_LATE_MS = 15
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let calls = 0
let rows = 0
/** One for all requests of this isolate, as its own is. */
let surrounded: Env | undefined

export default {
  async fetch(request, env, ctx) {
    const { perSecond, seconds, startMs, farMs, client, clients } = await request.json<Drive>()
    let [sent, passed, lateMs] = [0, 0, 0]
    const [callsBefore, rowsBefore] = [calls, rows]
    const clientOf = (n: number) => (clients === undefined ? client : addressOf(n % clients))
    surrounded ??= counting(env, farMs)
    const table = surrounded
    const ask = async (n: number) => {
      const headers = { 'cf-connecting-ip': clientOf(n) }
      const response = await worker.fetch!(new Request('https://app.example.com/', { headers }) as never, table, ctx)
      if (response.status === 200) passed += 1
      await response.text()
    }
    const asked: Promise<void>[] = []
    await wait(startMs - Date.now())
    let lastMs = startMs
    for (;;) {
      const nowMs = Date.now()
      // A burst would be another measurement: nothing is made up for.
      lateMs += Math.max(0, nowMs - lastMs - MOST_LATE_MS)
      lastMs = nowMs
      const elapsedMs = nowMs - startMs - lateMs
      const due = Math.ceil((Math.min(elapsedMs, seconds * 1000) * perSecond) / 1000)
      for (; sent < due; sent++) asked.push(ask(sent))
      if (elapsedMs >= seconds * 1000) break
      await wait(TICK_MS)
    }
    await Promise.all(asked)
    return Response.json({ sent, passed, calls: calls - callsBefore, rows: rows - rowsBefore, lateMs } satisfies Driven)
  },
} satisfies ExportedHandler<Env>

function addressOf(n: number): string {
  return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
}

function countingRows(ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx
  const { setAlarm } = storage
  storage.setAlarm = async (at) => {
    rows += 1
    return setAlarm.call(storage, at)
  }
  const { sql } = storage
  const { exec } = sql
  sql.exec = ((...statement: Parameters<typeof exec>) => {
    const cursor = exec.apply(sql, statement)
    rows += cursor.rowsWritten
    return cursor
  }) as typeof exec
  return ctx
}

function counting(env: Env, farMs: number): Env {
  const namespace = env.STICK_TABLE as unknown as { getByName(name: string): Record<string, Call> }
  const STICK_TABLE = {
    getByName(name: string) {
      const stub = namespace.getByName(name)
      return {
        async counts(...given: readonly unknown[]) {
          calls += 1
          await wait(farMs)
          const answer = await stub['counts']!(...given)
          await wait(farMs)
          return answer
        },
      }
    },
  }
  return { ...env, STICK_TABLE: STICK_TABLE as unknown as NonNullable<Env['STICK_TABLE']> }
}

type Call = (...given: readonly unknown[]) => Promise<unknown>
