// `node bench/releases/canary.ts`: a canary under `limpet serve` with two isolates, and clients with cookie jars that come back for each
// step: 10, 25, 50, 25 percent, abort. Prints which share of them is on the canary, came to it and went back.
//
//   --clients N        (10,000)

import { loadavg } from 'node:os'

import { messageOf } from '../../src/errors.ts'
import { scriptOptions } from '../../test/script-options.ts'
import { createClients, startServers } from './canary-clients.ts'
import { takeSteps } from './canary-steps.ts'
import { startLimpet } from './processes.ts'

const { values } = scriptOptions(import.meta.url, { options: { clients: { type: 'string', default: '10000' } } })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

process.exit(await main())

async function main(): Promise<number> {
  if (!/^[1-9]\d{0,5}$/.test(values.clients)) {
    console.error(`canary: --clients must be a whole number from 1 to 999999, not '${values.clients}'`)
    return 2
  }
  const count = Number(values.clients)
  const servers = await startServers()
  const limpet = await startLimpet(servers.config, 2)
  const clients = createClients(count, limpet.urls)
  try {
    const { steps, open } = await takeSteps(clients, limpet.limpet)
    const percent = (part: number) => (part === 0 ? '0' : `${((100 * part) / count).toFixed(2)} %`)
    console.log('| | on the canary | came | went back |\n| --- | --- | --- | --- |')
    for (const { to, on, came, back } of steps)
      console.log(`| ${to} | ${percent(on)} | ${percent(came)} | ${percent(back)} |`)
    console.log(`\npages open at the abort that met another release: ${open.mixed} of ${open.fetched}`)
    console.log(`clients that met another server of their release: ${steps.reduce((sum, { moved }) => sum + moved, 0)}`)
    console.error(`load of the last minute: ${loadavg()[0]!.toFixed(1)}`)
    return 0
  } catch (error) {
    console.error(`canary: ${messageOf(error)}`)
    return 1
  } finally {
    clients.end()
    await limpet.end()
    servers.end()
  }
}
