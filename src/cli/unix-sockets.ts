// Unix sockets that workerd listens on: what a killed run left behind is removed first, and afterwards the file says who may connect.

import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'

import type { Bind } from '../config/options/bind.ts'
import { CliError } from './cli-error.ts'

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

/** A socket that nobody listens on any more makes a bind fail; nothing else is removed. */
export function removeStaleSocket(address: string): void {
  const path = pathOf(address)
  const found = path === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket()) throw new CliError(`${path}: is there already, and no socket: choose another path`)
  rmSync(path!)
}

/** `mode`: who may connect. */
export function setMode(address: string, mode: number | undefined): void {
  const path = pathOf(address)
  if (path !== undefined && mode !== undefined) chmodSync(path, mode)
}
