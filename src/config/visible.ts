// A configuration for people who may not know its secrets: as JSON, with what may be secret hidden. Of a value in a header, a short hash
// is left, so that a change shows; of passwords and webhooks nothing, because they could be tried against it.

import { digestOf, SECRET_FIELDS } from './digest.ts'
import type { Config } from './config.ts'
import { isVariableName } from './variable-name.ts'
import type { Sample } from './rules/samples/sample.ts'

/** Names of headers, cookies and parameters whose values are hidden. */
const SECRET_NAME = /auth|cookie|credential|key|pass|secret|session|sign|token|verify/i
/** In a query, or the credentials of a header of any name. */
const SECRET_TEXT = /(?:^|[?&])[^=&]*(?:auth|key|pass|secret|sign|token)[^=&]*=|^(?:basic|bearer)\s/i
/** Samples that read what a client proves itself with. */
const SECRET_FETCH = /cook|http_auth_(?:pass|bearer)/
/** Samples that are what is written. */
const LITERAL_FETCH = /^(?:str|bin)$/
/** Converters whose second argument is a key. */
const KEYED = /^(?:hmac|jwt_verify)$/

/** Of a header, parameter, cookie or variable, by which of them it is hidden. */
const VALUES: ReadonlySet<string> = new Set(['value', 'values', 'with', 'text'])

export const HIDDEN = '(hidden)'

/** `hide`: what takes the place of a secret. Maps are lists of pairs, sets lists. */
export function visibleJson(config: Config, hide: (secret: unknown) => string = () => HIDDEN): string {
  return JSON.stringify(config, (field, value: unknown) => {
    if (value instanceof Map || value instanceof Set) return [...value]
    // A condition names lists in a list.
    if (field === 'maps' || (field === 'lists' && !Array.isArray(value)))
      return Object.fromEntries(Object.entries(value as object).map(([name, map]) => [name, hashed(map)]))
    if (SECRET_FIELDS.has(field) && value !== null) return hide(value)
    if (field === 'setCookies') return (value as readonly unknown[]).map(hashed)
    if (field === 'body' && (value as string | readonly unknown[] | null)?.length) return hashed(value)
    if (typeof value === 'string') return SECRET_TEXT.test(value) ? hashed(value) : value
    if (field === 'headers') return (value as [string, unknown][]).map(([name, text]) => [name, hiddenOf(name, text)])
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    if ('fetch' in value && 'converters' in value) return withoutKeys(value as Sample)
    // A header or variable that is set, changed or compared; a sample that is compared.
    const { name, sample } = value as {
      readonly name?: unknown
      readonly sample?: Sample | null
    }
    const isSecret =
      SECRET_NAME.test(String(name ?? sample?.arguments?.[0])) || SECRET_FETCH.test(String(sample?.fetch))
    if (!isSecret) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => {
        const isHidden = VALUES.has(key) ? part !== null && part.length !== 0 : key === 'sample' && isLiteral(part)
        return [key, isHidden ? hashed(part) : part]
      }),
    )
  })
}

function isLiteral(sample: Sample | null): boolean {
  return LITERAL_FETCH.test(String(sample?.fetch))
}

/** A key of a converter, unless a variable holds it, and what `secure_memcmp` compares a variable with. */
function withoutKeys({ fetch, arguments: given, converters }: Sample): object {
  const isCompared = LITERAL_FETCH.test(fetch) && converters.some(({ name }) => name === 'secure_memcmp')
  return {
    fetch,
    arguments: isCompared ? given.map(hashed) : given,
    converters: converters.map(({ name, arguments: [first, key, ...rest] }) => ({
      name,
      arguments: [first, KEYED.test(name) && !isVariableName(key!) ? hashed(key) : key, ...rest].filter(
        (argument) => argument !== undefined,
      ),
    })),
  }
}

function hiddenOf(name: unknown, value: unknown): unknown {
  return SECRET_NAME.test(String(name)) && value !== null ? hashed(value) : value
}

function hashed(value: unknown): string {
  return `#${digestOf(value)}`
}

/** A configuration that was sent as visible JSON. What is hidden stays so. */
export function reviveVisible(sent: object): Config {
  const { frontends, backends, alerts, ...rest } = sent as Config
  const revived = <T extends { readonly errors: Config['backends'][number]['errors'] }>(each: T): T => ({
    ...each,
    errors: new Map(each.errors),
  })
  return {
    ...rest,
    // A release before there were any does not send them.
    lists: rest.lists ?? {},
    frontends: frontends.map(revived),
    backends: backends.map((backend) => ({
      ...revived(backend),
      retryOn: new Set(backend.retryOn),
      useRelease: backend.useRelease ?? [],
      // Before backends could follow another's, nothing said whose they are.
      releases: backend.releases ? { ...backend.releases, owner: backend.releases.owner ?? backend } : null,
    })),
    alerts: alerts.map((alert) => ({ ...alert, events: new Set(alert.events) })),
  }
}
