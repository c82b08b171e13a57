// Syslog under `limpet serve`: workerd sends no datagrams, so each isolate hands its lines to this process (relay.ts). To a
// network address they go by UDP; to a local socket through the system's `logger`, since Node has no datagram sockets of that
// kind. HAProxy: configuration manual 4.2 "log".

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:net'
import { hostname } from 'node:os'

import { withoutBrackets } from '../../config/brackets.ts'
import type { LogEntry, SyslogTarget } from '../../config/options/log-target.ts'
import { startRelay } from './relay.ts'

interface Sender {
  send(level: number, text: string): void
  close(): void
}

export interface SyslogRelay {
  /** In place of all targets before. */
  use(targets: readonly SyslogTarget[]): void
}

/** How often an unreachable target is reported. */
const COMPLAIN_MS = 60_000
/** What `logger` has not read yet; more is dropped. */
const MAX_WAITING_BYTES = 1_048_576

export async function startSyslogRelay(socketPath: string): Promise<SyslogRelay> {
  let senders: readonly (Sender & { readonly target: SyslogTarget })[] = []
  await startRelay(socketPath, (lines) => {
    for (const [level, text] of lines as LogEntry[]) {
      for (const { target, send } of senders) if (level <= target.maxLevel) send(level, text)
    }
  })
  return {
    use(targets) {
      for (const { close } of senders) close()
      senders = targets.map((target) => ({
        target,
        ...(target.address.startsWith('/') ? byLogger(target) : byUdp(target)),
      }))
    },
  }
}

function byUdp(target: SyslogTarget): Sender {
  const { hostname: host, port } = new URL(`udp://${target.address}`)
  const bare = withoutBrackets(host)
  const socket = createSocket(bare.includes(':') ? 'udp6' : 'udp4').unref()
  const complain = complaining(target.address)
  socket.on('error', complain)
  return {
    send(level, text) {
      const bytes = Buffer.from(syslogLine(target, level, text, new Date())).subarray(0, target.maxBytes)
      socket.send(bytes, Number(port), bare, (error) => error && complain(error))
    },
    close: () => socket.close(),
  }
}

/** One `logger` as long as it runs; it is restarted when there is something to log. */
function byLogger({ address, facility, tag, maxBytes }: SyslogTarget): Sender {
  const complain = complaining(address)
  let child: ChildProcess | undefined
  const start = () => {
    const args = ['--socket', address, '--socket-errors=on', '--prio-prefix', '--size', String(maxBytes)]
    child = spawn('logger', [...args, '--tag', `${tag}[${process.pid}]`], { stdio: ['pipe', 'ignore', 'pipe'] })
    // It ends with this process, which does not wait for it.
    for (const handle of [child, child.stdin as Socket, child.stderr as Socket]) handle.unref()
    child.on('error', (error) => {
      complain(new Error(`${error.message}; the command logger (util-linux) is needed for a local socket`))
      child = undefined
    })
    child.on('exit', () => (child = undefined))
    child.stdin!.on('error', complain)
    child.stderr!.on('data', (said: Buffer) => complain(new Error(said.toString().trim())))
  }
  return {
    send(level, text) {
      if (!child) start()
      const { stdin } = child!
      if (stdin && stdin.writableLength < MAX_WAITING_BYTES)
        stdin.write(`<${facility * 8 + level}>${text.replaceAll('\n', ' ')}\n`)
    },
    close: () => child?.stdin?.end(),
  }
}

function complaining(address: string): (error: Error) => void {
  let lastMs = 0
  return ({ message }) => {
    if (Date.now() - lastMs < COMPLAIN_MS) return
    lastMs = Date.now()
    console.error(`log ${address}: ${message}`)
  }
}

/** A datagram's text; in those of RFC 3164 the time is the machine's own. */
export function syslogLine({ facility, format, tag }: SyslogTarget, level: number, text: string, now: Date): string {
  const priority = `<${facility * 8 + level}>`
  switch (format) {
    case 'raw':
      return text
    case 'short':
      return `<${level}>${text}`
    case 'rfc5424':
      return `${priority}1 ${now.toISOString().replace('Z', '000+00:00')} ${hostname()} ${tag} ${process.pid} - - ${text}`
    case 'rfc3164':
      return `${priority}${clock(now)} ${hostname()} ${tag}[${process.pid}]: ${text}`
    case 'local':
      return `${priority}${clock(now)} ${tag}[${process.pid}]: ${text}`
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `Nov  5 12:07:08`, RFC 3164 section 4.1.2. */
function clock(now: Date): string {
  return `${MONTHS[now.getMonth()]} ${String(now.getDate()).padStart(2)} ${now.toTimeString().slice(0, 8)}`
}
