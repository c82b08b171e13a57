// `limpet show`, `set`, `ctl` and the like: the admin API of a running balancer, here or on the edge.

import { readFileSync } from 'node:fs'

import * as v from 'valibot'

import { FAILED_HEADER } from '../admin/answer.ts'
import { splitCommands } from '../admin/commands.ts'
import type { Answered } from '../admin/commands.ts'
import { escaped } from '../admin/escaped.ts'
import { tokensOf } from '../admin/tokens.ts'
import type { SentServerView } from '../health/server-view.ts'
import { CliError, UsageError } from './cli-error.ts'

export interface RemoteOptions {
  readonly url: string
  readonly adminToken?: string
  readonly adminTokenFile?: string
  readonly adminPath: string
  readonly json?: boolean
}

export async function showServers(options: RemoteOptions): Promise<void> {
  printServers(options, await fetchServers(options))
}

export function fetchServers(options: RemoteOptions): Promise<SentServerView[]> {
  return call(options, 'GET', 'servers', 'servers')
}

/** As `GET configuration` has it: config/visible.ts. */
export async function fetchConfiguration(options: RemoteOptions): Promise<object> {
  const response = await send(options, 'GET', 'configuration')
  if (response.status !== 404) return found(response, options, 'configuration')
  const { message } = await refusal(response, options)
  if (!message.includes('GET servers')) throw new CliError(message)
  const { origin } = new URL(options.url)
  throw new CliError(`${origin}: runs a release that does not tell its configuration: compare two files instead`)
}

export interface TableAnswer {
  /** Null: the store cannot tell. */
  readonly used: number | null
  readonly entries: readonly { readonly key: string; readonly server: string; readonly serverId: number }[]
}

/** What a stick table has for a key, as the table stores it. Of a large table some 10,000 entries are looked at. */
export async function askTable(table: string, key: string, options: RemoteOptions): Promise<TableAnswer> {
  // A command is words between blanks.
  const filter = /\s/.test(key) || key === '' ? '' : ` key ${key.replaceAll(';', String.raw`\;`)}`
  const { text, hasFailed } = await askCommand(`show table ${table}${filter} json`, options)
  if (hasFailed) throw new CliError(`show table ${table}: ${text.trim()}`)
  const answer = JSON.parse(text) as TableAnswer
  return { ...answer, entries: answer.entries.filter((entry) => entry.key === key) }
}

export interface SetOptions extends RemoteOptions {
  /** How long a drain lasts before it becomes maint. */
  readonly for?: string
}

export async function setServer(name: string, what: string, value: string, options: SetOptions): Promise<void> {
  if (!/^[^/]+\/[^/]+$/.test(name)) throw new CliError(`'${name}' must be BACKEND/SERVER, such as app/s1`)
  if (options.for !== undefined && value !== 'drain') throw new UsageError('--for is only for state drain')
  const drainFor = options.for === undefined ? {} : { drainFor: options.for }
  const change = what === 'weight' ? { weight: weightOf(value) } : { state: value, ...drainFor }
  printServers(options, [await changeServer(name, change, options)])
}

/** `name`: BACKEND/SERVER. `change`: as `PATCH servers/BACKEND/SERVER` takes it. */
export function changeServer(name: string, change: object, options: RemoteOptions): Promise<SentServerView> {
  const path = `servers/${name.split('/').map(encodeURIComponent).join('/')}`
  return call(options, 'PATCH', path, 'server', change)
}

function weightOf(text: string): number {
  const weight = v.safeParse(v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number)), text)
  if (!weight.success) throw new UsageError(`'${text}' must be a whole number from 0 to 256`)
  return weight.output
}

/** Prints what HAProxy's socket would. The exit status is 1 if one of them failed. */
export async function runCommand(command: string, options: RemoteOptions): Promise<void> {
  const { text, hasFailed } = await askCommand(command, options)
  const isAlone = splitCommands(command).length < 2
  const stream = hasFailed && isAlone ? process.stderr : process.stdout
  stream.write(text.replace(/\n$/, ''))
  if (hasFailed) process.exitCode = 1
}

/** With --json: each command, whether it was done, and its answer. */
export async function runCommands(line: string, options: RemoteOptions): Promise<void> {
  if (!options.json) return runCommand(line, options)
  const answers: { readonly command: string; readonly isDone: boolean; readonly answer: string }[] = []
  for (const command of splitCommands(line)) {
    const { text, hasFailed } = await askCommand(command.replaceAll(';', '\\;'), options)
    answers.push({ command, isDone: !hasFailed, answer: text.replace(/\n\n?$/, '') })
  }
  console.log(JSON.stringify(answers, null, 2))
  if (answers.some(({ isDone }) => !isDone)) process.exitCode = 1
}

/** One line of HAProxy's commands; the answer as its socket gives it. */
export async function askCommand(command: string, options: RemoteOptions): Promise<Answered> {
  const response = await send(options, 'POST', 'command', command)
  if (response.ok && response.headers.get('content-type')?.startsWith('text/plain')) {
    return { text: await response.text(), hasFailed: response.headers.has(FAILED_HEADER) }
  }
  throw await refusal(response, options)
}

export async function showStat(options: RemoteOptions & { readonly csv?: boolean }): Promise<void> {
  if (options.json || options.csv) return runCommand(options.json ? 'show stat json' : 'show stat', options)
  const [header = '', ...lines] = (await askCommand('show stat', options)).text.trim().split('\n')
  const names = header.replace(/^# /, '').split(',')
  const columns = [
    'pxname',
    'svname',
    'status',
    'weight',
    'scur',
    'stot',
    'rate',
    'econ',
    'wretr',
    'wredis',
    'hrsp_5xx',
  ]
  const rows = lines.map((line) => {
    const cells = line.split(',')
    return columns.map((name) => cells[names.indexOf(name)] ?? '')
  })
  printTable([
    ['PROXY', 'SERVER', 'STATUS', 'WEIGHT', 'NOW', 'TOTAL', 'PER S', 'FAILED', 'RETRIED', 'MOVED', '5XX'],
    ...rows,
  ])
}

/** What the answer holds as `key`. */
async function call<T>(options: RemoteOptions, method: string, path: string, key: string, body?: unknown): Promise<T> {
  return found(await send(options, method, path, body === undefined ? undefined : JSON.stringify(body)), options, key)
}

async function found<T>(response: Response, options: RemoteOptions, key: string): Promise<T> {
  const answer = (await response
    .clone()
    .json()
    .catch(() => undefined)) as Readonly<Record<string, T | undefined>> | null | undefined
  const value = answer?.[key]
  if (response.ok && value) return value
  throw await refusal(response, options)
}

async function send(options: RemoteOptions, method: string, path: string, body?: string): Promise<Response> {
  // Accepts the secret's format: of several tokens, the first.
  const [{ token } = {}] = tokensOf(tokenOf(options) ?? '')
  if (!token)
    throw new CliError('the admin API needs its token: --admin-token-file, LIMPET_ADMIN_TOKEN or --admin-token')
  if (!URL.canParse(options.url))
    throw new UsageError(`--url ${options.url}: must be a URL such as https://app.example.com`)
  const url = new URL(`${options.adminPath.replace(/\/$/, '')}/${path}`, options.url)
  try {
    return await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    })
  } catch (error) {
    // fetch itself says `fetch failed`; its cause says why.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CliError(`${url.origin}: cannot be reached: ${cause}. Name the balancer with --url or LIMPET_URL.`)
  }
}

function tokenOf({ adminToken, adminTokenFile }: RemoteOptions): string | undefined {
  if (adminTokenFile === undefined) return adminToken
  try {
    return readFileSync(adminTokenFile, 'utf8')
  } catch {
    throw new CliError(`--admin-token-file ${adminTokenFile}: cannot be read`)
  }
}

async function refusal(response: Response, options: RemoteOptions): Promise<CliError> {
  const { origin } = new URL(options.url)
  const answer = (await response.json().catch(() => undefined)) as { error?: unknown } | null | undefined
  // Other APIs have errors, too.
  if (typeof answer?.error === 'string')
    return new CliError(`${origin}: ${escaped(answer.error)} (status ${response.status})`)
  return new CliError(
    `${origin}${options.adminPath}: is not Limpet's admin API (status ${response.status}). It exists once LIMPET_ADMIN_TOKEN is set; --admin-path says where.`,
  )
}

export function printServers(options: RemoteOptions, servers: readonly SentServerView[]): void {
  if (options.json) {
    console.log(JSON.stringify(servers, null, 2))
    return
  }
  printTable([['SERVER', 'STATE', 'STATUS', 'WEIGHT', 'LAST CHECK', 'SINCE'], ...servers.map(rowOf)])
}

export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
}

function rowOf(server: SentServerView): string[] {
  const overridden = (value: string | number, configured: string | number | null) =>
    configured === null ? String(value) : `${value} (configured ${configured})`
  const { lastCheck } = server
  return [
    `${server.backend}/${server.server}`,
    overridden(server.state, server.configuredState) +
      (server.drainUntilMs === null ? '' : ` until ${new Date(server.drainUntilMs).toISOString()}`),
    server.status + (server.backup ? ' backup' : ''),
    overridden(server.weight, server.configuredWeight),
    lastCheck === null
      ? '-'
      : `${lastCheck.code}${lastCheck.status === null ? '' : ` ${lastCheck.status}`} ${lastCheck.durationMs} ms`,
    new Date(server.lastChangeMs).toISOString(),
  ]
}
