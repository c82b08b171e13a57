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
  /** Names of bindings. */
  readonly bindings: ReadonlySet<string>
  readonly crons: readonly string[]
  readonly hasLogs: boolean
  readonly flags: readonly string[]
  readonly routes: readonly Route[]
  /** It deploys what `limpet build` wrote last, and no `[build]` command can have written it just before. */
  readonly mayBeStale: boolean
  /** Undefined: any secret may be set, none must be. */
  readonly requiredSecrets: readonly string[] | undefined
}

export interface WranglerFile {
  /** Its name without directories. */
  readonly name: string
  /** The environments that may be meant: the named one, otherwise the top level followed by every other. */
  readonly environments: readonly WranglerEnvironment[]
}

type Section = Readonly<Record<string, unknown>>

/** In wrangler's own order. */
const NAMES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml']

/** `environment`: as for `wrangler --env`. Undefined: there is no such file in that directory. */
export function readWrangler(directory: string, environment?: string): WranglerFile | undefined {
  const path = NAMES.map((name) => join(directory, name)).find((each) => existsSync(each))
  if (path === undefined) return undefined
  const top = sectionOf(parse(path))
  const others = Object.entries(sectionOf(top['env'])).map(([name, section]) => [name, sectionOf(section)] as const)
  const name = basename(path)
  if (environment === undefined) {
    return { name, environments: [read(top), ...others.map(([own, section]) => read(top, own, section))] }
  }
  const found = others.find(([own]) => own === environment)
  if (found) return { name, environments: [read(top, ...found)] }
  if (others.length === 0) return { name, environments: [read(top)] }
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
  const route = inherited('route')
  return {
    name,
    vars: sectionOf(own['vars']),
    bindings: new Set([
      ...listOf(sectionOf(own['durable_objects'])['bindings']).map((each) => sectionOf(each)['name']),
      ...listOf(own['kv_namespaces']).map((each) => sectionOf(each)['binding']),
      ...listOf(own['send_email']).map((each) => sectionOf(each)['name']),
    ] as string[]),
    crons: listOf(crons) as string[],
    hasLogs: observability['enabled'] === true || sectionOf(observability['logs'])['enabled'] === true,
    flags: listOf(inherited('compatibility_flags')) as string[],
    mayBeStale:
      './worker-config.ts' in sectionOf(inherited('alias')) && !mayBuild(sectionOf(inherited('build'))['command']),
    routes: [...listOf(inherited('routes')), ...(route === undefined ? [] : [route])].map(readRoute),
    requiredSecrets: own['secrets'] === undefined ? undefined : (listOf(required) as string[]),
  }
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
