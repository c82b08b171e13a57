// From what was written (schema.ts) to what every other room reads (config.ts): shorthand expanded,
// units converted, defaults filled in from the one table. Only called with input that the schema accepted.

import { parseBalance } from './balance.ts'
import type {
  Action,
  Backend,
  Bind,
  CheckConfig,
  Condition,
  Config,
  CookieConfig,
  ForwardedPart,
  ForwardFor,
  Frontend,
  HeaderAction,
  Profile,
  Replacement,
  Reply,
  ResponseRule,
  Rule,
  Server,
  User,
} from './config.ts'
import { defaultOf } from './defaults.ts'
import { parseDurationMs } from './duration.ts'
import { parseStatusRanges } from './fields.ts'
import type {
  ActionInput,
  ConditionInput,
  ErrorsInput,
  HeaderActionInput,
  ReplyInput,
  ResponseRuleInput,
  RuleInput,
} from './rule-schema.ts'
import { OWN_MATCH, parseSample, parseTemplate } from './sample.ts'
import type { BackendInput, CookieInput, FrontendInput, LimpetConfig, UserInput } from './schema.ts'

export function resolveConfig(input: LimpetConfig): Config {
  const profile = input.defaults ?? 'limpet'
  const frontends = input.frontends ?? [{ name: 'main', defaultBackend: input.backends[0]?.name }]
  return {
    profile,
    admin: { path: input.admin?.path ?? '/.limpet' },
    log: input.log ?? 'json',
    snapshotRefreshMs: input.snapshotRefresh === undefined ? null : ms(input.snapshotRefresh),
    frontends: frontends.map((frontend) => resolveFrontend(frontend as FrontendInput, profile)),
    backends: input.backends.map((backend) => resolveBackend(backend, profile)),
    maps: input.maps ?? {},
    userlists: (input.userlists ?? []).map(({ name, users }) => ({ name, users: users.map(resolveUser) })),
  }
}

/** `127.0.0.1:8080`, `*:80`, `:80`, `[::1]:80`, `:443 ssl crt FILE`; undefined when it is none of them. */
export function parseBind(text: string): Bind | undefined {
  const [where = '', ...options] = text.trim().split(/\s+/)
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*):(\d{1,5})$/.exec(where)
  if (!match || Number(match[2]) > 65_535) return undefined
  const [ssl, keyword, crt, ...more] = options
  const isTls = ssl === 'ssl' && keyword === 'crt' && crt !== undefined && more.length === 0
  if (options.length > 0 && !isTls) return undefined
  return { address: match[1] === '' ? '*' : match[1]!, port: Number(match[2]), crt: isTls ? crt : null }
}

function resolveFrontend(input: FrontendInput, profile: Profile): Frontend {
  const rules: Rule[] = []
  if (input.redirectScheme !== undefined) {
    const redirect = resolveRedirect(input.redirectScheme, profile)
    rules.push({ if: { not: { scheme: redirect.scheme } }, do: { redirectScheme: redirect } })
  }
  for (const rule of input.rules ?? []) rules.push(resolveRule(rule, profile))
  return {
    name: input.name,
    bind: list(input.bind).map((text) => parseBind(text)!),
    scheme: input.scheme ?? 'any',
    hosts: list(input.hosts).map((host) => host.toLowerCase()),
    rules,
    responseRules: resolveResponseRules(input.responseRules, profile),
    errors: resolveErrors(input.errors),
    defaultBackend: input.defaultBackend ?? null,
    forwardfor: resolveForwardFor(input.forwardfor, profile),
    forwarded: resolveForwarded(input.forwarded),
    xForwarded: input.xForwarded ?? defaultOf(profile, 'frontend.xForwarded'),
    dropForwarded: input.dropForwarded ?? defaultOf(profile, 'frontend.dropForwarded'),
    trustedProxies: list(input.trustedProxies),
  }
}

function resolveForwardFor(input: FrontendInput['forwardfor'], profile: Profile): ForwardFor | null {
  const written = input ?? defaultOf(profile, 'frontend.forwardfor')
  if (written === false) return null
  const options = written === true ? {} : written
  return {
    except: list(options.except),
    header: options.header ?? defaultOf(profile, 'frontend.forwardfor.header'),
    ifNone: options.ifNone ?? defaultOf(profile, 'frontend.forwardfor.ifNone'),
  }
}

/** HAProxy's own choice is the scheme and the client. */
function resolveForwarded(input: FrontendInput['forwarded']): readonly ForwardedPart[] {
  return input === true ? ['proto', 'for'] : input || []
}

function resolveRedirect(
  input: NonNullable<FrontendInput['redirectScheme']>,
  profile: Profile,
): Extract<Action, { redirectScheme: unknown }>['redirectScheme'] {
  const { scheme, code } = typeof input === 'string' ? { scheme: input, code: undefined } : input
  return { scheme, code: code ?? defaultOf(profile, 'frontend.redirectScheme.code') }
}

function resolveRule(input: NonNullable<FrontendInput['rules']>[number], profile: Profile): Rule {
  if ('backend' in input) {
    const all: Condition[] = []
    if (input.hosts !== undefined) all.push({ host: list(input.hosts).map((host) => host.toLowerCase()) })
    if (input.paths !== undefined) all.push(pathsCondition(list(input.paths)))
    return { if: all.length > 0 ? { all } : null, do: { useBackend: [input.backend] } }
  }
  return { if: resolveOptional(input.if), do: resolveAction(input.do, profile) }
}

function resolveAction(input: ActionInput, profile: Profile): Action {
  if ('redirectScheme' in input) return { redirectScheme: resolveRedirect(input.redirectScheme, profile) }
  if ('useBackend' in input) {
    const { useBackend } = input
    return { useBackend: useBackend.includes('%[') ? parseTemplate(useBackend)! : [useBackend] }
  }
  if ('auth' in input) return { auth: { realm: input.auth.realm ?? 'Restricted' } }
  if ('setPath' in input) return { setPath: parseTemplate(input.setPath)! }
  if ('setQuery' in input) return { setQuery: parseTemplate(input.setQuery)! }
  if ('replacePath' in input) return { replacePath: resolveReplacement(input.replacePath) }
  if ('replacePathq' in input) return { replacePathq: resolveReplacement(input.replacePathq) }
  return resolveResponseAction(input, profile)
}

function resolveResponseAction(input: ResponseRuleInput['do'], profile: Profile): ResponseRule['do'] {
  if ('deny' in input) return input
  if ('return' in input) return { return: resolveReply(input.return, input.return.status, 'text/plain') }
  if ('redirect' in input) {
    const { location, prefix = '', code, dropQuery = false, appendSlash = false } = input.redirect
    const { setCookie, clearCookie } = input.redirect
    return {
      redirect: {
        location: location === undefined ? null : parseTemplate(location)!,
        prefix: parseTemplate(prefix)!,
        code: code ?? defaultOf(profile, 'frontend.redirectScheme.code'),
        dropQuery,
        appendSlash,
        setCookies: [
          ...(setCookie === undefined ? [] : [`${setCookie}; path=/;`]),
          ...(clearCookie === undefined ? [] : [`${clearCookie}; path=/; Max-Age=0;`]),
        ],
      },
    }
  }
  return resolveHeaderAction(input)
}

function resolveHeaderAction(input: HeaderActionInput): HeaderAction {
  if ('setHeader' in input) return { setHeader: resolveHeaderValue(input.setHeader) }
  if ('addHeader' in input) return { addHeader: resolveHeaderValue(input.addHeader) }
  if ('delHeader' in input) return input
  const { name, ...replacement } = input.replaceHeader
  return { replaceHeader: { name, ...resolveReplacement(replacement) } }
}

function resolveReplacement({ match, with: text }: { match: string; with: string }): Replacement {
  return { match, with: parseTemplate(text)! }
}

function resolveErrors(errors: ErrorsInput = {}): ReadonlyMap<number, Reply> {
  return new Map(
    Object.entries(errors).map(([key, written]) => {
      const status = Number(key)
      return [status, resolveReply(written, written.status ?? status, 'text/html')]
    }),
  )
}

function resolveReply(input: ReplyInput, status: number, contentType: string): Reply {
  const { body = '', bodyTemplate, headers = {} } = input
  const hasType = input.contentType !== undefined || body !== '' || bodyTemplate !== undefined
  return {
    status,
    headers: [
      ...(hasType ? [['content-type', [input.contentType ?? contentType]] as const] : []),
      ...Object.entries(headers).flatMap(([name, values]) =>
        list(values).map((value) => [name.toLowerCase(), parseTemplate(value)!] as const),
      ),
    ],
    body: bodyTemplate === undefined ? (body === '' ? [] : [body]) : parseTemplate(bodyTemplate)!,
  }
}

function resolveUser({ name, password, insecurePassword = '', groups }: UserInput): User {
  return { name, password: password ?? insecurePassword, isHashed: password !== undefined, groups: list(groups) }
}

function resolveResponseRules(rules: readonly ResponseRuleInput[] = [], profile: Profile): readonly ResponseRule[] {
  return rules.map((rule) => ({ if: resolveOptional(rule.if), do: resolveResponseAction(rule.do, profile) }))
}

function resolveHeaderValue({ name, value }: { name: string; value: string }) {
  return { name: name.toLowerCase(), value: parseTemplate(value)! }
}

/** `/api/*` is every path that begins with `/api/`; anything else is one path. */
function pathsCondition(paths: readonly string[]): Condition {
  const any: Condition[] = []
  const begins = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1))
  const exact = paths.filter((path) => !path.endsWith('*'))
  if (exact.length > 0) any.push({ path: exact })
  if (begins.length > 0) any.push({ pathBeg: begins })
  return { any }
}

function resolveOptional(input: ConditionInput | undefined): Condition | null {
  return input === undefined ? null : resolveCondition(input)
}

function resolveCondition(input: ConditionInput): Condition {
  if ('all' in input) return { all: input.all.map(resolveCondition) }
  if ('any' in input) return { any: input.any.map(resolveCondition) }
  if ('not' in input) return { not: resolveCondition(input.not) }
  if ('host' in input) return { host: list(input.host).map((host) => host.toLowerCase()) }
  if ('path' in input) return { path: list(input.path) }
  if ('pathBeg' in input) return { pathBeg: list(input.pathBeg) }
  if ('pathEnd' in input) return { pathEnd: list(input.pathEnd) }
  if ('method' in input) return { method: list(input.method).map((method) => method.toUpperCase()) }
  if ('scheme' in input) return { scheme: input.scheme }
  if ('src' in input) return { src: list(input.src) }
  if ('sample' in input) {
    const { match, values, ignoreCase = false } = input
    const sample = parseSample(input.sample)!
    return {
      sample,
      match: match ?? OWN_MATCH[sample.fetch] ?? (values === undefined ? ('found' as const) : ('str' as const)),
      values: list(values),
      ignoreCase,
    }
  }
  const { name, value } = input.hdr
  return { hdr: { name: name.toLowerCase(), value: value === undefined ? null : list(value) } }
}

function resolveBackend(input: BackendInput, profile: Profile): Backend {
  const redispatch = input.redispatch ?? defaultOf(profile, 'backend.redispatch')
  return {
    name: input.name,
    servers: input.servers.map((server) => resolveServer(server, profile, input.check)),
    balance: parseBalance(input.balance ?? defaultOf(profile, 'backend.balance'))!,
    hashType: input.hashType ?? defaultOf(profile, 'backend.hashType'),
    allbackups: input.allbackups ?? defaultOf(profile, 'backend.allbackups'),
    rules: (input.rules ?? []).map((rule) => resolveRule(rule as RuleInput, profile)),
    responseRules: resolveResponseRules(input.responseRules, profile),
    errors: resolveErrors(input.errors),
    forwardfor: input.forwardfor === undefined ? null : resolveForwardFor(input.forwardfor, profile),
    forwarded: input.forwarded === undefined ? null : resolveForwarded(input.forwarded),
    cookie: input.cookie === undefined ? null : resolveCookie(input.cookie, profile),
    persist: input.persist ?? false,
    persistRules: (input.persistRules ?? []).map((rule) => ({ ...rule, if: resolveOptional(rule.if) })),
    useServer: (input.useServer ?? []).map((rule) => ({ ...rule, if: resolveOptional(rule.if) })),
    retries: input.retries ?? defaultOf(profile, 'backend.retries'),
    redispatch: Number(redispatch),
    retryOn: new Set(input.retryOn ?? defaultOf(profile, 'backend.retryOn')),
    turnAroundAlone: input.turnAroundAlone ?? defaultOf(profile, 'backend.turnAroundAlone'),
    retryMethods: input.retryMethods ?? defaultOf(profile, 'backend.retryMethods'),
    replayBodyBytes: input.replayBodyBytes ?? defaultOf(profile, 'backend.replayBodyBytes'),
    timeoutConnectMs: ms(input.timeouts?.connect) ?? defaultOf(profile, 'backend.timeoutConnectMs'),
    timeoutServerMs: ms(input.timeouts?.server) ?? defaultOf(profile, 'backend.timeoutServerMs'),
    host: input.host ?? defaultOf(profile, 'backend.host'),
    ipv6PrefixLength: input.ipv6PrefixLength ?? defaultOf(profile, 'backend.ipv6PrefixLength'),
  }
}

function resolveServer(
  input: BackendInput['servers'][number],
  profile: Profile,
  backendCheck: BackendInput['check'],
): Server {
  const url = new URL(input.url)
  const tls = url.protocol === 'https:'
  const named = defaultOf(profile, 'server.cookie') === 'name' ? input.name : null
  return {
    name: input.name,
    origin: url.origin,
    hostname: url.hostname,
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    tls,
    weight: input.weight ?? defaultOf(profile, 'server.weight'),
    backup: input.backup ?? defaultOf(profile, 'server.backup'),
    cookie: input.cookie ?? named,
    maxconn: input.maxconn ?? null,
    state: input.state ?? 'ready',
    check: resolveCheck(input.check, backendCheck, profile),
  }
}

function resolveCookie(input: CookieInput, profile: Profile): CookieConfig {
  const format = input.format ?? defaultOf(profile, 'cookie.format')
  const mode = input.mode ?? 'insert'
  return {
    name: input.name,
    mode,
    format,
    accept: [...new Set([format, ...(input.accept ?? [])])],
    // In the other modes it would delete the application's own cookie.
    indirect: input.indirect ?? (mode === 'insert' && defaultOf(profile, 'cookie.indirect')),
    nocache: input.nocache ?? defaultOf(profile, 'cookie.nocache'),
    postonly: input.postonly ?? defaultOf(profile, 'cookie.postonly'),
    preserve: input.preserve ?? defaultOf(profile, 'cookie.preserve'),
    httponly: input.httponly ?? defaultOf(profile, 'cookie.httponly'),
    secure: input.secure ?? defaultOf(profile, 'cookie.secure'),
    domain: list(input.domain),
    attr: input.attr ?? defaultOf(profile, 'cookie.attr'),
    maxidleS: seconds(input.maxidle),
    maxlifeS: seconds(input.maxlife),
  }
}

/** A server's own numbers come before its backend's. */
function resolveCheck(
  own: BackendInput['servers'][number]['check'],
  shared: BackendInput['check'],
  profile: Profile,
): CheckConfig | null {
  const isWanted = own === undefined ? shared !== undefined && shared !== false : own !== false
  if (!isWanted) return null
  const options = { ...(typeof shared === 'object' ? shared : {}), ...(typeof own === 'object' ? own : {}) }
  const interMs = ms(options.inter) ?? defaultOf(profile, 'check.interMs')
  return {
    type: options.type ?? 'http',
    method: options.method ?? defaultOf(profile, 'check.method'),
    uri: options.uri ?? defaultOf(profile, 'check.uri'),
    version: options.version ?? defaultOf(profile, 'check.version'),
    port: options.port ?? null,
    host: options.host ?? null,
    expectStatus: options.expectStatus === undefined ? [[200, 399]] : parseStatusRanges(options.expectStatus)!,
    interMs,
    fastinterMs: ms(options.fastinter) ?? interMs,
    downinterMs: ms(options.downinter) ?? interMs,
    rise: options.rise ?? defaultOf(profile, 'check.rise'),
    fall: options.fall ?? defaultOf(profile, 'check.fall'),
    timeoutMs: ms(options.timeout) ?? interMs,
  }
}

function ms(value: string | number): number
function ms(value: string | number | undefined): number | undefined
function ms(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseDurationMs(value)
}

function seconds(value: string | number | undefined): number | null {
  return value === undefined ? null : Math.ceil(parseDurationMs(value)! / 1000)
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
