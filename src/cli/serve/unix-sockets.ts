// Addresses that workerd listens on, as it writes them: of Unix sockets, too, and who may connect to these.

import { chmodSync } from 'node:fs'
import { resolve } from 'node:path'

import { isUnixSocket } from '../../config/options/bind.ts'
import type { Bind } from '../../config/options/bind.ts'

/** Of a Unix socket `unix:PATH` or `unix-abstract:NAME`, and the port is 0. */
export type Address = Pick<Bind, 'address' | 'port'>

export function addressText({ address, port }: Address): string {
  return isUnixSocket(address) ? address : `${address}:${port}`
}

const PATH = /^unix:(.+)$/

/** Of a socket that is a file. */
export function pathOf(address: string): string | undefined {
  return PATH.exec(address)?.[1]
}

/** Its path absolute, whatever directory workerd runs in. */
export function atPath<B extends Pick<Bind, 'address'>>(bind: B): B {
  const path = pathOf(bind.address)
  return path === undefined ? bind : { ...bind, address: `unix:${resolve(path)}` }
}

/** `mode`: who may connect. */
export function setMode(address: string, mode: number | undefined): void {
  const path = pathOf(address)
  if (path !== undefined && mode !== undefined) chmodSync(path, mode)
}
