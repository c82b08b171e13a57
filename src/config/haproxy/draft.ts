// What a proxy section has said so far: lines add to it, each by the file for its keyword. A section begins as a copy of its
// `defaults`; what becomes of it in the end is in proxies.ts.

import type { Acls } from './acl.ts'
import type { CheckInput } from '../options/check.ts'
import type { StepInput } from '../options/exchange.ts'
import type { Duration } from '../duration.ts'
import { newLogDraft } from './log-lines.ts'
import type { LogDraft } from './log-lines.ts'
import type { ActionInput } from '../rules/action.ts'
import type { ConditionInput } from '../rules/condition.ts'
import type { ErrorsInput, ReplyInput } from '../rules/reply.ts'
import type { AfterResponseRuleInput, ResponseRuleInput } from '../rules/rule.ts'
import type { FrontendInput } from '../options/frontend.ts'
import type { BackendInput } from '../options/backend.ts'
import type { ServerDefaults, ServerDraft } from './server-line.ts'
import type { UniqueIdInput } from '../options/unique-id.ts'

export interface RuleDraft {
  readonly if?: ConditionInput
  readonly do: ActionInput
  readonly always?: true
}

export const RULESETS = ['connection', 'session', 'content'] as const
export type Ruleset = (typeof RULESETS)[number]

/** What one kind of `tcp-request` or `tcp-response` lines has become so far. */
export interface TcpRules<Action = ActionInput> {
  /** What ends the set without a refusal, so far. */
  readonly accepts: ConditionInput[]
  readonly rules: { readonly if?: ConditionInput; readonly do: Action }[]
}

/** What a proxy's checks have become so far. */
export interface HttpCheckDraft {
  /** The first is what `option httpchk` says. */
  readonly steps: StepInput[]
  readonly options: Pick<CheckInput, 'disableOn404' | 'sendState' | 'port'>
  /** The last line was an `http-check expect`: a `send` after it is another request. */
  isAnswered: boolean
}

/** What `email-alert` lines say. */
export interface EmailAlertDraft {
  readonly mailers?: string
  readonly from?: string
  readonly to?: string
  readonly level?: string
  readonly hostname?: string
}

export interface Draft {
  kind: 'defaults' | 'frontend' | 'backend' | 'listen'
  name: string
  /** What a `mode` line says, perhaps one of defaults. */
  mode: 'http' | 'tcp' | 'health' | undefined
  /** What of its own lines is there in HTTP only. */
  httpLine: string | undefined
  /** A listen section that requests of others come to, which its rules are asked of, too. */
  isTarget: boolean
  /** Clients reach it by themselves: false for a frontend or listen section without a bind where another section has one. */
  isReached: boolean
  /** Its place among the file's proxies, as HAProxy counts them; 0: none yet. */
  id: number
  /** As our configuration writes them. */
  binds: { text: string; isTls: boolean }[]
  acls: Acls
  /** HAProxy's order: tcp-request, monitor-uri, block, http-request, reqrep and reqadd, then redirect, then use_backend. */
  tcpRequest: Record<Ruleset, TcpRules>
  tcpResponse: TcpRules<ResponseRuleInput['do']>
  monitor: RuleDraft[]
  /** What `errorfile 200` makes of that page. */
  monitorPage: ReplyInput | undefined
  /** When the page of `monitor-uri` says 503. */
  monitorFails: ConditionInput[]
  /** Clients that `monitor-net` names: before everything else. */
  monitorNet: RuleDraft[]
  blocks: RuleDraft[]
  httpRequest: RuleDraft[]
  httpResponse: ResponseRuleInput[]
  /** `reqrep`, `reqideny` and the like, and `reqadd`, whose headers they do not see. */
  oldRequest: RuleDraft[]
  addedRequest: RuleDraft[]
  oldResponse: ResponseRuleInput[]
  addedResponse: ResponseRuleInput[]
  afterResponse: AfterResponseRuleInput[]
  redirects: RuleDraft[]
  /** `reqisetbe` and the like. */
  oldUseBackend: RuleDraft[]
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
  timeoutCheck: Duration | undefined
  timeoutClient: Duration | undefined
  timeoutHttpRequest: Duration | undefined
  timeoutTarpit: Duration | undefined
  /** `option http-buffer-request`. */
  buffersRequests: boolean
  isDynamic: boolean
  dynamicKey: string | undefined
  servers: ServerDraft[]
  /** What `default-server` lines say. */
  defaultServer: ServerDefaults
}

export function newDraft(): Draft {
  return {
    kind: 'defaults',
    name: '',
    mode: undefined,
    httpLine: undefined,
    isTarget: false,
    isReached: true,
    id: 0,
    binds: [],
    acls: new Map(),
    tcpRequest: {
      connection: { accepts: [], rules: [] },
      session: { accepts: [], rules: [] },
      content: { accepts: [], rules: [] },
    },
    tcpResponse: { accepts: [], rules: [] },
    monitor: [],
    monitorPage: undefined,
    monitorFails: [],
    monitorNet: [],
    blocks: [],
    httpRequest: [],
    httpResponse: [],
    oldRequest: [],
    addedRequest: [],
    oldResponse: [],
    addedResponse: [],
    afterResponse: [],
    redirects: [],
    oldUseBackend: [],
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
    timeoutClient: undefined,
    timeoutHttpRequest: undefined,
    timeoutTarpit: undefined,
    buffersRequests: false,
    isDynamic: false,
    dynamicKey: undefined,
    servers: [],
    defaultServer: {},
  }
}

export function inherit(defaults: Draft, kind: Draft['kind'], name: string): Draft {
  return {
    ...structuredClone(defaults),
    kind,
    name,
    httpLine: undefined,
    isStatsInherited: defaults.stats !== undefined,
  }
}
