// A canary under `limpet serve`, from its first share to its end: clients with jars that meet two isolates in turns, and the commands that
// operators type. Clients' numbers are drawn by chance, so shares are bounded by six deviations: one run in 100 million.

import { expect, it, onTestFinished } from 'vitest'

import { createClients, startServers } from '../../bench/releases/canary-clients.ts'
import { takeSteps } from '../../bench/releases/canary-steps.ts'
import { startServing } from './reloading.ts'

const CLIENTS = 1_000

it('takes clients in, and sends back only those that a smaller share has no room for', async () => {
  const servers = await startServers()
  onTestFinished(() => servers.end())
  const limpet = await startServing(servers.config, '--listen', '127.0.0.1:0', '--isolates', '2')
  const urls = await limpet.listening(2)
  expect(new Set(urls).size).toBe(2)
  const clients = createClients(CLIENTS, urls)
  onTestFinished(() => clients.end())
  const { steps, open } = await takeSteps(clients, limpet.limpet)

  for (const { to, on, expected } of steps) {
    const deviations = Math.sqrt(CLIENTS * expected * (1 - expected))
    expect(Math.abs(on - CLIENTS * expected), to).toBeLessThanOrEqual(6 * deviations)
  }
  const [, raised, doubled, lowered, aborted] = steps
  expect([steps[0]!.back, raised!.back, doubled!.back]).toEqual([0, 0, 0])
  expect([lowered!.came, aborted!.came, aborted!.on]).toEqual([0, 0, 0])
  // Each by the share that it set, whatever came before: clients that left on the way down are those that came last.
  expect(lowered!.on).toBe(raised!.on)
  // Pages that are open stay on their release, and clients on the server that has their session.
  expect(open).toEqual({ fetched: 100, mixed: 0 })
  expect(steps.map(({ moved }) => moved)).toEqual([0, 0, 0, 0, 0])
})
