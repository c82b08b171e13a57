// How many requests one invocation makes: the free plan allows 50, the paid one 10,000; the next is refused with an exception.
// https://developers.cloudflare.com/workers/platform/limits/#subrequests

import { AsyncLocalStorage } from 'node:async_hooks'

import { seen, settings } from './settings.ts'

const invocations = new AsyncLocalStorage<{ made: number }>()

/** Everything that `work` begins belongs to one invocation. */
export function asInvocation<T>(work: () => T): T {
  return invocations.run({ made: 0 }, work)
}

export function countSubrequests(send: typeof fetch): typeof fetch {
  return ((...args: Parameters<typeof fetch>) => {
    const invocation = invocations.getStore()
    if (invocation) {
      invocation.made += 1
      seen.mostSubrequests = Math.max(seen.mostSubrequests, invocation.made)
      if (invocation.made > settings.subrequests) {
        seen.refusedSubrequests += 1
        return Promise.reject(new Error('Too many subrequests.'))
      }
    }
    return send(...args)
  }) as typeof fetch
}
