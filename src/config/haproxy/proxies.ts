// What a proxy section has said in all its lines -> a frontend, a backend, or both, of our own configuration.

import { serverKey } from '../keys.ts'
import { isIpLiteral } from '../network.ts'
import type { ConditionInput } from '../rules/condition.ts'
import type { ResponseRuleInput } from '../rules/rule.ts'
import type { BackendInput } from '../options/backend.ts'
import type { FrontendInput } from '../options/frontend.ts'
import { clientTimeoutsOf } from './client-timeouts.ts'
import { countingBehind } from './counter-lines.ts'
import type { Draft, RuleDraft } from './draft.ts'
import { dynamicCookie } from './dynamic-cookie.ts'
import type { Hash64 } from './dynamic-cookie.ts'
import { checkOf } from './http-check.ts'
import { monitorRules } from './monitor.ts'
import type { ServerDraft } from './server-line.ts'
import { statsOf } from './stats-lines.ts'
import { bufferingRules, postedRules, withTarpitTime } from './waiting-lines.ts'

type ServerInput = ServerDraft['input']

/** A listen section without servers is there for what its rules or its statistics page answer, unless it has a table. */
export function hasBackend({ kind, servers, backend, isTarget }: Draft): boolean {
  return (
    kind === 'backend' || (kind === 'listen' && (servers.length > 0 || backend.stickTable !== undefined || isTarget))
  )
}

/** HAProxy asks the rules of a listen section once, of whatever comes to it: with nowhere else to go, its backend has them. */
function asksAsBackend(draft: Draft): boolean {
  return draft.kind === 'backend' || (draft.isTarget && !(draft.isReached && branches(draft)))
}

function branches({ useBackend, oldUseBackend, defaultBackend }: Draft): boolean {
  return useBackend.length + oldUseBackend.length > 0 || defaultBackend !== undefined
}

/** Rules that would not be asked of requests that come from other sections. */
export function hasUnaskedRules(draft: Draft): boolean {
  return !asksAsBackend(draft) && draft.isTarget && requestRules(draft).length + responseRulesOf(draft).length > 0
}

export function toFrontend(draft: Draft): FrontendInput {
  const { connection, session, content } = draft.tcpRequest
  const rules = [
    ...draft.monitorNet,
    ...countingBehind([connection, session, content].flatMap((set) => set.rules)),
    ...monitorRules(draft),
    ...(asksAsBackend(draft) ? [] : ownRules(draft)),
    ...draft.oldUseBackend,
    ...draft.useBackend,
  ]
  const responseRules = asksAsBackend(draft) ? [] : responseRulesOf(draft)
  // HAProxy: a listen section's own servers come after its default_backend.
  const defaultBackend = draft.defaultBackend ?? (hasBackend(draft) && draft.kind === 'listen' ? draft.name : undefined)
  const stats = statsOf(draft)
  const timeouts = clientTimeoutsOf(draft)
  const { format } = draft.uniqueId
  const isTls = draft.binds.length > 0 && draft.binds.every((bind) => bind.isTls)
  const isPlain = draft.binds.every((bind) => !bind.isTls)
  return {
    name: draft.name,
    ...(draft.id > 0 ? { id: draft.id } : {}),
    ...(draft.binds.length > 0 ? { bind: draft.binds.map((bind) => bind.text) } : {}),
    ...(isTls ? { scheme: 'https' } : isPlain ? {} : { scheme: 'any' }),
    ...(draft.maxconn === undefined ? {} : { maxconn: draft.maxconn }),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(draft.kind === 'frontend' && draft.backend.stickTable ? { stickTable: draft.backend.stickTable } : {}),
    ...(stats === undefined ? {} : { stats }),
    ...(draft.captures === undefined ? {} : { captures: draft.captures }),
    // HAProxy sends no header without a format.
    ...(format === undefined ? {} : { uniqueId: { ...draft.uniqueId, format } }),
    ...(draft.forwardfor === undefined ? {} : { forwardfor: draft.forwardfor }),
    ...(draft.forwarded === undefined ? {} : { forwarded: draft.forwarded }),
    ...(rules.length > 0 ? { rules } : {}),
    ...(responseRules.length > 0 ? { responseRules } : {}),
    ...(!asksAsBackend(draft) && draft.afterResponse.length > 0 ? { afterResponseRules: draft.afterResponse } : {}),
    ...(Object.keys(draft.errors).length > 0 ? { errors: draft.errors } : {}),
    ...(defaultBackend === undefined ? {} : { defaultBackend }),
  }
}

export function toBackend(draft: Draft, hash64: Hash64): BackendInput {
  const isChecked = draft.servers.some(({ input }) => input.check)
  // Without option httpchk HAProxy only connects.
  const shared = sharedCheck(draft)
  const check = {
    ...(draft.httpchk ? checkOf(draft.httpchk) : { type: 'tcp' as const }),
    ...shared,
    ...(draft.timeoutCheck === undefined ? {} : { timeout: draft.timeoutCheck }),
  }
  // A listen section's rules and forwardfor are its frontend's, if nobody else leads to it.
  const own = asksAsBackend(draft)
  const stats = own ? statsOf(draft) : undefined
  const rules = [
    ...(own ? [...countingBehind(draft.tcpRequest.content.rules), ...ownRules(draft)] : []),
    ...postedRules(draft),
  ]
  const responseRules = responseRulesOf(draft)
  return {
    name: draft.name,
    ...(draft.id > 0 ? { id: draft.id } : {}),
    ...draft.backend,
    ...(stats === undefined ? {} : { stats }),
    ...(own && draft.forwardfor !== undefined ? { forwardfor: draft.forwardfor } : {}),
    ...(own && draft.forwarded !== undefined ? { forwarded: draft.forwarded } : {}),
    ...(rules.length > 0 ? { rules } : {}),
    ...(own && responseRules.length > 0 ? { responseRules } : {}),
    ...(own && draft.afterResponse.length > 0 ? { afterResponseRules: draft.afterResponse } : {}),
    ...(own && Object.keys(draft.errors).length > 0 ? { errors: draft.errors } : {}),
    ...(isChecked ? { check } : {}),
    servers: draft.servers.map((server) => {
      const input = withTracked(withDynamicCookie(server, draft, hash64), draft.name)
      return !input.check || shared || Object.keys(server.check).length === 0
        ? input
        : { ...input, check: server.check }
    }),
  }
}

function ownRules(draft: Draft): readonly RuleDraft[] {
  return [...bufferingRules(draft), ...withTarpitTime(requestRules(draft), draft)]
}

function requestRules(draft: Draft): readonly RuleDraft[] {
  const { blocks, httpRequest, oldRequest, addedRequest } = draft
  const isAllowing = httpRequest.some(({ do: action }) => 'allow' in action)
  // An http-request allow ends the http-request rules, and not what HAProxy asks behind them.
  const later = [...oldRequest, ...addedRequest, ...redirectsOf(draft)].map((rule) =>
    isAllowing ? { ...rule, always: true as const } : rule,
  )
  return [...blocks, ...httpRequest, ...later]
}

function responseRulesOf({ tcpResponse, httpResponse, oldResponse, addedResponse }: Draft): ResponseRuleInput[] {
  return [...tcpResponse.rules, ...httpResponse, ...oldResponse, ...addedResponse]
}

/** HAProxy answers its page between `http-request` and `redirect`. */
function redirectsOf({ redirects, stats }: Draft): readonly RuleDraft[] {
  if (!stats) return redirects
  const { uri = '/haproxy?stats' } = stats
  const elsewhere: ConditionInput = {
    not: { all: [{ method: ['GET', 'HEAD', 'POST'] }, { sample: 'pathq', match: 'beg', values: [uri] }] },
  }
  return redirects.map((rule) => ({ ...rule, if: rule.if === undefined ? elsewhere : { all: [elsewhere, rule.if] } }))
}

/** What all checked servers of a backend have alike is written once. */
function sharedCheck({ servers }: Draft): ServerDraft['check'] | undefined {
  const [first, ...others] = servers.filter(({ input }) => input.check).map(({ check }) => check)
  return others.every((check) => JSON.stringify(check) === JSON.stringify(first)) ? first : undefined
}

/** `track s1` is a server of the same backend. */
function withTracked(server: ServerInput, backend: string): ServerInput {
  const { track } = server
  return track === undefined || track.includes('/') ? server : { ...server, track: serverKey(backend, track) }
}

function withDynamicCookie(server: ServerDraft, draft: Draft, hash64: Hash64): ServerInput {
  const { input, portOffset } = server
  const { dynamicKey } = draft
  if (!draft.isDynamic || dynamicKey === undefined || input.cookie !== undefined) return input
  // Each has its number behind it.
  if (input.template !== undefined) return { ...input, cookie: input.name }
  const { hostname, port, protocol } = new URL(input.url)
  // Of a port that is its clients', HAProxy takes what is added to it.
  const number = portOffset ?? Number(port || (protocol === 'https:' ? 443 : 80))
  const cookie = dynamicCookie(dynamicKey, hostname, number, hash64)
  return cookie === undefined ? input : { ...input, cookie }
}

/** Servers whose cookie HAProxy makes of an address that only it knows, because they are known by name. */
export function serversWithoutDynamicCookie({ isDynamic, dynamicKey, servers }: Draft): readonly string[] {
  if (!isDynamic || dynamicKey === undefined) return []
  return servers
    .filter(({ input }) => input.cookie === undefined && input.template === undefined)
    .filter(({ input }) => !isIpLiteral(new URL(input.url).hostname))
    .map(({ name }) => name)
}
