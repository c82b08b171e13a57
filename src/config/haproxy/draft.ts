// What a proxy section has said so far. A section begins as a copy of its `defaults` and becomes frontends and backends
// of our own configuration at the end.

import type { Acls } from './acl.ts'
import type { ServerCheckInput } from '../check.ts'
import { checkOf } from './http-check.ts'
import type { HttpCheckDraft } from './http-check.ts'
import { dynamicCookie } from './dynamic-cookie.ts'
import type { Hash64 } from './dynamic-cookie.ts'
import { newLogDraft } from './log-lines.ts'
import type { LogDraft } from './log-lines.ts'
import type { EmailAlertDraft } from './mailers.ts'
import type { Ruleset, TcpRules } from './tcp-rules.ts'
import { statsOf } from './stats-lines.ts'
import { serverKey } from '../keys.ts'
import type { ActionInput, ConditionInput, ErrorsInput, ResponseRuleInput } from '../rules/rule-schema.ts'
import type { BackendInput, FrontendInput } from '../schema.ts'
import type { UniqueIdInput } from '../unique-id.ts'

type ServerInput = BackendInput['servers'][number]

export interface RuleDraft {
  readonly if?: ConditionInput
  readonly do: ActionInput
}

export interface ServerDraft {
  readonly name: string
  readonly input: ServerInput
  readonly check: ServerCheckInput
  /** Its port is its clients' plus this, and not in the URL yet; undefined: it has one of its own. */
  readonly portOffset: number | undefined
}

export interface Draft {
  kind: 'defaults' | 'frontend' | 'backend' | 'listen'
  name: string
  /** A `mode` line says so. */
  isHttp: boolean
  /** Its place among the file's proxies, as HAProxy counts them; 0: none yet. */
  id: number
  /** As our configuration writes them. */
  binds: { text: string; isTls: boolean }[]
  acls: Acls
  /** HAProxy's order: tcp-request, monitor-uri, block, http-request and reqadd, then redirect, then use_backend. */
  tcpRequest: Record<Ruleset, TcpRules>
  monitor: RuleDraft[]
  blocks: RuleDraft[]
  httpRequest: RuleDraft[]
  httpResponse: ResponseRuleInput[]
  redirects: RuleDraft[]
  useBackend: RuleDraft[]
  defaultBackend: string | undefined
  /** Frontend and backend options; what is undefined was not written. */
  maxconn: number | undefined
  stats: FrontendInput['stats']
  /** All of `stats` is the defaults section's. */
  isStatsInherited: boolean
  emailAlert: EmailAlertDraft | undefined
  captures: FrontendInput['captures']
  uniqueId: Partial<UniqueIdInput>
  /** `option httplog`. */
  isHttplog: boolean
  logs: LogDraft
  forwardfor: FrontendInput['forwardfor']
  forwarded: FrontendInput['forwarded']
  errors: ErrorsInput
  backend: Partial<Omit<BackendInput, 'name' | 'servers' | 'rules' | 'forwardfor' | 'forwarded' | 'errors'>>
  httpchk: HttpCheckDraft | undefined
  timeoutCheck: string | undefined
  isDynamic: boolean
  dynamicKey: string | undefined
  servers: ServerDraft[]
  /** The words of `default-server`. */
  defaultServer: string[]
}

export function newDraft(): Draft {
  return {
    kind: 'defaults',
    name: '',
    isHttp: false,
    id: 0,
    binds: [],
    acls: new Map(),
    tcpRequest: {
      connection: { accepts: [], rejects: [] },
      session: { accepts: [], rejects: [] },
      content: { accepts: [], rejects: [] },
    },
    monitor: [],
    blocks: [],
    httpRequest: [],
    httpResponse: [],
    redirects: [],
    useBackend: [],
    defaultBackend: undefined,
    maxconn: undefined,
    stats: undefined,
    isStatsInherited: false,
    emailAlert: undefined,
    captures: undefined,
    uniqueId: {},
    isHttplog: false,
    logs: newLogDraft(),
    forwardfor: undefined,
    forwarded: undefined,
    errors: {},
    backend: {},
    httpchk: undefined,
    timeoutCheck: undefined,
    isDynamic: false,
    dynamicKey: undefined,
    servers: [],
    defaultServer: [],
  }
}

export function inherit(defaults: Draft, kind: Draft['kind'], name: string): Draft {
  return { ...structuredClone(defaults), kind, name, isStatsInherited: defaults.stats !== undefined }
}

export function toFrontend(draft: Draft): FrontendInput {
  const { connection, session, content } = draft.tcpRequest
  const rules = [
    ...[connection, session, content].flatMap(({ rejects }) => rejects),
    ...draft.monitor,
    ...draft.blocks,
    ...draft.httpRequest,
    ...redirectsOf(draft),
    ...draft.useBackend,
  ]
  // A listen section without servers is there for its statistics page.
  const ownBackend = draft.servers.length > 0 ? draft.name : undefined
  const defaultBackend = draft.kind === 'listen' ? ownBackend : draft.defaultBackend
  const stats = statsOf(draft)
  const { format } = draft.uniqueId
  const isTls = draft.binds.length > 0 && draft.binds.every((bind) => bind.isTls)
  const isPlain = draft.binds.every((bind) => !bind.isTls)
  return {
    name: draft.name,
    ...(draft.id > 0 ? { id: draft.id } : {}),
    ...(draft.binds.length > 0 ? { bind: draft.binds.map((bind) => bind.text) } : {}),
    ...(isTls ? { scheme: 'https' } : isPlain ? {} : { scheme: 'any' }),
    ...(draft.maxconn === undefined ? {} : { maxconn: draft.maxconn }),
    ...(stats === undefined ? {} : { stats }),
    ...(draft.captures === undefined ? {} : { captures: draft.captures }),
    // HAProxy sends no header without a format.
    ...(format === undefined ? {} : { uniqueId: { ...draft.uniqueId, format } }),
    ...(draft.forwardfor === undefined ? {} : { forwardfor: draft.forwardfor }),
    ...(draft.forwarded === undefined ? {} : { forwarded: draft.forwarded }),
    ...(rules.length > 0 ? { rules } : {}),
    ...(draft.httpResponse.length > 0 ? { responseRules: draft.httpResponse } : {}),
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
  // A listen section's rules and forwardfor are its frontend's.
  const own = draft.kind === 'backend'
  const stats = own ? statsOf(draft) : undefined
  const rules = [...draft.tcpRequest.content.rejects, ...draft.blocks, ...draft.httpRequest, ...redirectsOf(draft)]
  return {
    name: draft.name,
    ...(draft.id > 0 ? { id: draft.id } : {}),
    ...draft.backend,
    ...(stats === undefined ? {} : { stats }),
    ...(own && draft.forwardfor !== undefined ? { forwardfor: draft.forwardfor } : {}),
    ...(own && draft.forwarded !== undefined ? { forwarded: draft.forwarded } : {}),
    ...(own && rules.length > 0 ? { rules } : {}),
    ...(own && draft.httpResponse.length > 0 ? { responseRules: draft.httpResponse } : {}),
    ...(own && Object.keys(draft.errors).length > 0 ? { errors: draft.errors } : {}),
    ...(isChecked ? { check } : {}),
    servers: draft.servers.map((server) => {
      const input = withTracked(withDynamicCookie(server.input, draft, hash64), draft.name)
      return !input.check || shared || Object.keys(server.check).length === 0
        ? input
        : { ...input, check: server.check }
    }),
  }
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

function withDynamicCookie(server: ServerInput, { isDynamic, dynamicKey }: Draft, hash64: Hash64): ServerInput {
  if (!isDynamic || dynamicKey === undefined || server.cookie !== undefined) return server
  const { hostname, port, protocol } = new URL(server.url)
  const portNumber = Number(port || (protocol === 'https:' ? 443 : 80))
  const cookie = dynamicCookie(dynamicKey, hostname, portNumber, hash64)
  return cookie === undefined ? server : { ...server, cookie }
}
