// A backend as it was written -> a backend with no option left open: its servers, cookie and checks.

import { parseBalance } from './balance.ts'
import type { Backend, Server } from './config.ts'
import { defaultOf } from './defaults.ts'
import type { Profile } from './option.ts'
import { resolveForwarded, resolveForwardFor } from './options/forwarded.ts'
import { resolveCondition } from './rules/condition.ts'
import { resolveErrors } from './rules/reply.ts'
import { resolveResponseRules, resolveRule } from './rules/rule.ts'
import type { RuleInput } from './rules/rule.ts'
import { resolveCookie } from './options/cookie.ts'
import { resolveServer } from './options/server.ts'
import type { BackendInput } from './schema.ts'
import { resolveStats } from './options/stats.ts'
import { resolveStick } from './options/stick.ts'
import { list, ms } from './units.ts'

export function resolveBackend(input: BackendInput, profile: Profile): Backend {
  const redispatch = input.redispatch ?? defaultOf(profile, 'backend.redispatch')
  const timeoutConnectMs = ms(input.timeouts?.connect) ?? defaultOf(profile, 'backend.timeoutConnectMs')
  return {
    name: input.name,
    formerly: list(input.formerly),
    id: input.id ?? null,
    servers: resolveServers(input, profile),
    balance: parseBalance(input.balance ?? defaultOf(profile, 'backend.balance'))!,
    hashType: input.hashType ?? defaultOf(profile, 'backend.hashType'),
    allbackups: input.allbackups ?? defaultOf(profile, 'backend.allbackups'),
    rules: (input.rules ?? []).map((rule) => resolveRule(rule as RuleInput, profile)),
    responseRules: resolveResponseRules(input.responseRules, profile),
    errors: resolveErrors(input.errors),
    forwardfor: input.forwardfor === undefined ? null : resolveForwardFor(input.forwardfor, profile),
    forwarded: input.forwarded === undefined ? null : resolveForwarded(input.forwarded),
    stats: input.stats === undefined ? null : resolveStats(input.stats, profile),
    cookie: input.cookie === undefined ? null : resolveCookie(input.cookie, profile),
    stickTable: null,
    stick: resolveStick(input.stick, input.name),
    onDown: input.onDown ?? defaultOf(profile, 'backend.onDown'),
    persist: input.persist ?? false,
    persistRules: (input.persistRules ?? []).map((rule) => ({ ...rule, if: resolveCondition(rule.if) })),
    useServer: (input.useServer ?? []).map((rule) => ({ ...rule, if: resolveCondition(rule.if) })),
    retries: input.retries ?? defaultOf(profile, 'backend.retries'),
    redispatch: Number(redispatch),
    retryOn: new Set(input.retryOn ?? defaultOf(profile, 'backend.retryOn')),
    ejection: input.ejection ?? defaultOf(profile, 'backend.ejection'),
    retryBudget: input.retryBudget === false ? null : (input.retryBudget ?? defaultOf(profile, 'backend.retryBudget')),
    turnAroundAlone: input.turnAroundAlone ?? defaultOf(profile, 'backend.turnAroundAlone'),
    retryMethods: input.retryMethods ?? defaultOf(profile, 'backend.retryMethods'),
    replayBodyBytes: input.replayBodyBytes ?? defaultOf(profile, 'backend.replayBodyBytes'),
    timeoutConnectMs,
    timeoutQueueMs: ms(input.timeouts?.queue) ?? timeoutConnectMs,
    timeoutServerMs: ms(input.timeouts?.server) ?? defaultOf(profile, 'backend.timeoutServerMs'),
    host: input.host ?? defaultOf(profile, 'backend.host'),
    ipv6PrefixLength: input.ipv6PrefixLength ?? defaultOf(profile, 'backend.ipv6PrefixLength'),
  }
}

/** As HAProxy does: a server without a number gets its place's, or the next that is free. */
function resolveServers({ servers, check }: BackendInput, profile: Profile): Server[] {
  const taken = new Set(servers.map(({ id }) => id))
  let next = 1
  return servers.map((server) => {
    if (server.id === undefined) while (taken.has(next)) next += 1
    const id = server.id ?? next
    next += 1
    taken.add(id)
    return resolveServer(server, id, profile, check)
  })
}
