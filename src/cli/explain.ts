// `limpet explain`: what would become of a request, and why, in sentences or as JSON. Nothing is sent to a server, and nothing is stored.

import { existsSync } from 'node:fs'

import type { Config } from '../config/config.ts'
import { sealCookies } from '../config/haproxy/seal-cookies.ts'
import { formatNamedIssue } from '../config/named-path.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { readText } from '../explain/cookie-words.ts'
import { explain } from '../explain/explain.ts'
import type { MetRule } from '../explain/explanation.ts'
import type { Facts } from '../explain/facts.ts'
import { sentences } from '../explain/sentences.ts'
import type { Part } from '../explain/sentences.ts'
import { CliError, UsageError } from './cli-error.ts'
import { readAlone } from './explain/cookie-alone.ts'
import { keysOf } from './explain/keys.ts'
import { entryOf, notesOn } from './explain/notes.ts'
import { momentOf, questionOf } from './explain/question.ts'
import type { RequestOptions } from './explain/question.ts'
import { askReleases } from './explain/running-releases.ts'
import { runningOf, statesOf } from './explain/states.ts'
import type { Running, StateOptions } from './explain/states.ts'
import { formatDiagnostic } from './haproxy.ts'
import { validateForOperator } from './issues.ts'
import { loadConfig } from './load-config.ts'
import type { LoadedConfig } from './load-config.ts'
import { placeText } from './place.ts'
import type { Place } from './place.ts'
import { askCommand, askTable, fetchServers } from './remote.ts'
import type { RemoteOptions } from './remote.ts'

const DEFAULT_FILE = 'limpet.config.ts'

export interface ExplainOptions extends RequestOptions, StateOptions, Omit<RemoteOptions, 'url'> {
  /** Undefined or '': no running balancer is asked. */
  readonly url?: string
  readonly for: 'serve' | 'cloudflare'
  /** Of `limpet serve`: where it keeps its keys. */
  readonly state?: string
  /** Cookies of a haproxy.cfg are sealed, as by `limpet serve --seal`. */
  readonly seal?: boolean
  /** Parts of a haproxy.cfg. */
  readonly file: readonly string[]
}

/** `first`: a URL, or the file if there is no URL. */
export async function explainRequest(
  first: string | undefined,
  second: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  const isUrl = first !== undefined && /^https?:\/\//i.test(first)
  const [named, ...surplus] = isUrl ? [second] : [first, second].filter((each) => each !== undefined)
  if (!isUrl && surplus.length > 0)
    throw new UsageError(`'${first}' is not a URL: it must begin with http:// or https://`)
  if (!isUrl && options.cookie.length === 0)
    throw new UsageError('a URL is missing, such as limpet explain https://app.example.com/; or --cookie VALUE alone')
  const [file, ...more] = named === undefined ? options.file : [named, ...options.file]
  if (!isUrl) return explainCookie(file, more, options)
  const loaded = await loadConfig(file ?? DEFAULT_FILE, more)
  const config = validConfig(file ?? DEFAULT_FILE, loaded, options)
  const notes: string[] = []
  const question = questionOf(first, options, config, options.for, notes)
  const remote = options.url ? { ...options, url: options.url } : undefined
  const running = remote && (await askRunning(config, remote))
  const facts: Facts = {
    ...statesOf(config, options, running),
    cookieKeys: await keysOf(loaded.vars, options.state),
    onCloudflare: options.for === 'cloudflare',
    entryOf: async (table, key) => (remote ? entryOf(table, await askTable(table, key, remote), notes) : undefined),
  }
  const explanation = await explain(config, question, facts)
  const source = { file: file ?? DEFAULT_FILE, diagnostics: loaded.diagnostics ?? [], url: remote?.url, running }
  notes.unshift(...notesOn(source, config, facts, question))
  const placeOf = (rule: MetRule) => placeOfRule(rule, loaded)
  if (options.json) {
    const rules = explanation.rules.map((rule) => ({ ...rule, place: placeOf(rule) ?? null }))
    console.log(JSON.stringify({ ...explanation, rules, notes }, null, 2))
    return
  }
  const placeTextOf = (rule: MetRule) => {
    const place = placeOf(rule)
    return place && placeText(place)
  }
  print([...sentences(explanation, config, placeTextOf), { heading: 'Notes', lines: notes }])
}

async function explainCookie(
  file: string | undefined,
  more: readonly string[],
  options: ExplainOptions,
): Promise<void> {
  const isThere = file !== undefined || existsSync(DEFAULT_FILE)
  const loaded = isThere ? await loadConfig(file ?? DEFAULT_FILE, more) : undefined
  const config = loaded && validConfig(file ?? DEFAULT_FILE, loaded, options)
  const keys = await keysOf(loaded?.vars ?? process.env, options.state)
  const nowMs = momentOf(options.at)
  const cookies = []
  for (const text of options.cookie) cookies.push(await readAlone(text, config, keys, nowMs))
  if (options.json) {
    console.log(JSON.stringify({ cookies }, null, 2))
    return
  }
  const at = new Date(nowMs).toISOString()
  for (const cookie of cookies) {
    const of = cookie.backend === null ? '' : ` of backend ${cookie.backend}`
    console.log(`${cookie.name === '' ? '' : `${cookie.name}=`}${cookie.value}${of}: ${readText(cookie, at)}`)
  }
  if (!config) console.log(`There is no ${DEFAULT_FILE} here: name the configuration, and servers are told by name.`)
}

function validConfig(file: string, loaded: LoadedConfig, options: ExplainOptions): Config {
  const { diagnostics = [], placeOf } = loaded
  if (options.seal && !loaded.diagnostics)
    throw new UsageError(`--seal: ${file} is not a haproxy.cfg; write format: 'sealed'`)
  const written = options.seal ? sealCookies(loaded.written as LimpetConfig).config : loaded.written
  const broken = diagnostics.filter(({ status }) => status === 'error')
  for (const each of broken) console.error(formatDiagnostic(each, false))
  const { config, issues } = validateForOperator(written, options.for)
  const errors = issues.filter(({ level }) => level === 'error')
  for (const issue of errors) console.error(`${placeText(placeOf(issue))}: ${formatNamedIssue(issue, written)}`)
  if (!config || broken.length > 0) throw new CliError(`${file}: not explained; fix the errors above`)
  return config
}

async function askRunning(config: Config, remote: RemoteOptions): Promise<Running> {
  const views = await fetchServers(remote)
  const stat = (await askCommand('show stat', remote)).text
  return runningOf(config, views, stat, await askReleases(config, remote))
}

/** `redirectScheme` of a frontend is its first rule. */
function placeOfRule({ keys: [list, i, field, j] }: MetRule, { placeOf, written }: LoadedConfig): Place | undefined {
  const frontend = (written as Record<string, readonly { readonly redirectScheme?: unknown }[] | undefined>)[
    String(list)
  ]?.[Number(i)]
  const isShifted = list === 'frontends' && field === 'rules' && frontend?.redirectScheme !== undefined
  const keys = isShifted
    ? j === 0
      ? [list, i, 'redirectScheme']
      : [list, i, field, Number(j) - 1]
    : [list, i, field, j]
  return placeOf({ keys: keys.filter((key) => key !== undefined) })
}

function print(parts: readonly Part[]): void {
  const blocks = parts.map(({ heading, lines }) => [heading, ...lines.map((line) => `  ${line}`)].join('\n'))
  console.log(blocks.join('\n\n'))
}
