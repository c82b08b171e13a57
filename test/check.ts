// `npm run check`: format and lint, then types beside the unit tests, so that two cores have work. What types find is said last.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

type Run = { readonly status: number; readonly output: string }

/** `inherit`: what it says is shown at once. */
async function npmRun(script: string, stdio: 'inherit' | 'pipe'): Promise<Run> {
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', stdio, stdio] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status: status ?? 1, output: Buffer.concat(chunks).toString() }
}

for (const script of ['format', 'lint']) {
  const { status } = await npmRun(script, 'inherit')
  if (status !== 0) process.exit(status)
}
const [types, tests] = await Promise.all([npmRun('types', 'pipe'), npmRun('test:unit', 'inherit')])
process.stdout.write(types.output)
process.exitCode = types.status || tests.status
