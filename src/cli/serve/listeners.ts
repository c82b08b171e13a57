// The listening sockets of `limpet serve`: opened once, and handed to whatever workerd serves them now, so that connections wait while
// one takes the place of another. listener-thread.js holds them.

import { closeSync, renameSync, rmSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import type { ListenOptions } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { withoutBrackets } from '../../config/brackets.ts'
import { isUnixSocket } from '../../config/options/bind.ts'
import { CliError } from '../cli-error.ts'
import type { Handed } from './handed.ts'
import { createPassedListeners } from './passed-listeners.ts'
import type { Listener } from './passed-listeners.ts'
import type { Listened } from './plan.ts'
import { bindProblem, tryBinds } from './try-binds.ts'
import { clearSocketPath } from './unix-socket.ts'
import { addressText, pathOf, setMode } from './unix-sockets.ts'

/** What the thread is told, and what it answers. */
type Order =
  | { readonly id: number; readonly open: ListenOptions; readonly copies: number }
  | { readonly id: number; readonly close: true }

type Opened =
  | { readonly id: number; readonly descriptors: readonly number[]; readonly port: number }
  | { readonly id: number; readonly problem: { readonly code: string; readonly message: string } }

export interface Listeners {
  /**
   * Opens those that neither are open nor were passed, and returns all in order. Throws a CliError that says which could not be opened, or
   * which that were passed are not wanted, and has opened none then.
   */
  open(wanted: readonly Listened[], copies: number): Promise<readonly Listener[]>
  /** Closes all others, and opens these to whom they are for. */
  keepOnly(wanted: readonly Listened[]): void
  /** All that are open, for another process. */
  handed(): Pick<Handed, 'sockets' | 'passed'>
  /** What was handed to this process is its own from now on. */
  adopt(): void
  /** Ends everything: nobody can connect any more, except where another process has the sockets. */
  end(): void
  /** Closes all for this process alone: another has them. */
  leave(): void
}

interface Held extends Listener {
  /** Undefined: it was handed to this process, and the thread does not have it. */
  readonly id: number | undefined
  readonly wanted: Listened
  readonly descriptors: readonly number[]
}

/** `handed`: open already, and another process's until this one adopts them. `passed`: systemd's for ever. */
export function createListeners({ sockets: handed, passed }: ReturnType<Listeners['handed']>): Listeners {
  const orders = new Int32Array(new SharedArrayBuffer(4))
  let thread: Worker | undefined
  const waiting = new Map<number, (opened: Opened) => void>()
  const held = new Map<string, Held>()
  for (const { key, wanted, port, descriptors } of handed) hold(undefined, key, wanted, port, descriptors)
  let isAdopted = false
  const ofSystemd = createPassedListeners(passed)
  let lastId = 0

  function hold(
    id: number | undefined,
    key: string,
    wanted: Listened,
    port: number,
    descriptors: readonly number[],
  ): void {
    const descriptorOf = (slot: number) => descriptors[slot % descriptors.length]!
    held.set(key, { id, key, wanted, port, descriptors, descriptorOf })
  }

  function tell(order: Order): void {
    thread ??= start()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    thread.postMessage(order)
    Atomics.add(orders, 0, 1)
    Atomics.notify(orders, 0)
  }

  function start(): Worker {
    const started = new Worker(new URL('listener-thread.js', import.meta.url), { workerData: orders })
    started.on('message', (opened: Opened) => waiting.get(opened.id)?.(opened))
    return started
  }

  async function openOne(key: string, wanted: Listened, copies: number): Promise<void> {
    const isUnix = isUnixSocket(wanted.address)
    const id = ++lastId
    const answered = new Promise<Opened>((resolve) => waiting.set(id, resolve))
    const path = pathOf(wanted.address)
    const besidePath = path && besideOf(path)
    if (besidePath !== undefined) await clearSocketPath(besidePath)
    const where = besidePath === undefined ? await optionsOf(wanted) : { path: besidePath }
    tell({ id, open: where, copies: isUnix ? 1 : copies })
    const opened = await answered
    waiting.delete(id)
    // tryBinds has found nothing: it was taken meanwhile.
    if ('problem' in opened) {
      throw new CliError(
        `${wanted.source}: ${addressText(wanted)} ${bindProblem(opened.problem.code, wanted, undefined)}`,
      )
    }
    const { port, descriptors } = opened
    hold(id, key, wanted, port, descriptors)
    // Node removes the file that it has made when it closes the socket, whoever else has it.
    if (besidePath !== undefined) renameSync(besidePath, path!)
    setMode(wanted.address, wanted.mode)
  }

  function close(keys: readonly string[]): void {
    for (const key of keys) {
      const { id, wanted, descriptors } = held.get(key)!
      held.delete(key)
      if (id !== undefined) tell({ id, close: true })
      else for (const descriptor of descriptors) closeSync(descriptor)
      removeFile(wanted)
    }
  }

  return {
    async open(wanted, copies) {
      const keys = keysOf(wanted)
      for (const key of keys) refuseSurplus(held.get(key), copies)
      const given = await ofSystemd.match(wanted, keys, copies)
      const missing = keys.filter((key) => !held.has(key) && !given.has(key))
      const missed = wanted.filter((_, i) => missing.includes(keys[i]!))
      try {
        const [kept, leaving] = [true, false].map((isKept) =>
          [...held.values()].filter(({ key }) => keys.includes(key) === isKept).map((each) => each.wanted),
        )
        await tryBinds(missed, [...kept!, ...wanted.filter((_, i) => given.has(keys[i]!))], leaving)
        for (const path of missed.map(({ address }) => pathOf(address))) {
          if (path !== undefined) await clearSocketPath(path)
        }
        for (const key of missing) await openOne(key, wanted[keys.indexOf(key)]!, copies)
      } catch (error) {
        close(missing.filter((key) => held.has(key)))
        throw error
      } finally {
        // It waits for orders, not for this process.
        thread?.unref()
      }
      return keys.map((key) => given.get(key) ?? held.get(key)!)
    },
    keepOnly(wanted) {
      const keys = keysOf(wanted)
      close([...held.keys()].filter((key) => !keys.includes(key)))
      wanted.forEach(({ address, mode }, i) => !ofSystemd.has(keys[i]!) && setMode(address, mode))
    },
    handed: () => ({
      sockets: [...held.values()].map(({ key, wanted, port, descriptors }) => ({ key, wanted, port, descriptors })),
      passed,
    }),
    adopt: () => void (isAdopted = true),
    end() {
      for (const { id, wanted } of held.values()) if (id !== undefined || isAdopted) removeFile(wanted)
      this.leave()
    },
    leave() {
      // Those that were handed to this process are not the thread's.
      for (const { id, descriptors } of held.values())
        if (id === undefined) descriptors.forEach((each) => closeSync(each))
      held.clear()
      ofSystemd.leave()
      void thread?.terminate()
    },
  }
}

/** Of several sockets on one port each gets its share of connections, also one that nobody serves any more. */
function refuseSurplus(held: Held | undefined, copies: number): void {
  if (!held || isUnixSocket(held.wanted.address) || held.descriptors.length <= copies) return
  throw new CliError(
    `--workers ${copies}: the one that is to be taken over from has ${held.descriptors.length}; take as many or more, or stop it and start anew`,
  )
}

/** In the same directory, and no longer. */
function besideOf(path: string): string {
  return join(dirname(path), `~${basename(path).slice(1)}`)
}

function removeFile({ address }: Listened): void {
  const path = pathOf(address)
  if (path !== undefined) rmSync(path, { force: true })
}

/** The same address may stand there several times, with port 0. */
function keysOf(addresses: readonly Listened[]): readonly string[] {
  const counts = new Map<string, number>()
  return addresses.map((address) => {
    const text = addressText(address)
    const count = (counts.get(text) ?? 0) + 1
    counts.set(text, count)
    return `${text} ${count}`
  })
}

async function optionsOf({ address, port }: Listened): Promise<ListenOptions> {
  const path = pathOf(address)
  if (path !== undefined) return { path }
  if (isUnixSocket(address)) return { path: address.replace(/^unix-abstract:/, '\0') }
  return { port, ...(await hostOf(address)) }
}

/** Without a host: all addresses, of IPv4, too. A name is looked up here: the thread must not wait for that. */
async function hostOf(address: string): Promise<{ host?: string }> {
  if (address === '*') return {}
  const host = withoutBrackets(address)
  const found = await lookup(host, { order: 'ipv4first' }).catch(() => undefined)
  return { host: found?.address ?? host }
}
