// Which server does a request belong to, before balance is asked? HAProxy's order: use-server, then the cookie
// (manual 4.2 "use-server", "force-persist", "ignore-persist", "option persist").

import type { Member, Pool } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'
import type { Codec } from '../../persistence/codec.ts'
import { NOT_RECALLED, recall } from '../../persistence/recall.ts'
import type { ReadableCookie, Recalled } from '../../persistence/recall.ts'
import type { RulesEngine } from '../../rules/rules-engine.ts'
import type { Transaction } from '../../rules/transaction.ts'
import type { View } from '../../rules/view.ts'

export interface Assigned {
  readonly recalled: Recalled<Member>
  /** False under `ignore-persist`: the response's cookies are left alone. */
  readonly remembers: boolean
  /** `force-persist`: the request is not moved to another server. */
  readonly isForced: boolean
  /** Whether this server, which is down or in maint, keeps the client. */
  persistsDown(member: Member): boolean
}

/** A promise only when a cookie has to be verified. */
export type Assign = (transaction: Transaction, view: View, nowMs: number) => Assigned | Promise<Assigned>

/** Compiled once per backend. */
export function createAssign(
  backend: Backend,
  pool: Pool,
  codecs: readonly Codec[],
  former: readonly ReadableCookie[],
  { holdsOf }: Pick<RulesEngine, 'holdsOf'>,
): Assign {
  const { whileAnsweringMs } = backend
  const byCookie = membersByCookie(pool.members)
  const named = (serverCookie: string) => byCookie.get(serverCookie) ?? []
  const persistRules = backend.persistRules.map((rule) => ({ holds: holdsOf(rule), does: rule.do }))
  const useServer = backend.useServer.map((rule) => ({
    holds: holdsOf(rule),
    member: pool.members.find(({ server }) => server.name === rule.server)!,
  }))

  return (transaction, view, nowMs) => {
    const rule =
      persistRules.length === 0 ? undefined : persistRules.find(({ holds }) => holds(transaction, view))?.does
    const isPersistent = backend.persist || rule === 'force'
    const persistsDown = ({ status, answeredMs }: Member) =>
      isPersistent || (whileAnsweringMs !== null && status.admin !== 'maint' && nowMs - answeredMs <= whileAnsweringMs)
    const used = useServer.length === 0 ? undefined : usedBy(transaction, view, isPersistent)
    if (!backend.cookie) return assigned(NOT_RECALLED, rule, used, persistsDown)
    const header = transaction.forOrigin.headers.get('cookie')
    const servers = { named, servable: pool.servable, persistsDown }
    const recalled = recall(backend.cookie, codecs, header, servers, Math.floor(nowMs / 1000), former)
    return recalled instanceof Promise
      ? recalled.then((found) => assigned(found, rule, used, persistsDown))
      : assigned(recalled, rule, used, persistsDown)
  }

  function usedBy(transaction: Transaction, view: View, isPersistent: boolean): Member | undefined {
    return useServer.find(({ holds, member }) => holds(transaction, view) && (isPersistent || pool.servable(member)))
      ?.member
  }
}

function assigned(
  found: Recalled<Member>,
  rule: Backend['persistRules'][number]['do'] | undefined,
  used: Member | undefined,
  persistsDown: Assigned['persistsDown'],
): Assigned {
  const isForced = rule === 'force'
  if (rule !== 'ignore' && !used) return { recalled: found, remembers: true, isForced, persistsDown }
  const verdict = found.verdict === 'none' ? 'none' : 'unused'
  return {
    recalled: { ...found, verdict, wish: used, named: [] },
    remembers: rule !== 'ignore',
    isForced,
    persistsDown,
  }
}

/** A server's former names were cookie values, too, unless another server has them today. */
export function membersByCookie(members: readonly Member[]): ReadonlyMap<string | null, readonly Member[]> {
  const byCookie = Map.groupBy(members, ({ server }) => server.cookie)
  for (const member of members) {
    const { cookie, formerly } = member.server
    for (const each of cookie === null ? [] : formerly) if (!byCookie.has(each)) byCookie.set(each, [member])
  }
  return byCookie
}
