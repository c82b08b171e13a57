// How large is the bundle, and what does an isolate's start cost? Several fresh workerd processes with Limpet's bundle and
// with the passthrough Worker in turn; what Limpet's first request needs beyond the other's is the cost of the start.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { bundleFile } from '../src/cli/bundle.ts'
import { limpetWorker } from './bundled.ts'
import { newClients } from './clients.ts'
import { cpuUsOf } from './cpu.ts'
import { probe } from './load.ts'
import { directory, end, startWorker } from './processes.ts'
import type { PlainWorker } from './processes.ts'
import { bundle, originsBinding } from './worker-variants.ts'

const LIMPET_CONFIG = fileURLToPath(new URL('../limpet.config.ts', import.meta.url))

export interface BundleSize {
  readonly minifiedBytes: number
  readonly gzipBytes: number
}

/** Of what `wrangler deploy` uploads, with the package's own configuration. */
export async function bundleSize(): Promise<BundleSize> {
  const outfile = join(directory, 'size.js')
  await bundleFile(LIMPET_CONFIG, outfile)
  const code = readFileSync(outfile)
  return { minifiedBytes: code.length, gzipBytes: gzipSync(code, { level: 9 }).length }
}

export interface StartUp {
  /** CPU milliseconds of one start over the passthrough's beside it: until workerd listens, with the global scope run. */
  readonly listeningMs: number | undefined
  /** And until its first answer has come: the configuration is validated, keys are imported. */
  readonly firstAnswerMs: number | undefined
}

export async function startUps(origins: readonly string[], times: number): Promise<readonly StartUp[]> {
  // `limpet serve` would start a Monitor and a control Worker as well, which isolates do not pay.
  const limpet = await limpetWorker('start-limpet', origins, { isServe: true })
  // With the same bindings: reading them from its configuration is workerd's own work.
  const passthrough = {
    ...limpet,
    name: 'start-passthrough',
    code: await bundle('passthrough.js'),
    bindings: [...limpet.bindings, originsBinding(origins)],
  }
  const found: StartUp[] = []
  for (let i = 0; i < times; i++) {
    const floor = await startOnce(passthrough)
    const ours = await startOnce(limpet)
    found.push({
      listeningMs: differenceMs(ours.listeningUs, floor.listeningUs),
      firstAnswerMs: differenceMs(ours.firstAnswerUs, floor.firstAnswerUs),
    })
  }
  return found
}

async function startOnce(worker: PlainWorker) {
  const balancer = await startWorker(worker)
  try {
    const listeningUs = cpuUsOf(balancer.pids)
    const { status } = await probe(balancer, newClients(1)[0]!)
    if (status !== 200) throw new Error(`${worker.name}: answered ${status}`)
    return { listeningUs, firstAnswerUs: cpuUsOf(balancer.pids) }
  } finally {
    for (const pid of balancer.pids) end(pid)
  }
}

function differenceMs(us: number | undefined, floorUs: number | undefined): number | undefined {
  return us === undefined || floorUs === undefined ? undefined : (us - floorUs) / 1000
}
