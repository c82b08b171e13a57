// The listening sockets of `limpet serve`: opened once, and handed to whatever workerd serves them now, so that connections wait while
// one takes the place of another. listener-thread.ts holds them.

import { chmodSync, rmSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import type { ListenOptions } from 'node:net'
import { Worker } from 'node:worker_threads'

import { withoutBrackets } from '../../config/brackets.ts'
import { CliError } from '../cli-error.ts'

/** What the thread is told, and what it answers. */
type Order =
  | { readonly id: number; readonly open: ListenOptions; readonly copies: number }
  | { readonly id: number; readonly close: true }

type Opened =
  | { readonly id: number; readonly descriptors: readonly number[]; readonly port: number }
  | { readonly id: number; readonly problem: { readonly code: string; readonly message: string } }

/** A TCP address, or a path. */
export type Address = { readonly address: string; readonly port: number } | { readonly path: string }

export interface Listener {
  readonly key: string
  /** Zero for a path. */
  readonly port: number
  /** By a front's slot. */
  descriptorOf(slot: number): number
}

export interface Listeners {
  /**
   * Opens those that are not open, and returns all in order. Throws a CliError that says which could not be opened, and has opened none
   * then.
   */
  open(addresses: readonly Address[], copies: number): Promise<readonly Listener[]>
  /** Closes all others. */
  keepOnly(keys: readonly string[]): void
  /** Ends everything: nobody can connect any more. */
  end(): void
}

export function createListeners(): Listeners {
  const orders = new Int32Array(new SharedArrayBuffer(4))
  let thread: Worker | undefined
  const waiting = new Map<number, (opened: Opened) => void>()
  const held = new Map<string, Listener & { readonly id: number; readonly path: string | undefined }>()
  let lastId = 0

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

  async function openOne(key: string, address: Address, copies: number): Promise<void> {
    const path = 'path' in address ? address.path : undefined
    // One that a killed run left behind would make bind fail.
    if (path !== undefined) rmSync(path, { force: true })
    const options =
      'path' in address ? { path: address.path } : { port: address.port, ...(await hostOf(address.address)) }
    const id = ++lastId
    const answered = new Promise<Opened>((resolve) => waiting.set(id, resolve))
    tell({ id, open: options, copies: path === undefined ? copies : 1 })
    const opened = await answered
    waiting.delete(id)
    if ('problem' in opened) throw new CliError(problemText(address, opened.problem))
    if (path !== undefined) chmodSync(path, 0o600)
    const { port, descriptors } = opened
    held.set(key, { id, key, path, port, descriptorOf: (slot) => descriptors[slot % descriptors.length]! })
  }

  function close(keys: readonly string[]): void {
    for (const key of keys) {
      const { id, path } = held.get(key)!
      held.delete(key)
      tell({ id, close: true })
      if (path !== undefined) rmSync(path, { force: true })
    }
  }

  return {
    async open(addresses, copies) {
      const keys = keysOf(addresses)
      const missing = keys.filter((key) => !held.has(key))
      try {
        for (const key of missing) await openOne(key, addresses[keys.indexOf(key)]!, copies)
      } catch (error) {
        close(missing.filter((key) => held.has(key)))
        throw error
      } finally {
        // It waits for orders, not for this process.
        thread?.unref()
      }
      return keys.map((key) => held.get(key)!)
    },
    keepOnly(keys) {
      close([...held.keys()].filter((key) => !keys.includes(key)))
    },
    end() {
      for (const { path } of held.values()) if (path !== undefined) rmSync(path, { force: true })
      held.clear()
      void thread?.terminate()
    },
  }
}

/** The same address may stand there several times, with port 0. */
function keysOf(addresses: readonly Address[]): readonly string[] {
  const counts = new Map<string, number>()
  return addresses.map((address) => {
    const text = textOf(address)
    const count = (counts.get(text) ?? 0) + 1
    counts.set(text, count)
    return `${text} ${count}`
  })
}

function textOf(address: Address): string {
  return 'path' in address ? address.path : `${address.address}:${address.port}`
}

/** Without a host: all addresses, of IPv4, too. A name is looked up here: the thread must not wait for that. */
async function hostOf(address: string): Promise<{ host?: string }> {
  if (address === '*') return {}
  const host = withoutBrackets(address)
  const found = await lookup(host, { order: 'ipv4first' }).catch(() => undefined)
  return { host: found?.address ?? host }
}

function problemText(address: Address, { code, message }: { readonly code: string; readonly message: string }): string {
  const where = textOf(address)
  const isPath = 'path' in address
  switch (code) {
    case 'EADDRINUSE':
      return `${where}: the address is in use; stop what listens there, or choose another ${isPath ? 'path' : 'with --listen'}`
    case 'EACCES':
      return isPath
        ? `${where}: no socket may be made there: ${message}`
        : `${where}: this user may not listen on port ${address.port}; choose a port from 1024 on, or grant the right (CAP_NET_BIND_SERVICE)`
    case 'EADDRNOTAVAIL':
      return `${where}: is no address of this machine; choose another with --listen`
    default:
      return `${where}: cannot be listened on: ${message}`
  }
}
