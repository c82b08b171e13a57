// `npm run bench -- --memory`: what one isolate holds once it has answered, and after 100,000 requests. The V8 heap comes from workerd's
// inspector, after a collection, so it is what is kept; resident memory is the whole process, with what the runtime has not given back.

import { readFileSync } from 'node:fs'

import { limpetWorker } from './bundled.ts'
import { returningClients } from './clients.ts'
import type { ClientRequest } from './clients.ts'
import { inTime } from './in-time.ts'
import { load, probe } from './load.ts'
import { end, START_TIMEOUT_MS, startWorker } from './processes.ts'
import type { Balancer, PlainWorker } from './processes.ts'
import { bundle, originsBinding } from './variants.ts'

const REQUESTS = 100_000
/** More than twice what is remembered of checked cookies. */
const CLIENTS = 25_000
const SLICE_MS = 2_000

interface Held {
  /** Of the process; undefined where /proc is missing. */
  readonly residentKb: number | undefined
  readonly heapKb: number
}

export async function measureMemory(origins: readonly string[]): Promise<string> {
  const workers: readonly PlainWorker[] = [
    { name: 'passthrough', code: await bundle('passthrough.js'), bindings: [originsBinding(origins)] },
    await limpetWorker('limpet', origins, { isServe: true }),
  ]
  const clients = await returningClients(CLIENTS, 'fresh')
  const rows = [['', 'requests', 'V8 heap, MB', 'resident, MB']]
  for (const worker of workers) {
    const balancer = await startWorker(worker, true)
    const { status } = await probe(balancer, clients[0]!)
    if (status !== 200) throw new Error(`${worker.name}: answered ${status}`)
    rows.push([worker.name, '1', ...shown(await heldBy(balancer))])
    const answers = await ask(balancer, clients)
    rows.push([worker.name, String(answers), ...shown(await heldBy(balancer))])
    for (const pid of balancer.pids) end(pid)
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  ')).join('\n')
}

/** In slices, each of clients that the one before did not reach. */
async function ask(balancer: Balancer, clients: readonly ClientRequest[]): Promise<number> {
  let answers = 0
  while (answers < REQUESTS) {
    const at = answers % clients.length
    const turned = [...clients.slice(at), ...clients.slice(0, at)]
    answers += (await load(balancer, turned, 0, SLICE_MS)).answers
  }
  return answers
}

async function heldBy({ pids: [pid], inspectorPort }: Balancer): Promise<Held> {
  const heapKb = (await usedHeapBytes(inspectorPort!)) / 1024
  return { heapKb, residentKb: residentKb(pid!) }
}

function residentKb(pid: number): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
  } catch {
    return undefined
  }
}

/** Of the Worker's isolate, after a collection (https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#method-getHeapUsage). */
async function usedHeapBytes(port: number): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/main`)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  socket.addEventListener('error', () => reject(new Error('the inspector of workerd does not answer')))
  socket.addEventListener('open', () => {
    for (const [i, method] of ['HeapProfiler.collectGarbage', 'Runtime.getHeapUsage'].entries())
      socket.send(JSON.stringify({ id: i, method }))
  })
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as {
      readonly id?: number
      readonly result?: { readonly usedSize?: number }
      readonly error?: { readonly message: string }
    }
    if (error) reject(new Error(`the inspector of workerd: ${error.message}`))
    else if (id === 1) resolve(result!.usedSize!)
  })
  try {
    return await inTime('the inspector of workerd', promise, START_TIMEOUT_MS)
  } finally {
    socket.close()
  }
}

function shown({ heapKb, residentKb: kb }: Held): readonly string[] {
  return [(heapKb / 1024).toFixed(1), kb === undefined ? '-' : (kb / 1024).toFixed(0)]
}
