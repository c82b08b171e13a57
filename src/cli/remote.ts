// `limpet show` and `limpet set`: the admin API of a running balancer, here or on the edge.

import * as v from 'valibot'

import type { ServerView } from '../health/ledger.ts'
import { CliError } from './cli-error.ts'

export interface RemoteOptions {
  readonly url: string
  readonly adminToken?: string
  readonly adminPath: string
  readonly json?: boolean
}

export async function showServers(options: RemoteOptions): Promise<void> {
  const { servers } = (await call(options, 'GET', 'servers')) as { servers: ServerView[] }
  print(options, servers)
}

export interface SetOptions extends RemoteOptions {
  /** How long a drain lasts before it becomes maint. */
  readonly for?: string
}

export async function setServer(name: string, what: string, value: string, options: SetOptions): Promise<void> {
  if (!/^[^/]+\/[^/]+$/.test(name)) throw new CliError(`'${name}' must be BACKEND/SERVER, such as app/s1`)
  if (options.for !== undefined && value !== 'drain') throw new CliError('--for is for state drain alone')
  const drainFor = options.for === undefined ? {} : { drainFor: options.for }
  const change = what === 'weight' ? { weight: weightOf(value) } : { state: value, ...drainFor }
  const path = `servers/${name.split('/').map(encodeURIComponent).join('/')}`
  const { server } = (await call(options, 'PATCH', path, change)) as { server: ServerView }
  print(options, [server])
}

function weightOf(text: string): number {
  const weight = v.safeParse(v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number)), text)
  if (!weight.success) throw new CliError(`'${text}' must be a whole number from 0 to 256`)
  return weight.output
}

async function call(options: RemoteOptions, method: string, path: string, body?: unknown): Promise<unknown> {
  if (!options.adminToken) throw new CliError('the admin API needs its token: --admin-token or LIMPET_ADMIN_TOKEN')
  if (!URL.canParse(options.url))
    throw new CliError(`--url ${options.url}: must be a URL such as https://app.example.com`)
  const url = new URL(`${options.adminPath.replace(/\/$/, '')}/${path}`, options.url)
  let response: Response
  try {
    response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${options.adminToken}`, 'content-type': 'application/json' },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CliError(`${url.origin}: cannot be reached: ${cause}. Name the balancer with --url or LIMPET_URL.`)
  }
  const answer = (await response.json().catch(() => undefined)) as { error?: string } | undefined
  if (response.ok && answer) return answer
  if (answer?.error !== undefined) throw new CliError(`${url.origin}: ${answer.error} (status ${response.status})`)
  throw new CliError(
    `${url.href}: is not Limpet's admin API (status ${response.status}). It exists once LIMPET_ADMIN_TOKEN is set; --admin-path says where.`,
  )
}

function print(options: RemoteOptions, servers: readonly ServerView[]): void {
  if (options.json) {
    console.log(JSON.stringify(servers, null, 2))
    return
  }
  const rows = [['SERVER', 'STATE', 'STATUS', 'WEIGHT', 'LAST CHECK', 'SINCE'], ...servers.map(rowOf)]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
}

function rowOf(server: ServerView): string[] {
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
