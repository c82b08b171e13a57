// A name server for tests: answers A, AAAA and SRV over UDP from a table that a test changes while it runs, or says nothing.

import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'

export interface SrvRecord {
  readonly target: string
  readonly port: number
  readonly weight: number
}

/** What a name has: addresses of either family, and SRV records; or how questions about it fail. */
export type Zone = readonly (string | SrvRecord)[] | 'nx' | 'refused' | 'servfail' | 'silent'

export interface DnsServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** What names have from now on. A name that is not set does not exist. */
  set(zones: Readonly<Record<string, Zone>>): void
  /** How often a name was asked for so far. */
  asked(name: string): number
  close(): Promise<void>
}

const A = 1
const AAAA = 28
const SRV = 33
const RCODES = { nx: 3, refused: 5, servfail: 2 } as const

export async function startDnsServer(address = '127.0.0.1', port = 0): Promise<DnsServer> {
  const zones = new Map<string, Zone>()
  const asked = new Map<string, number>()
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query)
    asked.set(name, (asked.get(name) ?? 0) + 1)
    const zone = zones.get(name) ?? 'nx'
    if (zone === 'silent') return
    const code = typeof zone === 'string' ? RCODES[zone] : 0
    const data = typeof zone === 'string' ? [] : zone.flatMap((record) => dataOf(record, type) ?? [])
    const header = Buffer.from(query.subarray(0, 12))
    // An authoritative answer; recursion is available.
    header.writeUInt16BE(0x8480 | (query.readUInt16BE(2) & 0x0100) | code, 2)
    header.writeUInt16BE(data.length, 6)
    header.writeUInt32BE(0, 8)
    const answers = data.map((each) => {
      const head = Buffer.alloc(12)
      // The name is the question's.
      head.writeUInt16BE(0xc00c, 0)
      head.writeUInt16BE(type, 2)
      head.writeUInt16BE(1, 4)
      head.writeUInt16BE(each.length, 10)
      return Buffer.concat([head, each])
    })
    socket.send(Buffer.concat([header, query.subarray(12, end), ...answers]), from.port, from.address)
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('error', reject).bind(port, address, resolve)
  await promise
  return {
    address: `${address}:${socket.address().port}`,
    set(more) {
      for (const [name, zone] of Object.entries(more)) zones.set(name, zone)
    },
    asked: (name) => asked.get(name) ?? 0,
    close: () => new Promise((done) => socket.close(() => done())),
  }
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** Undefined: the record is of another type. */
function dataOf(record: string | SrvRecord, type: number): Buffer | undefined {
  if (typeof record !== 'string') {
    if (type !== SRV) return undefined
    const numbers = Buffer.alloc(6)
    numbers.writeUInt16BE(record.weight, 2)
    numbers.writeUInt16BE(record.port, 4)
    const labels = record.target.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`))
    return Buffer.concat([numbers, ...labels, Buffer.alloc(1)])
  }
  if (isIPv6(record)) return type === AAAA ? groupsOf(record) : undefined
  return type === A ? Buffer.from(record.split('.').map(Number)) : undefined
}

function groupsOf(address: string): Buffer {
  const [before = '', after] = address.split('::')
  const groups = (text = '') => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const head = groups(before)
  const tail = groups(after)
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
  const bytes = Buffer.alloc(16)
  all.forEach((group, i) => bytes.writeUInt16BE(group, i * 2))
  return bytes
}
