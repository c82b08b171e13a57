// What the project's wrangler.json, wrangler.jsonc or wrangler.toml says about one environment, as far as it matters to Limpet.
// check-wrangler.ts judges it.

import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

import { parse as parseJsonc } from 'jsonc-parser'
import type { ParseError } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import type { TomlError } from 'smol-toml'

import { messageOf } from '../errors.ts'
import { ConfigError } from './cli-error.ts'
import { jsonErrorText } from './json-text.ts'
import { positionIn } from './place.ts'
import { readText } from './read-text.ts'
import { BUILT_CONFIG, CHECKOUT_ALIAS, CONFIG_ALIAS } from './wrangler-parts.ts'
import type { Section } from './wrangler-parts.ts'

interface Route {
  readonly pattern: string
  /** Undefined: a Custom Domain, or Cloudflare finds the zone. */
  readonly zone: string | undefined
  readonly isCustomDomain: boolean
}

export interface WranglerEnvironment {
  /** Undefined: the top level. */
  readonly name: string | undefined
  readonly vars: Readonly<Record<string, unknown>>
  /** What stands in it. */
  readonly own: Section
  /** Names of bindings. */
  readonly bindings: ReadonlySet<string>
  /** Durable Object classes that are bound, without those of other Workers. */
  readonly boundClasses: readonly string[]
  /** Durable Object classes that `migrations` or `exports` make. */
  readonly madeClasses: ReadonlySet<string>
  readonly migrationTags: ReadonlySet<string>
  /** It makes classes by `exports`, which excludes `migrations`. */
  readonly hasExports: boolean
  readonly crons: readonly string[]
  readonly hasLogs: boolean
  /** Undefined: Cloudflare writes a line for each request, too. */
  readonly invocationLogs: unknown
  readonly compatibilityDate: unknown
  readonly flags: readonly string[]
  readonly routes: readonly Route[]
  /** The module in whose place it deploys what `limpet build` wrote; undefined: there is none. */
  readonly builtInPlaceOf: string | undefined
  /** Its `[build]` command may run `limpet build`. */
  readonly mayBuild: boolean
  /** Undefined: any secret may be set, none must be. */
  readonly requiredSecrets: readonly string[] | undefined
}

export interface WranglerFile {
  /** Its name without directories. */
  readonly name: string
  /** The module in whose place the built configuration is deployed: a checkout of this repository has one of its own for that. */
  readonly configAlias: string
  /** The environments that may be meant: the named one, otherwise the top level followed by every other. */
  readonly environments: readonly WranglerEnvironment[]
}

/** In wrangler's own order. */
export const WRANGLER_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml']

/** `environment`: as for `wrangler --env`. Undefined: there is no such file in that directory. */
export function readWrangler(directory: string, environment?: string): WranglerFile | undefined {
  const path = WRANGLER_FILES.map((name) => join(directory, name)).find((each) => existsSync(each))
  if (path === undefined) return undefined
  const top = sectionOf(parse(path))
  const others = Object.entries(sectionOf(top['env'])).map(([name, section]) => [name, sectionOf(section)] as const)
  const isCheckout = existsSync(join(directory, 'src', 'worker-config.ts'))
  const file = { name: basename(path), configAlias: isCheckout ? CHECKOUT_ALIAS : CONFIG_ALIAS }
  if (environment === undefined) {
    return { ...file, environments: [read(top), ...others.map(([own, section]) => read(top, own, section))] }
  }
  const found = others.find(([own]) => own === environment)
  if (found) return { ...file, environments: [read(top, ...found)] }
  if (others.length === 0) return { ...file, environments: [read(top)] }
  throw new ConfigError(
    'unknown-environment',
    { file: path },
    `there is no environment '${environment}' (--env or CLOUDFLARE_ENV); there are: ${others.map(([own]) => own).join(', ')}`,
  )
}

function parse(path: string): unknown {
  const text = readText(path)
  if (path.endsWith('.toml')) {
    try {
      return parseToml(text)
    } catch (error) {
      const { line, column } = error as Partial<TomlError>
      const [what] = messageOf(error).split('\n', 1)
      const place = { file: path, ...(line === undefined || column === undefined ? {} : { line, column }) }
      throw new ConfigError('syntax-error', place, `is not TOML: ${what}`)
    }
  }
  const errors: ParseError[] = []
  const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true })
  const [first] = errors
  if (first === undefined) return value
  const place = { file: path, ...positionIn(text)(first.offset) }
  throw new ConfigError('syntax-error', place, `is not JSON: ${jsonErrorText(first)}`)
}

/** Bindings, variables and secrets are not inherited from the top level; the rest is. */
function read(top: Section, name?: string, own: Section = top): WranglerEnvironment {
  const inherited = (key: string) => own[key] ?? top[key]
  const crons = sectionOf(inherited('triggers'))['crons']
  const required = sectionOf(own['secrets'])['required']
  const observability = sectionOf(inherited('observability'))
  const logs = sectionOf(observability['logs'])
  const route = inherited('route')
  const objects = listOf(sectionOf(own['durable_objects'])['bindings']).map(sectionOf)
  const migrations = listOf(inherited('migrations')).map(sectionOf)
  const exported = Object.keys(sectionOf(inherited('exports')))
  const [builtInPlaceOf] =
    Object.entries(sectionOf(inherited('alias'))).find(
      ([from, to]) => from === CHECKOUT_ALIAS || String(to).endsWith(BUILT_CONFIG.slice(1)),
    ) ?? []
  return {
    name,
    vars: sectionOf(own['vars']),
    own,
    bindings: new Set([
      ...objects.map((each) => each['name']),
      ...listOf(own['kv_namespaces']).map((each) => sectionOf(each)['binding']),
      ...listOf(own['send_email']).map((each) => sectionOf(each)['name']),
    ] as string[]),
    boundClasses: objects.flatMap(({ class_name: bound, script_name: script }) =>
      typeof bound === 'string' && script === undefined ? [bound] : [],
    ),
    madeClasses: new Set([...migrations.flatMap(classesMadeBy), ...exported]),
    migrationTags: new Set(migrations.map(({ tag }) => String(tag))),
    hasExports: exported.length > 0,
    crons: listOf(crons) as string[],
    hasLogs: observability['enabled'] === true || logs['enabled'] === true,
    invocationLogs: logs['invocation_logs'],
    compatibilityDate: inherited('compatibility_date'),
    flags: listOf(inherited('compatibility_flags')) as string[],
    builtInPlaceOf,
    mayBuild: mayBuild(sectionOf(inherited('build'))['command']),
    routes: [...listOf(inherited('routes')), ...(route === undefined ? [] : [route])].map(readRoute),
    requiredSecrets: own['secrets'] === undefined ? undefined : (listOf(required) as string[]),
  }
}

function classesMadeBy(migration: Section): readonly string[] {
  const plain = ['new_sqlite_classes', 'new_classes'].flatMap((key) => listOf(migration[key]))
  const moved = ['renamed_classes', 'transferred_classes'].flatMap((key) => listOf(migration[key]))
  return [...plain, ...moved.map((each) => sectionOf(each)['to'])] as string[]
}

/** A command that nobody here knows may do it. */
function mayBuild(command: unknown): boolean {
  return (
    typeof command === 'string' && !(/limpet(?:\.js)? check/.test(command) && !/limpet(?:\.js)? build/.test(command))
  )
}

function readRoute(route: unknown): Route {
  if (typeof route === 'string') return { pattern: route, zone: undefined, isCustomDomain: false }
  const { pattern, zone_name: zone, custom_domain: isCustomDomain } = sectionOf(route)
  return {
    pattern: typeof pattern === 'string' ? pattern : '',
    zone: typeof zone === 'string' ? zone : undefined,
    isCustomDomain: isCustomDomain === true,
  }
}

/** wrangler itself refuses anything else in place of a section. */
function sectionOf(value: unknown): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
