// Finding and evaluating what the operator wrote: limpet.config.ts (or .js), JSON or a haproxy.cfg, with the `env` that
// the Worker would have: `vars` of the wrangler file beside it, then .dev.vars, then the process's own environment for LIMPET_*.

import { existsSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'

import { configFor } from '../config/define.ts'
import type { ConfigSource } from '../config/define.ts'
import type { StatsSocket } from '../config/haproxy/stats-socket.ts'
import type { Line } from '../config/haproxy/sections.ts'
import type { Diagnostic } from '../config/haproxy/line-status.ts'
import { namedPath } from '../config/named-path.ts'
import type { ConfigIssue } from '../config/issue.ts'
import { ConfigError, UsageError } from './cli-error.ts'
import { evaluateModule, isPromise, oneLine, withStrays } from './evaluate.ts'
import type { Evaluated } from './evaluate.ts'
import { isHaproxyFile, translateFiles } from './haproxy.ts'
import { readJson } from './json-text.ts'
import { locate } from './locate.ts'
import type { Place } from './place.ts'
import { plainData } from './plain-data.ts'
import { readText } from './read-text.ts'
import { memoised, parseTree } from './syntax-tree.ts'
import type { SyntaxTree } from './syntax-tree.ts'
import { readWrangler } from './wrangler-file.ts'
import type { WranglerFile } from './wrangler-file.ts'

/** Of an issue what says where it is; of a rule: its keys. */
export type IssueAt = Pick<ConfigIssue, 'keys'> & Partial<Pick<ConfigIssue, 'code' | 'found'>>

export interface LoadedConfig {
  /** Absolute. */
  readonly path: string
  /** Not validated yet. */
  readonly written: unknown
  /** It is what a function of env returned for `vars`; the Worker's env may give another. */
  readonly isOfEnv: boolean
  /** What the Worker's `env` would hold besides bindings. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Names that its function of `env` asked for, and that `env` does not have. */
  readonly unset: readonly string[]
  /** Undefined: there is none beside it. */
  readonly wrangler: WranglerFile | undefined
  /** What .dev.vars holds. */
  readonly devVars: readonly string[]
  /** The place that an issue is about. */
  readonly placeOf: (issue: IssueAt) => Place
  /** Keys that stand twice in one object. */
  readonly duplicates: readonly Place[]
  /** The files that it was read from, with what stands in them. */
  readonly sources: readonly Source[]
  /** Of a haproxy.cfg: what became of its lines. */
  readonly diagnostics?: readonly Diagnostic[]
  /** Of a haproxy.cfg: sockets for HAProxy's commands. */
  readonly statsSockets: readonly StatsSocket[]
}

export interface Source {
  readonly file: string
  readonly text: string
  /** Undefined for a haproxy.cfg, and for what does not parse. */
  readonly tree?: () => SyntaxTree | undefined
}

/**
 * `more`: parts of a haproxy.cfg that follow the first. `environment`: of the wrangler file; undefined: its top level. `given`: what
 * stands in `file`, where it is not to be read. `onlyHttp`: sections of a haproxy.cfg that are plain TCP are left out.
 */
export async function loadConfig(
  file: string,
  more: readonly string[] = [],
  environment?: string,
  given?: string,
  onlyHttp = false,
): Promise<LoadedConfig> {
  const path = resolve(file)
  const other = more.find((each) => !isHaproxyFile(each) || !isHaproxyFile(file))
  if (other !== undefined) throw new UsageError(`${other}: only files of HAProxy's can be joined; -f takes FILE.cfg`)
  const texts = [file, ...more].map((each) => ({
    file: each,
    text: (each === file ? given : undefined) ?? readText(each),
  }))
  const wrangler = readWrangler(dirname(path), environment)
  const devVars = readDevVars(dirname(path), environment)
  const vars = { ...wrangler?.environments[0]!.vars, ...devVars, ...ownVariables() }
  const around = { path, vars, wrangler, devVars: Object.keys(devVars) }
  if (isHaproxyFile(path)) {
    const { config, diagnostics, statsSockets, lineOf } = await translateFiles(texts, onlyHttp)
    const placeOf = ({ keys, found }: IssueAt): Place => {
      const line = lineOf(keys)
      return line ? { file: line.file, line: line.line, column: columnIn(line, found) } : { file }
    }
    return {
      ...around,
      written: config,
      isOfEnv: false,
      unset: [],
      duplicates: [],
      diagnostics,
      statsSockets,
      placeOf,
      sources: texts,
    }
  }
  const { text } = texts[0]!
  const tree = memoised(() => parseTree(text, isJsonFile(path) ? 'json' : 'module'))
  const { value, isOfEnv, unset, duplicates } = await readValue(file, text, vars)
  const placeAt = (keys: readonly PropertyKey[], at: 'key' | 'value' = 'value'): Place =>
    tree() ? locate(file, text, tree()!, { keys, at }, written) : { file }
  const { data: written, issues } = plainData(value)
  for (const { code, keys, message } of issues)
    throw new ConfigError(code, placeAt(keys), `${namedPath(keys, written) || 'configuration'}: ${message}`)
  const placeOf = ({ keys, code }: IssueAt) => placeAt(keys, code === 'unknown-option' ? 'key' : 'value')
  const sources = [{ file, text, tree }]
  return { ...around, written, isOfEnv, unset, duplicates, placeOf, sources, statsSockets: [] }
}

/** True for what is no module: what it holds can be handed on as it is. */
function isJsonFile(path: string): boolean {
  return ['.json', '.jsonc'].includes(extname(path))
}

async function readValue(
  file: string,
  text: string,
  vars: Readonly<Record<string, unknown>>,
): Promise<Pick<LoadedConfig, 'isOfEnv' | 'unset' | 'duplicates'> & { readonly value: unknown }> {
  if (isJsonFile(file)) return { ...readJson(file, text), isOfEnv: false, unset: [] }
  if (!['.ts', '.js', '.mjs', '.mts'].includes(extname(file)))
    throw new ConfigError('unreadable-file', { file }, 'a configuration ends in .ts, .js, .json, .jsonc or .cfg')
  const evaluated = await evaluateModule(file, text)
  const unset = new Set<string>()
  const env = new Proxy<Record<string, unknown>>(
    { ...vars },
    {
      get(target, key) {
        if (typeof key === 'string' && !Object.hasOwn(target, key)) unset.add(key)
        return target[key as string]
      },
    },
  )
  const value = await writtenFor(file, evaluated, env, unset)
  return { value, isOfEnv: typeof evaluated.value === 'function', unset: [...unset], duplicates: evaluated.duplicates }
}

async function writtenFor(
  file: string,
  { value: source, placeOf }: Evaluated,
  env: Record<string, unknown>,
  unset: ReadonlySet<string>,
): Promise<unknown> {
  let value: unknown
  try {
    // A Promise would be awaited by itself; within a list it is refused below.
    ;[value] = await withStrays(() => [configFor(source as ConfigSource, env)])
  } catch (error) {
    const what = `its function of env failed: ${oneLine(error)}`
    if (unset.size === 0) throw new ConfigError('failed-to-evaluate', placeOf(error), what)
    throw new ConfigError(
      'unset-variable',
      placeOf(error),
      `${unsetText([...unset])}: ${what}. ${WHERE_VARIABLES_ARE_SET}`,
    )
  }
  const refuse = (text: string) => {
    throw new ConfigError('no-default-export', { file }, text)
  }
  if (isPromise(value))
    refuse('its function of env returns a Promise, and a Worker does not wait: make it a plain function')
  if (typeof source === 'function' && value === undefined)
    refuse('its function of env returns nothing; it must return a configuration')
  return value
}

export const WHERE_VARIABLES_ARE_SET =
  "Set it in [vars] of the wrangler file or in .dev.vars; from the shell's environment env takes LIMPET_* alone."

/** `env.ORIGIN is not set` */
export function unsetText(names: readonly string[]): string {
  return `${names.map((name) => `env.${name}`).join(', ')} ${names.length === 1 ? 'is' : 'are'} not set`
}

/** Of the word that was found; else of the line's first. */
function columnIn({ words, columns }: Line, found: string | undefined): number {
  const value = found?.replace(/^"(.*)"$/, '$1')
  const exact = words.findIndex((word) => word === value)
  const within = words.findIndex((word) => value !== undefined && value !== '' && word.includes(value))
  return columns[exact === -1 ? Math.max(within, 0) : exact] ?? 1
}

/** An environment's own file is read in place of the general one. */
function readDevVars(directory: string, environment: string | undefined): Readonly<Record<string, string | undefined>> {
  const names = environment === undefined ? ['.dev.vars'] : [`.dev.vars.${environment}`, '.dev.vars']
  const path = names.map((name) => join(directory, name)).find((each) => existsSync(each))
  return path === undefined ? {} : parseEnv(readText(path))
}

function ownVariables(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('LIMPET_')))
}
