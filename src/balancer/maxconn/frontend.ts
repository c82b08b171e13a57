// A frontend's maxconn: requests beyond it wait, in order, for as long as their clients do (configuration manual 4.2 "maxconn": further
// connections wait to be accepted). Where a rule asks for it, the number of its requests in progress is known without a maxconn, too.

import type { Limit } from '../../flow/limit.ts'
import { createQueue } from '../../flow/queue.ts'
import { PASSED_SOCKET_SLOT_MS } from './in-flight.ts'
import type { Journey } from '../journey.ts'
import type { RequestPorts } from '../ports.ts'

export interface Gate {
  /** `work` runs once there is a slot, which is free again when its response has ended. */
  pass(journey: Journey, ports: RequestPorts, work: () => Promise<Response>): Promise<Response>
  /** Requests that have a slot, as far as it is known here. */
  current(): number
}

/** `maxconn`: null: there is none, and its requests are only counted. */
export function createGate(
  maxconn: number | null,
  makeLimit: (max: number, onAnswer: () => void) => Limit,
  now: () => number,
): Gate {
  const queue = createQueue(now)
  const limit: Limit = maxconn === null ? createUnlimited() : makeLimit(maxconn, () => queue.serve(limit))
  return { pass, current: () => limit.inUse + limit.elsewhere }

  async function pass(journey: Journey, ports: RequestPorts, work: () => Promise<Response>): Promise<Response> {
    const { lifetime, request } = journey
    if (limit.waiting === 0 && limit.hasRoom()) limit.take()
    else {
      const wish = {
        accepts: () => true,
        asks: [limit],
        isSoft: false,
        isStillGood: () => true,
        deadlineMs: Number.POSITIVE_INFINITY,
        lifetime,
        signal: request.signal,
      }
      while ((await queue.wait(wish)) !== limit);
    }
    const { promise: left, resolve } = Promise.withResolvers<void>()
    // Otherwise the request's context could be gone before its slot is given back.
    lifetime.waitUntil(left)
    let inside = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const leave = () => {
      if (!inside) return
      inside = false
      if (timer !== undefined) clearTimeout(timer)
      limit.release()
      queue.serve(limit)
      limit.settle(lifetime)
      resolve()
    }
    const renew = () => {
      limit.renew(lifetime)
      timer = setTimeout(renew, RENEW_MS)
    }
    // Without a maxconn there is no lease.
    if (maxconn !== null) renew()
    // Without a listener, a client that hangs up silently ends everything here.
    request.signal.addEventListener('abort', leave)
    try {
      const response = await work()
      const watched =
        response.status === 101 ? ports.whenClosed(response, leave, false) : ports.whenEnded(response, leave)
      if (watched) return watched.response
      setTimeout(leave, PASSED_SOCKET_SLOT_MS)
      return response
    } catch (error) {
      leave()
      throw error
    }
  }
}

function createUnlimited(): Limit {
  const nothing = () => undefined
  const limit = { max: Infinity, inUse: 0, elsewhere: 0, waitingElsewhere: 0, waiting: 0 }
  return Object.assign(limit, {
    hasRoom: () => true,
    isFull: () => false,
    isOpen: () => false,
    take: () => void (limit.inUse += 1),
    release: () => void (limit.inUse -= 1),
    ask: nothing,
    settle: nothing,
    renew: nothing,
  })
}

/** How often a long request renews the lease of its slot. */
const RENEW_MS = 1_000
