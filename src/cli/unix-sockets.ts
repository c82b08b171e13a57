// Addresses of Unix sockets that workerd listens on, and who may connect to them.

import { chmodSync } from 'node:fs'
import { resolve } from 'node:path'

import type { Bind } from '../config/options/bind.ts'

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
