// Sockets that systemd opened and passes on (sd_listen_fds(3)): connections wait in them while `limpet serve` restarts. They are systemd's:
// never opened, removed or given other rights here, and matched with the configuration by their addresses.

import { lookup } from 'node:dns/promises'
import { realpathSync } from 'node:fs'

import { withoutBrackets } from '../../config/brackets.ts'
import { isUnixSocket, passedNumber } from '../../config/options/bind.ts'
import { CliError } from '../cli-error.ts'
import { socketAt } from './socket-at.ts'
import { addressText, pathOf } from './unix-sockets.ts'
import type { Address } from './unix-sockets.ts'

export interface PassedSocket extends Address {
  /** As `fd@3` names it. */
  readonly number: number
  /** In this process; after a take-over it is not the number. */
  readonly descriptor: number
  /** FileDescriptorName= of the unit. */
  readonly name: string
}

/** The first one that is passed. */
const FIRST = 3

/**
 * Those of this process. Takes the variables out of the environment, so that no child mistakes them for its own.
 * @throws CliError if what was passed is not a listening socket
 */
export function takePassedSockets(say: (line: string) => void): readonly PassedSocket[] {
  const { LISTEN_FDS: count, LISTEN_PID: pid, LISTEN_FDNAMES: names = '' } = process.env
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete process.env[name]
  if (count === undefined) return []
  if (Number(pid) !== process.pid) {
    say(
      `warning: LISTEN_FDS is for process ${pid}, and this is ${process.pid}: sockets that were passed are not used; start limpet itself, not through npm, npx or a shell`,
    )
    return []
  }
  if (!/^\d{1,4}$/.test(count)) throw new CliError(`LISTEN_FDS ${count}: must be how many sockets were passed`)
  return Array.from({ length: Number(count) }, (_, i) => {
    const number = FIRST + i
    const name = names.split(':')[i] ?? ''
    const address = socketAt(number)
    if (address) return { number, descriptor: number, name, ...address }
    throw new CliError(
      `descriptor ${number}${named(name)} is not a listening TCP or Unix socket of this network namespace; write ListenStream= and leave Accept=yes out of the socket unit`,
    )
  })
}

export function passedText(socket: PassedSocket): string {
  return `${addressText(socket)} (descriptor ${socket.number}${named(socket.name)})`
}

function named(name: string): string {
  // What systemd says of one that has no name.
  return name === '' || name === 'unknown' ? '' : `, ${name}`
}

/** The address of `fd@N`; others stay as they are. @throws CliError if that one was not passed */
export function atPassed<B extends Address>(bind: B, passed: readonly PassedSocket[], source: string): B {
  const number = passedNumber(bind.address)
  if (number === undefined) return bind
  const found = passed.find((each) => each.number === number)
  if (found) return { ...bind, address: found.address, port: found.port }
  const what = passed.length === 0 ? 'no socket was passed' : `passed were ${passed.map(passedText).join(', ')}`
  throw new CliError(
    `${source}: fd@${number}: ${what}; start limpet serve from a systemd socket unit (docs/service.md), or bind ADDRESS:PORT`,
  )
}

export interface Matched {
  /** By the place in `wanted`; several have one address where the unit says ReusePort=yes. */
  readonly byPlace: ReadonlyMap<number, readonly PassedSocket[]>
  /** Nobody wants them. */
  readonly unnamed: readonly PassedSocket[]
}

export async function matchPassed(wanted: readonly Address[], passed: readonly PassedSocket[]): Promise<Matched> {
  const byPlace = new Map<number, readonly PassedSocket[]>()
  const unnamed: PassedSocket[] = []
  const wants = passed.length === 0 ? [] : await Promise.all(wanted.map((each) => addressesOf(each)))
  for (const socket of passed) {
    const places = ranksOf(socket).map((text) => wants.findIndex((texts) => texts.includes(text)))
    const place = places.find((each) => each !== -1)
    if (place === undefined) unnamed.push(socket)
    else byPlace.set(place, [...(byPlace.get(place) ?? []), socket])
  }
  return { byPlace, unnamed }
}

/** What may be wanted of it, best first. All addresses are `*`, of IPv6 or of IPv4. */
function ranksOf({ address, port }: Address): readonly string[] {
  const text = addressText({ address: withRealPath(address), port })
  return ['[::]', '0.0.0.0'].includes(address) ? [text, `*:${port}`] : [text]
}

/** As sockets have it: of a name its first address, as when it is opened here. */
async function addressesOf({ address, port }: Address): Promise<readonly string[]> {
  if (isUnixSocket(address) || address === '*') return [addressText({ address: withRealPath(address), port })]
  const found = await lookup(withoutBrackets(address), { order: 'ipv4first' }).catch(() => undefined)
  if (!found) return []
  const host = found.family === 6 ? new URL(`http://[${found.address.replace(/%.*/, '')}]`).hostname : found.address
  return [`${host}:${port}`]
}

/** /var/run is /run. */
function withRealPath(address: string): string {
  const path = pathOf(address)
  if (path === undefined) return address
  try {
    return `unix:${realpathSync(path)}`
  } catch {
    return address
  }
}
