// A signal in the middle of `limpet serve --take-over`: one balancer serves afterwards, or none, and nothing is left of the other.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { descendantsOf, isAlive } from '../processes.ts'
import { exchange, startOrigins, until, workerdPidOf } from './harness.ts'
import { startServing } from './reloading.ts'

const ownerOf = (state: string) =>
  (JSON.parse(readFileSync(join(state, 'lock'), 'utf8')) as { cli: { pid: number } }).cli.pid

/** Keys, what objects have stored, and the two names that every keeper has, are to stay. */
const leftIn = (state: string) =>
  readdirSync(state).filter((name) => !/^(cookie-keys|identity|objects|keeper(-control)?\.sock)$/.test(name))

async function start() {
  const [origin] = await startOrigins(1)
  const url = `http://127.0.0.1:${await freePort()}`
  const limpet = await startServing(
    { backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }] },
    '--listen',
    new URL(url).host,
    '--drain',
    '5',
  )
  const keeper = workerdPidOf(limpet.state)
  const isNode = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('limpet.js')
  const successor = () => descendantsOf(limpet.pid).find(isNode)
  /** All that there has been. */
  const seen = new Set<number>()
  const look = () => {
    for (const pid of isAlive(limpet.pid) ? [limpet.pid, ...descendantsOf(limpet.pid)] : []) seen.add(pid)
  }
  return { ...limpet, keeper, successor, look, alive: () => [...seen].filter(isAlive), isServed: () => isServed(url) }
}

async function isServed(url: string): Promise<boolean> {
  return exchange(url).then(
    ({ status }) => status === 200,
    () => false,
  )
}

const MOMENTS: readonly [string, (limpet: Awaited<ReturnType<typeof start>>) => boolean][] = [
  ['it has just begun', (limpet) => limpet.successor() !== undefined],
  ['the keeper has ended', (limpet) => !isAlive(limpet.keeper)],
  ['the new one has the state directory', (limpet) => ownerOf(limpet.state) !== limpet.pid],
  ['the new one has a keeper', (limpet) => ownerOf(limpet.state) !== limpet.pid && workerdPidOf(limpet.state) > 0],
]

for (const [when, isNow] of MOMENTS) {
  it(`SIGTERM when ${when} ends both, and leaves nothing behind`, async () => {
    const limpet = await start()
    const taking = expect(limpet.takeOver()).rejects.toThrow(/./)
    await until(() => {
      limpet.look()
      try {
        return isNow(limpet)
      } catch {
        return false
      }
    })
    limpet.look()
    process.kill(limpet.pid, 'SIGTERM')
    await Promise.all([limpet.ended, taking])
    await until(() => limpet.alive().length === 0, 10_000)
    expect([await limpet.isServed(), leftIn(limpet.state)]).toEqual([false, []])
  })

  it(`SIGTERM to the new one when ${when} leaves the old one serving`, async () => {
    const limpet = await start()
    const taking = expect(limpet.takeOver()).rejects.toThrow(/serves as before/)
    await until(() => {
      try {
        return limpet.successor() !== undefined && isNow(limpet)
      } catch {
        return false
      }
    })
    const pid = limpet.successor()!
    process.kill(pid, 'SIGTERM')
    await taking
    await until(() => !isAlive(pid))
    expect([ownerOf(limpet.state), await limpet.isServed()]).toEqual([limpet.pid, true])
    expect(await limpet.stop()).toBe(0)
    expect(leftIn(limpet.state)).toEqual([])
  })
}

it('SIGTERM when the new one serves ends what is left of the old one alone', async () => {
  const limpet = await start()
  await limpet.takeOver()
  limpet.look()
  const owner = ownerOf(limpet.state)
  onTestFinished(async () => {
    process.kill(owner, 'SIGTERM')
    await until(() => !isAlive(owner))
    expect(leftIn(limpet.state)).toEqual([])
  })
  if (isAlive(limpet.pid)) process.kill(limpet.pid, 'SIGTERM')
  await until(() => !isAlive(limpet.pid))
  expect([isAlive(owner), await limpet.isServed()]).toEqual([true, true])
})
