// What a request waits for. The clock is read again only then: it does not move while JavaScript runs.

import type { Journey } from './journey.ts'
import type { RequestPorts } from './ports.ts'

/** Goes on with what is known, at once if it is known already: most requests wait for nothing but their server. */
export function after<T, R>(
  known: T | Promise<T>,
  journey: Pick<Journey, 'nowMs'>,
  { now }: Pick<RequestPorts, 'now'>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  if (!(known instanceof Promise)) return next(known)
  return afterWait(known, journey, now, next)
}

async function afterWait<T, R>(
  known: Promise<T>,
  journey: Pick<Journey, 'nowMs'>,
  now: () => number,
  next: (value: T) => R | Promise<R>,
): Promise<R> {
  const value = await known
  journey.nowMs = now()
  return next(value)
}
