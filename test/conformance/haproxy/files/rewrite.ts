// A file with this machine's addresses: its binds listen on free ports of the loopback, its servers are the origins, what needs
// another user is left out. Nothing else of it changes, so both peers read what was written.

import { withPaths } from './machine.ts'

export interface Bound {
  /** The section that listens there. */
  readonly section: string
  /** As it is written: `*:443`. */
  readonly written: string
  readonly tls: boolean
  readonly address: string
  readonly port: number
}

export interface Rewritten {
  readonly text: string
  readonly bound: readonly Bound[]
}

export interface Here {
  readonly root: string
  /** `127.0.0.1:1001` */
  readonly origins: readonly string[]
  /** So many consecutive ports are free. */
  readonly firstPort: number
}

/** Ports that one file may use, with those that are used by nothing but its own processes. */
export const PORTS_PER_FILE = 20

/** They need another user, or keep a process from being ours. */
const LEFT_OUT = new Set(
  'chroot user group uid gid pidfile daemon master-worker nbthread maxconn log ulimit-n'.split(' '),
)
/** Words of a server that only its own machine can satisfy, with the number of their arguments. */
const OF_THE_SERVER: Readonly<Record<string, number>> = {
  ssl: 0,
  verify: 1,
  'ca-file': 1,
  sni: 1,
  alpn: 1,
  resolvers: 1,
  port: 1,
  'send-proxy': 0,
  'send-proxy-v2': 0,
}

export function rewrite(text: string, { root, origins, firstPort }: Here): Rewritten {
  const ports = new Map<string, number>()
  let nextPort = firstPort
  const portOf = (key: string, count = 1): number => {
    const known = ports.get(key)
    if (known !== undefined) return known
    ports.set(key, nextPort)
    nextPort += count
    if (nextPort > firstPort + PORTS_PER_FILE) throw new Error(`a file may use ${PORTS_PER_FILE} ports`)
    return ports.get(key)!
  }
  const bound: Bound[] = []
  let kind = ''
  let section = ''
  let servers = 0
  const isRandom = new Set(
    [...text.matchAll(/^(?:backend|listen)\s+(\S+)[^]*?(?=^\S|(?![^]))/gm)]
      .filter(([body]) => /^\s+balance\s+random/m.test(body))
      .map(([, name]) => name!),
  )

  /** `127.0.0.1:80` of `*:80`, and so many ports after it. */
  const listening = (one: string, tls: boolean): string => {
    const [, host, first, last] = /^(.*):(\d+)(?:-(\d+))?$/.exec(one) ?? []
    if (host === undefined) return one
    const count = last === undefined ? 1 : Number(last) - Number(first) + 1
    const port = portOf(one, count)
    const address = host.includes(':') ? '::1' : '127.0.0.1'
    for (let i = 0; i < count; i++)
      bound.push({ section, written: `${host}:${Number(first) + i}`, tls, address, port: port + i })
    return `${address.includes(':') ? `[${address}]` : address}:${count === 1 ? port : `${port}-${port + count - 1}`}`
  }

  const server = (words: readonly string[]): readonly string[] => {
    const origin = origins[isRandom.has(section) ? 0 : servers % origins.length]!
    servers += 1
    const [word = '', name = '', , ...options] = words
    return [word, name, origin, ...withoutOwn(options)]
  }

  const line = (written: string): string => {
    const [indent = ''] = /^\s*/.exec(written) ?? []
    const words = written.slice(indent.length).split(/\s+/)
    const [word = '', second = ''] = words
    if (indent === '' && /^[a-z]+$/.test(word)) {
      kind = word
      section = second
      servers = 0
      // Of older versions: the address stands in the head.
      if (kind === 'listen' && words[2]?.includes(':'))
        return [word, second, ...words[2].split(',').map((one) => listening(one, false))].join(' ')
      return written
    }
    if (kind === 'global') {
      if (LEFT_OUT.has(word)) return `${indent}# ${written.trim()}`
      const socket = /^(\s*stats\s+socket\s+)(\S+:\d+)(.*)$/.exec(written)
      if (socket) return `${socket[1]}127.0.0.1:${portOf(socket[2]!)}${socket[3]}`
      return word === 'stats' ? written.replaceAll(/\s(?:user|group)\s+\S+/g, '') : written
    }
    if (kind === 'peers' && word === 'peer') return `${indent}peer ${second} 127.0.0.1:${portOf(`peer ${second}`)}`
    if (word === 'bind') {
      const isTls = words.includes('ssl')
      return (
        indent +
        [
          'bind',
          second
            .split(',')
            .map((one) => listening(one, isTls))
            .join(','),
          ...words.slice(2),
        ].join(' ')
      )
    }
    if (word === 'server' || word === 'server-template') {
      const [size = ''] = word === 'server' ? [] : words.splice(2, 1)
      const [, name, ...rest] = server(words)
      return indent + [word, name, ...(size ? [size] : []), ...rest].join(' ')
    }
    if (word === 'default-server') return indent + [word, ...withoutOwn(words.slice(1))].join(' ')
    // Nobody waits for it here.
    if (word === 'timeout' && second === 'tarpit') return `${indent}timeout tarpit 100ms`
    return written
  }
  return { text: withPaths(text.split('\n').map(line).join('\n'), root), bound }
}

function withoutOwn(options: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (let i = 0; i < options.length; i++) {
    const own = OF_THE_SERVER[options[i]!]
    if (own === undefined) kept.push(options[i]!)
    else i += own
  }
  return kept
}
