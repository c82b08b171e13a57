// A frontend as it was written -> a frontend with no option left open.

import { parseBind } from './bind.ts'
import { resolveCaptures } from './captures.ts'
import type { ForwardedPart, ForwardFor, Frontend } from '../config.ts'
import type { Rule } from '../rules/rule.ts'
import { defaultOf } from '../defaults.ts'
import type { Profile } from '../defaults.ts'
import { resolveRedirectScheme } from '../rules/answer.ts'
import { resolveErrors } from '../rules/reply.ts'
import { resolveResponseRules, resolveRule } from '../rules/rule.ts'
import type { FrontendInput } from '../schema.ts'
import { resolveStats } from './stats.ts'
import { resolveUniqueId } from './unique-id.ts'
import { list } from '../units.ts'

export function resolveFrontend(input: FrontendInput, profile: Profile): Frontend {
  const rules: Rule[] = []
  if (input.redirectScheme !== undefined) {
    const redirect = resolveRedirectScheme(input.redirectScheme, profile)
    rules.push({ if: { not: { scheme: redirect.scheme } }, do: { redirectScheme: redirect } })
  }
  for (const rule of input.rules ?? []) rules.push(resolveRule(rule, profile))
  return {
    name: input.name,
    id: input.id ?? null,
    bind: list(input.bind).map((text) => parseBind(text)!),
    scheme: input.scheme ?? 'any',
    hosts: list(input.hosts).map((host) => host.toLowerCase()),
    rules,
    responseRules: resolveResponseRules(input.responseRules, profile),
    errors: resolveErrors(input.errors),
    defaultBackend: input.defaultBackend ?? null,
    stats: resolveStats(input.stats),
    log: input.log ?? true,
    captures: resolveCaptures(input.captures),
    uniqueId: resolveUniqueId(input.uniqueId),
    maxconn: input.maxconn ?? null,
    forwardfor: resolveForwardFor(input.forwardfor, profile),
    forwarded: resolveForwarded(input.forwarded),
    xForwarded: input.xForwarded ?? defaultOf(profile, 'frontend.xForwarded'),
    dropForwarded: input.dropForwarded ?? defaultOf(profile, 'frontend.dropForwarded'),
    trustedProxies: list(input.trustedProxies),
  }
}

export function resolveForwardFor(input: FrontendInput['forwardfor'], profile: Profile): ForwardFor | null {
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
export function resolveForwarded(input: FrontendInput['forwarded']): readonly ForwardedPart[] {
  return input === true ? ['proto', 'for'] : input || []
}
