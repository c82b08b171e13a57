// What a peer is: a balancer in one sticky set-up, with its own way to reload, drain and end.

import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { ClientKind } from './clients.ts'
import { isOver, kill, listens, start, stop } from './processes.ts'
import type { Setting } from './setting.ts'

export interface Place {
  readonly directory: string
  /** One for each balancer that clients ask in turns. */
  readonly ports: readonly number[]
  /** At this time (Unix time, ms) the clock moves by `byMs`; null: it stays right. */
  readonly clock: { readonly atMs: number; readonly byMs: number } | null
  /** The listening socket of its port, which it is to serve; null: it opens its own. */
  readonly heldSocket: number | null
}

export interface Balancer {
  start(setting: Setting): Promise<void>
  /** Another configuration, by a reload of whatever kind it has. */
  reload(setting: Setting): Promise<void>
  /** Undefined: the server's line in the configuration says it, and a reload. */
  readonly drain?: (server: string, isDrained: boolean) => Promise<void>
  stop(): Promise<void>
  /** `kill -9` of the process that was started. */
  kill(): Promise<void>
}

export interface Peer {
  /** In the table's head: program, and set-up. */
  readonly program: string
  readonly setUp: string
  readonly id: string
  readonly clients: ClientKind
  /** Undefined: it is not installed. */
  version(): string | undefined
  open(place: Place): Promise<Balancer>
  /** Its clock moves without libfaketime. */
  readonly movesItsClock?: true
  /** It can serve a socket that it is started with. */
  readonly takesSocket?: true
  /** What its cells leave out, by the event's id, and why. */
  readonly without?: Readonly<Record<string, string>>
}

/** Rows that move the clock. */
export const CLOCK_EVENTS = ['clock+1h', 'clock-1h', 'clock+25h', 'clock-25h'] as const

/** One process of a peer. */
export interface Program {
  /** Writes its files. */
  write(setting: Setting): void
  readonly port: number
  readonly command: readonly string[]
  readonly log: string
  readonly env?: NodeJS.ProcessEnv
  /** It finds it as descriptor 3. */
  readonly socket?: number | null
  readonly stopSignal: NodeJS.Signals
  reload(child: ChildProcess): void | Promise<void>
  /** Before it ends and before it reloads: keeps what it can. */
  beforeEnd?(): void | Promise<void>
}

/** All of a peer's processes are started, told and ended alike. */
export function balancerOf(programs: readonly Program[], drain?: Balancer['drain']): Balancer {
  const children = new Map<Program, ChildProcess>()
  let current: Setting
  const each = async (work: (program: Program) => void | Promise<void>) =>
    void (await Promise.all(programs.map((program) => work(program))))

  async function run(program: Program): Promise<void> {
    program.write(current)
    const child = start(program.command, program.log, program.env, program.socket)
    children.set(program, child)
    await listens(child, program.port, program.log)
  }

  return {
    start(setting) {
      current = setting
      return each(run)
    },
    reload(setting) {
      current = setting
      return each(async (program) => {
        await program.beforeEnd?.()
        program.write(setting)
        await program.reload(children.get(program)!)
        // A program that has no reload ends by the signal: then it is started again.
        if (isOver(children.get(program)!)) await run(program)
      })
    },
    ...(drain && { drain }),
    stop: () =>
      each(async (program) => {
        await program.beforeEnd?.()
        await stop(children.get(program)!, program.stopSignal)
      }),
    kill: () => each((program) => kill(children.get(program)!)),
  }
}

/** The first line of what a program says of its version; undefined where it is not installed. */
export function versionOf(command: readonly string[], pattern: RegExp): string | undefined {
  const [program, ...args] = command
  const { stdout, stderr, error } = spawnSync(program!, args, { encoding: 'utf8' })
  if (error) return undefined
  return pattern.exec(`${stdout}${stderr}`)?.[1]
}

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'

/** Why a cell is not measured; undefined: it is. */
export function reasonWithout(
  peer: Peer,
  event: { readonly id: string; readonly clockMs?: number; readonly holdsSocket?: true },
): string | undefined {
  if (event.clockMs !== undefined && !peer.movesItsClock && !existsSync(FAKETIME)) return 'libfaketime is not installed'
  if (event.holdsSocket && !peer.takesSocket) return 'serves only sockets of its own'
  return peer.without?.[event.id]
}

/** Lets a program's clock be moved by a file; its timers go on as before. */
export function movableClock({ directory, clock }: Place): NodeJS.ProcessEnv {
  if (!clock) return {}
  return {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE: join(directory, 'clock'),
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_CACHE_DURATION: '1',
  }
}
