// `npm run repeat -- [--times N] [--busy N] [--limit SECONDS] COMMAND…`: runs a command again and again while other
// processes keep the cores busy, to find out whether a test depends on the machine being idle. Shows the output of the
// runs that fail or exceed the limit. Exit status 1 when one does.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'

import { scriptOptions } from './script-options.ts'

const { values, positionals: command } = scriptOptions(import.meta.url, {
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '30' },
    busy: { type: 'string', default: String(availableParallelism()) },
    limit: { type: 'string', default: '300' },
  },
})
const times = Number(values.times)
const limitMs = Number(values.limit) * 1000
if (command.length === 0 || !(times > 0) || !(limitMs > 0)) {
  console.error('usage: npm run repeat -- [--times N] [--busy N] [--limit SECONDS] -- COMMAND...')
  process.exit(2)
}

const busy = Array.from({ length: Number(values.busy) }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
)
process.on('exit', () => busy.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

interface Run {
  readonly tookS: number
  /** Undefined: it succeeded. */
  readonly fault: string | undefined
}

async function run(): Promise<Run> {
  const startedMs = performance.now()
  // A process group, so that a run which exceeds the limit ends with everything that it started.
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
  let isOverdue = false
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal)
    } catch {
      // All of it has ended.
    }
  }
  // SIGTERM first: a `limpet serve` that is killed leaves its workerd behind.
  const onExit = () => signalAll('SIGTERM')
  const overdue = setTimeout(() => {
    isOverdue = true
    signalAll('SIGTERM')
  }, limitMs)
  const hopeless = setTimeout(() => signalAll('SIGKILL'), limitMs + 10_000)
  process.once('exit', onExit)
  const [status] = (await once(child, 'close')) as [number | null]
  clearTimeout(overdue)
  clearTimeout(hopeless)
  process.off('exit', onExit)
  const fault = isOverdue ? `exceeded ${values.limit} s` : status === 0 ? undefined : `exit status ${status}`
  if (fault !== undefined) process.stdout.write(Buffer.concat(output))
  return { tookS: (performance.now() - startedMs) / 1000, fault }
}

const runs: Run[] = []
for (let i = 1; i <= times; i++) {
  const done = await run()
  runs.push(done)
  console.log(`${i} of ${times}: ${done.fault ?? 'passed'}, ${done.tookS.toFixed(1)} s`)
}
const failures = runs.filter(({ fault }) => fault !== undefined).length
const slowestS = Math.max(...runs.map(({ tookS }) => tookS))
console.log(`${times} runs, ${failures} failed, slowest ${slowestS.toFixed(1)} s, ${busy.length} busy processes`)
process.exit(failures === 0 ? 0 : 1)
