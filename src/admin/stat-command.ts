// The command `show stat`: which rows it lists, and in which form. The rows' columns are stat-rows.ts's.

import { findProxy } from '../config/proxies.ts'
import { problem } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Operations } from './operations.ts'
import { toCsv, toJson, toTyped } from './stat-format.ts'
import { isListed, statRows } from './stat-rows.ts'
import type { StatRow } from './stat-rows.ts'

export async function allRows(operations: Operations): Promise<readonly StatRow[]> {
  const [servers, backends, counters] = await Promise.all([
    operations.servers(),
    operations.backends(),
    operations.counters(),
  ])
  return statRows(operations.config, { servers, backends }, counters, operations.now())
}

const KIND_BITS = { Frontend: 1, Backend: 2, Server: 4 } as const

export async function showStat(words: readonly string[], operations: Operations): Promise<Answer> {
  const flags = new Set(['typed', 'json', 'desc', 'up', 'no-maint'])
  const [proxy, type, sid] = words.filter((word) => !flags.has(word))
  const proxyId =
    proxy === undefined || /^-?\d+$/.test(proxy) ? Number(proxy ?? -1) : findProxy(operations.config, proxy)?.id
  // HAProxy reads a filter only when all three are there.
  const isFiltered = sid !== undefined
  if (proxyId === undefined || (isFiltered && proxyId === 0)) return problem('No such proxy.\n')
  const rows = (await allRows(operations)).filter((row) => {
    const { kind, proxyId: id, serverId } = row
    if (isFiltered && proxyId > 0 && id !== proxyId) return false
    if (isFiltered && Number(type) >= 0 && (KIND_BITS[kind] & Number(type)) === 0) return false
    if (isFiltered && Number(sid) >= 0 && serverId !== Number(sid)) return false
    return isListed(row, words)
  })
  if (words.includes('json')) return `${toJson(rows)}\n`
  return words.includes('typed') ? toTyped(rows, words.includes('desc')) : toCsv(rows)
}
