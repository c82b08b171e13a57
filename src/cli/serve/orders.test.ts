import { expect, it } from 'vitest'

import { createOrders } from './orders.ts'
import type { OrdersPorts, Outcome } from './orders.ts'

const COMMAND = { file: 'node', arguments: [], directory: '/' }
const done: Outcome = { isDone: true, lines: [] }

function ordersOf(ports: Partial<OrdersPorts>) {
  const said: string[] = []
  const log = (line: string) => void said.push(line)
  const orders = createOrders({
    started: Promise.resolve(),
    reload: async () => done,
    setAddress: async () => done,
    move: async () => done,
    handOver: async () => done,
    log,
    ...ports,
  })
  return { ...orders, said }
}

it('a reload that is asked for while another takes over is done when that has failed, and says that it waits', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  let reloads = 0
  const orders = ordersOf({
    reload: async () => ((reloads += 1), done),
    handOver: () => promise,
  })
  const taking = orders.handOver(COMMAND)
  const reloading = orders.reload()
  expect((await orders.handOver(COMMAND)).isDone).toBe(false)
  expect([reloads, orders.said]).toEqual([0, ['a reload waits: another limpet serve is taking over']])
  resolve({ isDone: false, lines: ['it ended'] })
  expect((await taking).lines).toEqual(['it ended'])
  expect([await reloading, reloads]).toEqual([done, 1])
})

it('once another has taken over, it is for that one', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const orders = ordersOf({ reload: () => Promise.reject(new Error('it is not here')), handOver: () => promise })
  const taking = orders.handOver(COMMAND)
  const before = orders.reload()
  resolve(done)
  await taking
  expect(await before).toMatchObject({ isDone: false, isElsewhere: true })
  expect(await orders.reload()).toMatchObject({ isDone: false, isElsewhere: true })
  expect(await orders.move()).toMatchObject({ isDone: false, isElsewhere: true })
})

it('a reload waits until everything has started', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isReloaded = false
  const orders = ordersOf({ started: promise, reload: async () => ((isReloaded = true), done) })
  const reloading = orders.reload()
  await Promise.resolve()
  expect(isReloaded).toBe(false)
  resolve()
  expect(await reloading).toBe(done)
})

it('a reload that is in progress ends first', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  let isHandedOver = false
  const orders = ordersOf({
    reload: () => promise,
    handOver: async () => ((isHandedOver = true), done),
  })
  const reloading = orders.reload()
  await Promise.resolve()
  const taking = orders.handOver(COMMAND)
  await Promise.resolve()
  expect(isHandedOver).toBe(false)
  resolve(done)
  await Promise.all([reloading, taking])
  expect(isHandedOver).toBe(true)
})

it('what goes wrong on the way is said', async () => {
  const orders = ordersOf({ handOver: () => Promise.reject(new Error('no such directory')) })
  expect(await orders.handOver(COMMAND)).toEqual({ isDone: false, lines: ['no such directory'] })
})
