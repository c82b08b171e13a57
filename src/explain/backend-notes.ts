// Notes what a backend decides: what the cookie and the stick rules came to, who could be picked, and what a server would get.

import { answeredBy } from '../balancer/dispatch/attempt.ts'
import type { HashRequest } from '../balance/hash-key.ts'
import type { Policy } from '../balance/policy.ts'
import type { Member } from '../balance/pool.ts'
import type { BackendRuntime } from '../balancer/backend-runtime.ts'
import type { ReleaseTrace } from '../balancer/journey.ts'
import type { ReleaseRouting, ReleaseWay } from '../balancer/releases/way.ts'
import type { Outgoing } from '../balancer/ports.ts'
import type { Assigned } from '../balancer/persist/assign.ts'
import type { Stuck } from '../balancer/persist/stick.ts'
import { serverKey } from '../config/keys.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { View } from '../rules/view.ts'

export interface Pick {
  readonly member: Member
  /** Those that it was picked from. */
  readonly eligible: readonly Member[]
  readonly request: HashRequest
}

export interface Sent {
  readonly member: Member
  readonly outgoing: Outgoing
  readonly isRefused: boolean
  /** As they were sent. */
  readonly lines: readonly (readonly [string, string])[]
}

/** Of the backend that a request came to. */
export interface BackendNotes {
  readonly runtime: BackendRuntime
  /** As the cookie was looked for. */
  readonly transaction: Transaction
  readonly view: View
  /** With releases: what the release leaves of it. */
  assigned: Assigned
  /** The Cookie header that was read; null: there was none. */
  readonly cookieHeader: string | null
  stuck: Stuck | undefined
  /** Undefined: the backend has no releases. */
  way: ReleaseWay<BackendRuntime> | undefined
  /** Undefined: an answer came before a server was looked for. */
  release: ReleaseTrace | undefined
  /** The candidates before any attempt. */
  candidates: readonly Member[]
  readonly picks: Pick[]
  readonly sent: Sent[]
}

export interface WatchedBackend {
  readonly runtime: BackendRuntime
  /** Notes which release a request gets. */
  watchReleases(routing: ReleaseRouting<BackendRuntime>): ReleaseRouting<BackendRuntime>
  /** Notes what a policy of this backend picks. */
  watchPolicy(policy: Policy): Policy
}

/** `answer`: in place of a server's. */
export function watchBackend(
  runtime: BackendRuntime,
  refusing: ReadonlySet<string>,
  answer: () => Response,
  begin: (notes: BackendNotes) => void,
): WatchedBackend {
  const { backend, pool, assign, stick } = runtime
  const picks: Pick[] = []
  const sent: Sent[] = []
  let notes: BackendNotes | undefined
  const watchPolicy = (policy: Policy): Policy => ({
    pick(candidates, avoid, request) {
      const member = policy.pick(candidates, avoid, request)
      const eligible = candidates.filter((each) => !avoid.has(each))
      if (member) picks.push({ member, eligible, request })
      return member
    },
  })
  const watchReleases = (routing: ReleaseRouting<BackendRuntime>): ReleaseRouting<BackendRuntime> => ({
    ...routing,
    async choose(journey, view, assigned, ports) {
      const way = await routing.choose(journey, view, assigned, ports)
      notes!.way = way
      notes!.assigned = way.assigned
      return {
        ...way,
        settle(stuck) {
          const settled = way.settle(stuck)
          notes!.release = journey.release
          notes!.candidates = settled.runtime.pool.candidates()
          return settled
        },
      }
    },
  })
  const watched: BackendRuntime = {
    ...runtime,
    async assign(transaction, view, nowS) {
      const cookieHeader = transaction.forOrigin.headers.get('cookie')
      const assigned = await assign(transaction, view, nowS)
      const candidates = pool.candidates()
      notes = {
        runtime,
        transaction,
        view,
        assigned,
        cookieHeader,
        stuck: undefined,
        way: undefined,
        release: undefined,
        candidates,
        picks,
        sent,
      }
      begin(notes)
      return assigned
    },
    stick: stick && {
      ...stick,
      async recall(...asked) {
        return (notes!.stuck = await stick.recall(...asked))
      },
    },
    policy: watchPolicy(runtime.policy),
    // In place of the network.
    async holding(member, outgoing) {
      const isRefused = refusing.has(serverKey(backend.name, member.server.name))
      const lines: [string, string][] = []
      outgoing.headers.forEachLine((name, value) => void lines.push([name, value]))
      sent.push({ member, outgoing: { ...outgoing }, isRefused, lines })
      return isRefused ? { outcome: 'failed', delivered: 'no' } : answeredBy(answer())
    },
  }
  return { runtime: watched, watchPolicy, watchReleases }
}
