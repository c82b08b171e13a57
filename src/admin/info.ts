// `show info`: HAProxy's fields, of which a Worker knows few. What it has none of is left out, as HAProxy leaves out what
// is not set.

import type { CountersView, Operations } from './operations.ts'
import { tagsOf } from './stat-format.ts'

interface Field {
  /** Its place in HAProxy's list. */
  readonly position: number
  readonly name: string
  readonly tags: string
  readonly type: 'str' | 'u32' | 'u64'
  readonly value: string | number
}

export function infoFields({ config }: Operations, counters: CountersView, nowMs: number): readonly Field[] {
  const uptimeS = Math.max(0, Math.floor((nowMs - counters.sinceMs) / 1000))
  const frontends = Object.entries(counters.totals).filter(([key]) => key.startsWith('frontend:'))
  const sum = (of: (total: (typeof frontends)[number][1]) => number) =>
    frontends.reduce((all, [, total]) => all + of(total), 0)
  const rate = sum((total) => total.rate)
  const fields: readonly [number, string, string, Field['type'], string | number][] = [
    [0, 'Name', 'POS', 'str', 'Limpet'],
    [1, 'Version', 'POS', 'str', VERSION],
    [3, 'Nbthread', 'CGS', 'u32', 1],
    [4, 'Nbproc', 'CGS', 'u32', Math.max(1, counters.isolates.length)],
    [5, 'Process_num', 'KGP', 'u32', 1],
    [7, 'Uptime', 'MDP', 'str', uptimeText(uptimeS)],
    [8, 'Uptime_sec', 'MDP', 'u32', uptimeS],
    [17, 'CurrConns', 'MGP', 'u32', sum((total) => total.current)],
    [18, 'CumConns', 'MCP', 'u32', sum((total) => total.counts.stot)],
    [19, 'CumReq', 'MCP', 'u32', sum((total) => total.counts.stot)],
    [26, 'ConnRate', 'MRP', 'u32', rate],
    [28, 'MaxConnRate', 'MMP', 'u32', sum((total) => total.rateMax)],
    [29, 'SessRate', 'MRP', 'u32', rate],
    [31, 'MaxSessRate', 'MRP', 'u32', sum((total) => total.rateMax)],
    [50, 'node', 'COS', 'str', 'limpet'],
    [52, 'Stopping', 'MGP', 'u32', 0],
    [55, 'Listeners', 'MGP', 'u32', config.frontends.length],
    [61, 'TotalBytesOut', 'MGP', 'u64', sum((total) => total.counts.bout)],
    [70, 'Start_time_sec', 'MDP', 'u32', Math.floor(counters.sinceMs / 1000)],
  ]
  return fields.map(([position, name, tags, type, value]) => ({ position, name, tags, type, value }))
}

export const VERSION = '0.1.0'

function uptimeText(seconds: number): string {
  const two = (value: number) => String(Math.floor(value) % 60).padStart(2, '0')
  return `${Math.floor(seconds / 86_400)}d ${Math.floor(seconds / 3600) % 24}h${two(seconds / 60)}m${two(seconds)}s`
}

export function infoText(fields: readonly Field[]): string {
  return fields.map(({ name, value }) => `${name}: ${value}\n`).join('')
}

export function infoTyped(fields: readonly Field[]): string {
  return fields
    .map(({ position, name, tags, type, value }) => `${position}.${name}.1:${tags}:${type}:${value}\n`)
    .join('')
}

export function infoJson(fields: readonly Field[]): string {
  return JSON.stringify(
    fields.map(({ position: pos, name, tags, type, value }) => ({
      field: { pos, name },
      processNum: 1,
      tags: tagsOf(tags),
      value: { type, value },
    })),
  )
}
