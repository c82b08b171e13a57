// `limpet diff OLD NEW` and `limpet diff --url URL [FILE]`: what a change of the configuration does to clients, before it is made. What
// there is to say is src/difference's; how it reads is diff-text.ts's.

import type { Config } from '../config/config.ts'
import { reviveVisible, visibleJson } from '../config/visible.ts'
import { differenceOf } from '../difference/difference.ts'
import { fromStandardInput } from './check.ts'
import { CliError, UsageError } from './cli-error.ts'
import { diffJson, diffText, hasChanges, percent } from './diff-text.ts'
import { validateForOperator } from './issues.ts'
import { loadConfig } from './load-config.ts'
import { fetchConfiguration, fetchServers } from './remote.ts'
import type { RemoteOptions } from './remote.ts'
import { withOverrides } from './running-states.ts'

export interface DiffOptions extends Omit<RemoteOptions, 'url'> {
  readonly url?: string
  /** An environment of the wrangler file. */
  readonly env?: string
  /** In percent: more is exit status 1. */
  readonly maxMoved?: number
  /** As git has it: a difference is exit status 1. */
  readonly exitCode?: boolean
}

export async function diff(files: readonly string[], options: DiffOptions): Promise<void> {
  const [before, after] = await (options.url === undefined
    ? bothFiles(files, options)
    : runningAndFile(files, options, options.url))
  const difference = await differenceOf(before, after)
  console.log(options.json ? diffJson(difference) : diffText(difference))
  if (options.exitCode && hasChanges(difference)) process.exitCode = 1
  const { maxMoved } = options
  if (maxMoved === undefined || difference.moved * 100 <= maxMoved) return
  process.exitCode = 1
  console.error(
    `error: ${percent(difference.moved)} of a backend's clients would move, and --max-moved allows ${maxMoved} %`,
  )
}

async function bothFiles(files: readonly string[], options: DiffOptions): Promise<readonly [Config, Config]> {
  const [old, today] = files
  if (old === undefined || today === undefined || files.length > 2)
    throw new UsageError('two files are compared: limpet diff OLD NEW; or, with --url, what runs and one file')
  if (old === '-' && today === '-') throw new UsageError('only one of the two can be standard input')
  return [await configOf(old, options), await configOf(today, options)]
}

async function runningAndFile(
  files: readonly string[],
  options: DiffOptions,
  url: string,
): Promise<readonly [Config, Config]> {
  const [file = 'limpet.config.ts', ...more] = files
  if (more.length > 0) throw new UsageError('--url takes the place of OLD: name one file, or none for limpet.config.ts')
  const after = await configOf(file, options)
  const remote = { ...options, url }
  const [sent, views] = await Promise.all([fetchConfiguration(remote), fetchServers(remote)])
  // Both without secrets: what runs does not tell them.
  return withOverrides(reviveVisible(sent), reviveVisible(JSON.parse(visibleJson(after)) as object), views)
}

async function configOf(named: string, { env }: DiffOptions): Promise<Config> {
  const given = named === '-' ? await fromStandardInput(undefined) : undefined
  const file = given?.file ?? named
  const { written, diagnostics = [] } = await loadConfig(file, [], env, given?.text)
  const { config, issues } = validateForOperator(written, 'either')
  const errors = issues.filter(({ level }) => level === 'error').length + count('error')
  if (!config || errors > 0)
    throw new CliError(`${file}: has ${errors} error${errors === 1 ? '' : 's'}; \`limpet check ${file}\` names them`)
  const left = count('unsupported')
  if (left > 0) console.error(`warning: ${file}: ${left} unsupported line${left === 1 ? ' is' : 's are'} not compared`)
  return config

  function count(status: string): number {
    return diagnostics.filter((each) => each.status === status).length
  }
}
