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
import { bundle, originsBinding } from './worker-variants.ts'

const REQUESTS = 100_000
/** More than twice what is remembered of checked cookies. */
const CLIENTS = 25_000
const SLICE_MS = 10_000
const WAKE_EACH_MS = 100

/** Ids of what is asked of the inspector. */
const COLLECT = 1
const USAGE = 2

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
    const balancer = await startWorker(worker, { isInspected: true })
    const { status } = await probe(balancer, clients[0]!)
    if (status !== 200) throw new Error(`${worker.name}: answered ${status}`)
    rows.push([worker.name, '1', ...shown(await heldBy(balancer, clients[0]!))])
    const answers = await ask(balancer, clients)
    rows.push([worker.name, String(answers), ...shown(await heldBy(balancer, clients[0]!))])
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

async function heldBy(balancer: Balancer, request: ClientRequest): Promise<Held> {
  const heapKb = (await usedHeapBytes(balancer, request)) / 1024
  return { heapKb, residentKb: residentKb(balancer.pids[0]!) }
}

function residentKb(pid: number): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
  } catch {
    return undefined
  }
}

/** Of the Worker's isolate, after a collection (https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#method-getHeapUsage). */
async function usedHeapBytes(balancer: Balancer, request: ClientRequest): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${balancer.inspectorPort!}/main`)
  const collected = Promise.withResolvers<void>()
  const used = Promise.withResolvers<number>()
  const fail = (error: Error) => {
    collected.reject(error)
    used.reject(error)
  }
  // Either may fail while nobody waits for it.
  for (const { promise } of [collected, used]) promise.catch(() => undefined)
  const send = (id: number, method: string) => socket.send(JSON.stringify({ id, method }))
  socket.addEventListener('error', () => fail(new Error('the inspector of workerd does not answer')))
  socket.addEventListener('open', () => send(COLLECT, 'HeapProfiler.collectGarbage'))
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as {
      readonly id?: number
      readonly result?: { readonly usedSize?: number }
      readonly error?: { readonly message: string }
    }
    if (error) return fail(new Error(`the inspector of workerd: ${error.message}`))
    if (id === USAGE) return used.resolve(result!.usedSize!)
    if (id === COLLECT) collected.resolve()
  })
  // V8 collects in a task, and workerd runs an isolate's tasks with its next request: a usage that is asked for before is that of now.
  const waking = setInterval(() => void probe(balancer, request).catch(fail), WAKE_EACH_MS)
  try {
    await inTime('a collection in workerd', collected.promise, START_TIMEOUT_MS)
    clearInterval(waking)
    send(USAGE, 'Runtime.getHeapUsage')
    return await inTime('the inspector of workerd', used.promise, START_TIMEOUT_MS)
  } finally {
    clearInterval(waking)
    socket.close()
  }
}

function shown({ heapKb, residentKb: kb }: Held): readonly string[] {
  return [(heapKb / 1024).toFixed(1), kb === undefined ? '-' : (kb / 1024).toFixed(0)]
}
