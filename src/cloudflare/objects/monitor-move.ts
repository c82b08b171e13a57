// Moving the Monitor into another object, and passing calls on to the one in command, which seat.ts knows.

import type { Place } from '../../config/place.ts'
import type { Env } from '../env.ts'
import { monitorNamespace } from '../object-stubs.ts'
import type { MonitorRpc, Moved } from '../rpc.ts'
import type { Offer, Seat } from './seat.ts'

/** What an object that is not in command passes on. */
export type Passed =
  | 'snapshot'
  | 'arm'
  | 'servers'
  | 'backends'
  | 'observed'
  | 'change'
  | 'changeLists'
  | 'arrangeList'
  | 'releases'
  | 'changeRelease'
  | 'events'
  | 'place'
  | 'move'

/** An answer that was passed on, and who gave it. */
export interface PassedOn {
  readonly value: unknown
  readonly by: Seat['current']
}

/** Between a Monitor's objects. */
export interface MoveRpc {
  stage(offer: Offer): Promise<void>
  relay(generation: number, method: Passed, args: readonly unknown[]): Promise<PassedOn>
}

export async function passOn<M extends Passed>(
  env: Env,
  seat: Seat,
  method: M,
  ...args: Parameters<MonitorRpc[M]>
): Promise<Awaited<ReturnType<MonitorRpc[M]>>> {
  const { name, generation } = seat.current
  const { value, by } = await objectOf(env, name).relay(generation, method, args)
  seat.learn(by)
  return value as Awaited<ReturnType<MonitorRpc[M]>>
}

/** How often the state is copied again if it changes meanwhile. */
const TRIES = 5
const WRITE_WAIT_MS = 1_000

/** `to`: null, back into the first object. `writing`: a snapshot write in progress, which must not land after the other object's. */
export async function moveSeat(
  env: Env,
  seat: Seat,
  to: Place | null,
  writing: () => Promise<void> | undefined,
): Promise<Moved> {
  if (to === null && seat.row.name === seat.row.home) return { problem: 'the Monitor is in its first object' }
  for (let tries = 0; tries < TRIES; tries++) {
    const offer = seat.offer(to)
    await objectOf(env, offer.name, to).stage(offer)
    // Nothing is awaited between this look and the row that makes the other one the Monitor.
    if (!writing() && JSON.stringify(seat.offer(to).tables) === JSON.stringify(offer.tables)) {
      seat.leave(offer)
      return { to: offer.name }
    }
    await Promise.race([writing(), new Promise((resolve) => setTimeout(resolve, WRITE_WAIT_MS))])
  }
  return { problem: 'states changed, or were being written to KV, each time they were copied; try again' }
}

function objectOf(env: Env, name: string, near: Place | null = null): MoveRpc {
  return monitorNamespace(env).getByName(name, near === null ? {} : { locationHint: near }) as unknown as MoveRpc
}
