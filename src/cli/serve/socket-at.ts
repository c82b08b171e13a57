// Where a socket listens that another process opened. Node says this only of sockets that it would accept from, so the kernel is asked:
// Linux, where systemd is.

import { readFileSync, readlinkSync } from 'node:fs'
import { endianness } from 'node:os'

import { addressOf } from '../../config/address.ts'
import { inBrackets } from '../../config/brackets.ts'
import type { Address } from './unix-sockets.ts'

/** TCP_LISTEN; SO_ACCEPTCON. */
const TCP_LISTENS = '0A'
const UNIX_LISTENS = 0x1_0000
const STREAM = 1

/** Undefined: it is not a socket that takes connections, or another network namespace's. */
export function socketAt(descriptor: number): Address | undefined {
  const inode = /^socket:\[(\d+)\]$/.exec(read(() => readlinkSync(`/proc/self/fd/${descriptor}`)))?.[1]
  if (inode === undefined) return undefined
  return tcpAt(inode, 'tcp') ?? tcpAt(inode, 'tcp6') ?? unixAt(inode)
}

function tcpAt(inode: string, table: 'tcp' | 'tcp6'): Address | undefined {
  for (const line of rowsOf(table)) {
    // Its number, addresses, state, queues, timers, owner and inode.
    const [, local = '', , state, , , , , , own] = line.trim().split(/\s+/)
    if (own !== inode || state !== TCP_LISTENS) continue
    const [host = '', port = ''] = local.split(':')
    return { address: inBrackets(addressOf(bytesOf(host)).text), port: Number.parseInt(port, 16) }
  }
  return undefined
}

/** Words of four bytes, each as this machine keeps numbers. */
function bytesOf(hex: string): readonly number[] {
  const words = hex.match(/.{8}/g) ?? []
  return words.flatMap((word) => {
    const bytes = [...Buffer.from(word, 'hex')]
    return endianness() === 'LE' ? bytes.toReversed() : bytes
  })
}

function unixAt(inode: string): Address | undefined {
  for (const line of rowsOf('unix')) {
    // Its address, users, protocol, flags, type, state, inode, and a path, which may have blanks.
    const [, flags = '', type = '', own, path = ''] = /^\S+: \S+ \S+ (\S+) (\S+) \S+ +(\d+) (.*)$/.exec(line) ?? []
    if (own !== inode || !(Number.parseInt(flags, 16) & UNIX_LISTENS) || Number.parseInt(type, 16) !== STREAM) continue
    return { address: path.startsWith('@') ? `unix-abstract:${path.slice(1)}` : `unix:${path}`, port: 0 }
  }
  return undefined
}

function rowsOf(table: string): readonly string[] {
  return read(() => readFileSync(`/proc/self/net/${table}`, 'utf8')).split('\n')
}

/** Empty where there is nothing to read. */
function read(from: () => string): string {
  try {
    return from()
  } catch {
    return ''
  }
}
