// Whether every address can be opened, before anything starts: each one that cannot is named, with the reason and what to do.

import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { networkInterfaces } from 'node:os'

import { withoutBrackets } from '../../config/brackets.ts'
import { isUnixSocket } from '../../config/options/bind.ts'
import { CliError } from '../cli-error.ts'
import { closed, tryListen } from './try-listen.ts'

export interface WantedBind {
  readonly address: string
  /** 0: any free one, which there always is. */
  readonly port: number
  /** Where it is written, for messages. */
  readonly source: string
}

/**
 * Unix sockets are unix-socket.ts's. `kept`: what this process has open already and keeps, `leaving`: what it closes when it has reloaded.
 * @throws CliError with a line for each address that cannot be opened
 */
export async function tryBinds(
  wanted: readonly WantedBind[],
  kept: readonly WantedBind[] = [],
  leaving: readonly WantedBind[] = [],
): Promise<void> {
  const open: { bind: WantedBind; server: Server }[] = []
  const problems: string[] = []
  for (const bind of wanted) {
    if (bind.port === 0 || isUnixSocket(bind.address)) continue
    const isTaken = (other: WantedBind) => overlaps(other, bind)
    const other = [...open.map((each) => each.bind), ...kept].find(isTaken)
    const before = other ? undefined : leaving.find(isTaken)
    const tried = bind.port > 65_535 ? 'ERANGE' : await tryFor(other || before ? 0 : LEAVING_MS, bind)
    if (typeof tried !== 'string') open.push({ bind, server: tried })
    else {
      const isInUse = tried === 'EADDRINUSE'
      const problem =
        isInUse && before
          ? `overlaps with ${before.address}:${before.port}, which is served until the reload is done; restart limpet serve, or reload without both first`
          : bindProblem(tried, bind, isInUse ? other : undefined)
      problems.push(`${bind.source}: ${bind.address}:${bind.port} ${problem}`)
    }
  }
  await Promise.all(open.map(({ server }) => closed(server)))
  if (problems.length > 0) throw new CliError(problems.join('\n'))
}

/** A process that was ended just now may hold its sockets a moment longer. */
const LEAVING_MS = 1000
const PAUSE_MS = 50

async function tryFor(patienceMs: number, bind: WantedBind): Promise<Server | string> {
  for (let leftMs = patienceMs; ; leftMs -= PAUSE_MS) {
    const tried = await tryListen(optionsOf(bind))
    if (tried !== 'EADDRINUSE' || leftMs <= 0) return tried
    await new Promise((done) => setTimeout(done, PAUSE_MS))
  }
}

function optionsOf({ address, port }: WantedBind) {
  return address === '*' ? { port } : { host: withoutBrackets(address), port }
}

function overlaps(one: WantedBind, other: WantedBind): boolean {
  return one.port === other.port && (isAny(one) || isAny(other) || one.address === other.address)
}

function isAny({ address }: WantedBind): boolean {
  return ['*', '0.0.0.0', '[::]'].includes(address)
}

/** `code`: of the failed attempt. `other`: a bind of the same configuration that has the port. */
export function bindProblem(code: string, { address, port }: WantedBind, other: WantedBind | undefined): string {
  const isIpv6 = address.startsWith('[')
  switch (code) {
    case 'EADDRINUSE':
      return other
        ? `overlaps with ${other.address}:${other.port} (${other.source}); remove one of the two`
        : `is in use: another process listens there (ss -ltnp 'sport = :${port}' names it); stop it, or choose another port with bind or --listen`
    case 'EACCES':
    case 'EPERM':
      return `may not be opened by this user: ports below ${firstFreePort()} need root or the capability CAP_NET_BIND_SERVICE, which the systemd unit in docs/service.md gives; or choose a higher port`
    case 'EADDRNOTAVAIL':
      return `is not an address of this machine, which has ${ownAddresses(isIpv6)}; write one of them, or * for all`
    case 'EAFNOSUPPORT':
      return `cannot be opened: this machine has no ${isIpv6 ? 'IPv6' : 'IPv4'}; write an address of the other kind`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has a name that this machine finds no address for; write an address, or * for all'
    case 'ERANGE':
      return 'is above the last port, 65535; choose a lower one, or fewer --isolates'
    default:
      return `cannot be opened: ${code}; choose another with bind or --listen`
  }
}

function ownAddresses(isIpv6: boolean): string {
  const all = Object.values(networkInterfaces()).flatMap((each = []) => each)
  const ofKind = all.filter(({ family }) => (family === 'IPv6') === isIpv6)
  return ofKind.map(({ address }) => (isIpv6 ? `[${address}]` : address)).join(', ') || `no ${isIpv6 ? 'IPv6' : 'IPv4'}`
}

/** From which port on everybody may listen. */
function firstFreePort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  } catch {
    return 1024
  }
}
