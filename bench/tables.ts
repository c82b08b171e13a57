// `npm run bench -- --tables`: what one shard of a stick table holds, and whether it stays as quick when it is full.
// Rows are put into its SQLite while nobody runs; then lookups and new entries come by the way that requests take.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { LimpetConfig } from '../src/config/options/root.ts'
import { resolveStick, resolveStickTable } from '../src/config/options/stick.ts'
import type { StickTableInput } from '../src/config/options/stick.ts'
import { createKeyOf } from '../src/persistence/table-key.ts'
import { BACKEND, COOKIE_KEYS, SERVERS, sessionClients, sessionId } from './clients.ts'
import { load, probe } from './load.ts'
import { end, startLimpet } from './processes.ts'
import type { Limpet } from './processes.ts'

const ENTRIES = [30_000, 200_000, 1_000_000]
const SAMPLE = 20_000
const MEASURE_MS = 5_000
const BATCH = 10_000
const TABLE: StickTableInput = { type: 'string', size: '2m', expire: '24h', shards: 1, cache: '0ms' }
const STICK = [{ on: 'req.cook(session)' }]

export async function measureTables(origins: readonly string[]): Promise<string> {
  const rows = [['entries', 'lookups/s', 'p50 ms', 'p99 ms', 'CPU us', 'new entries/s', 'bytes/entry']]
  const p50s: number[] = []
  for (const entries of ENTRIES) {
    const config = configOf(origins)
    const name = `table-${entries}`
    const empty = await startLimpet(name, config, 'off', COOKIE_KEYS)
    await probe(empty, sessionClients(1)[0]!)
    stop(empty)
    const file = await fill(join(empty.state, 'objects'), entries)
    const full = await startLimpet(name, config, 'off', COOKIE_KEYS)
    const known = sessionClients(SAMPLE, Math.floor((entries - SAMPLE) / 2))
    await load(full, known, 0, 1000)
    const bytes = statSync(file).size
    const hits = await load(full, known, 250, MEASURE_MS)
    const fresh = await load(full, sessionClients(300_000, entries), 250, MEASURE_MS)
    stop(full)
    p50s.push(hits.p50Ms)
    rows.push([
      String(entries),
      hits.requestsPerS.toFixed(0),
      hits.p50Ms.toFixed(1),
      hits.p99Ms.toFixed(1),
      hits.cpuUs?.toFixed(0) ?? '-',
      fresh.requestsPerS.toFixed(0),
      (bytes / entries).toFixed(0),
    ])
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const spread = Math.max(...p50s) / Math.min(...p50s)
  return [
    ...rows.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  ')),
    `${spread <= 2 ? 'met    ' : 'not met'}  lookup latency flat within 2.0 times: ${spread.toFixed(2)}`,
  ].join('\n')
}

function configOf(origins: readonly string[]): LimpetConfig {
  const servers = SERVERS.map((name, i) => ({ name, url: origins[i]! }))
  return { backends: [{ name: BACKEND, servers, stickTable: TABLE, stick: STICK }] }
}

/** What it has started ends with it. */
function stop({ parent }: Limpet): void {
  end(parent)
}

/** The shard's file, with that many entries of the sessions from 0 on. */
async function fill(objects: string, entries: number): Promise<string> {
  const folder = join(objects, 'limpet-stick-table')
  const file = join(
    folder,
    readdirSync(folder).find((each) => each.endsWith('.sqlite') && each !== 'metadata.sqlite')!,
  )
  const config = resolveStickTable(TABLE, resolveStick(STICK, BACKEND), 'limpet')
  const keyOf = createKeyOf(config, BACKEND)
  const keys: string[] = []
  for (let i = 0; i < entries; i += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, entries - i) }, (_, j) => keyOf(sessionId(i + j)))
    for (const key of await Promise.all(batch)) keys.push(key!)
  }
  const database = new DatabaseSync(file)
  const insert = database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, 0, ?, ?)')
  const nowMs = Date.now()
  database.exec('BEGIN')
  for (let i = 0; i < entries; i++) {
    const id = (i % SERVERS.length) + 1
    const server = SERVERS[id - 1]!
    insert.run(keys[i]!, server, id, server, nowMs, nowMs + 100_000_000 + i)
  }
  database.exec('COMMIT')
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return file
}
