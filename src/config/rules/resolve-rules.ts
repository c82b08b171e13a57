// Rules as they were written -> rules as they are run: shorthand expanded, samples and templates parsed.

import type { Action, Condition, HeaderAction, Replacement, Reply, ResponseRule, Rule } from './rule.ts'
import { defaultOf } from '../defaults.ts'
import type { Profile } from '../defaults.ts'
import type {
  ActionInput,
  ConditionInput,
  ErrorsInput,
  HeaderActionInput,
  RedirectSchemeInput,
  ReplyInput,
  ResponseRuleInput,
  RuleInput,
} from './rule-schema.ts'
import { OWN_MATCH, parseSample, parseTemplate } from './sample.ts'
import { list } from '../units.ts'

export function resolveRedirect(
  input: RedirectSchemeInput,
  profile: Profile,
): Extract<Action, { redirectScheme: unknown }>['redirectScheme'] {
  const { scheme, code } = typeof input === 'string' ? { scheme: input, code: undefined } : input
  return { scheme, code: code ?? defaultOf(profile, 'frontend.redirectScheme.code') }
}

export function resolveRule(input: RuleInput, profile: Profile): Rule {
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
  if ('disableL7Retry' in input) return input
  if ('auth' in input) return { auth: { realm: input.auth.realm ?? 'Restricted' } }
  if ('setPath' in input) return { setPath: parseTemplate(input.setPath)! }
  if ('setQuery' in input) return { setQuery: parseTemplate(input.setQuery)! }
  if ('replacePath' in input) return { replacePath: resolveReplacement(input.replacePath) }
  if ('replacePathq' in input) return { replacePathq: resolveReplacement(input.replacePathq) }
  return resolveResponseAction(input, profile)
}

function resolveResponseAction(input: ResponseRuleInput['do'], profile: Profile): ResponseRule['do'] {
  if ('deny' in input) return { deny: resolveDeny(input.deny) }
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

function resolveDeny(input: ReplyInput & { readonly status: number }) {
  const { status, ...words } = input
  const isWorded = Object.values(words).some((each) => each !== undefined)
  return { status, reply: isWorded ? resolveReply(input, status, 'text/plain') : null }
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

export function resolveErrors(errors: ErrorsInput = {}): ReadonlyMap<number, Reply> {
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

export function resolveResponseRules(
  rules: readonly ResponseRuleInput[] = [],
  profile: Profile,
): readonly ResponseRule[] {
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

export function resolveOptional(input: ConditionInput | undefined): Condition | null {
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
