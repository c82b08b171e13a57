import { expect, it } from 'vitest'

import { createOrders } from './orders.ts'
import type { Outcome } from './orders.ts'

const COMMAND = { file: 'node', arguments: [], directory: '/' }
const done: Outcome = { isDone: true, lines: [] }

it('while another takes over nothing else is done, and afterwards only if that failed', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const orders = createOrders(
    async () => done,
    () => promise,
  )
  const taking = orders.handOver(COMMAND)
  expect((await orders.reload()).lines.join()).toContain('is taking over')
  expect((await orders.handOver(COMMAND)).isDone).toBe(false)
  resolve({ isDone: false, lines: ['it ended'] })
  expect((await taking).lines).toEqual(['it ended'])
  expect(await orders.reload()).toBe(done)
})

it('a reload that is in progress ends first', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  let isHandedOver = false
  const orders = createOrders(
    () => promise,
    async () => {
      isHandedOver = true
      return done
    },
  )
  const reloading = orders.reload()
  const taking = orders.handOver(COMMAND)
  await Promise.resolve()
  expect(isHandedOver).toBe(false)
  resolve(done)
  await Promise.all([reloading, taking])
  expect(isHandedOver).toBe(true)
  expect((await orders.reload()).isDone).toBe(false)
})

it('what goes wrong on the way is said', async () => {
  const orders = createOrders(
    async () => done,
    () => Promise.reject(new Error('no such directory')),
  )
  expect(await orders.handOver(COMMAND)).toEqual({ isDone: false, lines: ['no such directory'] })
})
