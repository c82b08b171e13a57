// What a configuration asks `limpet serve` to do: read at the start, and again for each reload. Nothing is opened or written here.

import type { Config } from '../../config/config.ts'
import { sealCookies } from '../../config/haproxy/seal-cookies.ts'
import type { StatsSocket } from '../../config/haproxy/stats-socket.ts'
import { formatNamedIssue } from '../../config/named-path.ts'
import { bindText, parseBind } from '../../config/options/bind.ts'
import type { Bind } from '../../config/options/bind.ts'
import type { LimpetConfig, LogFormat } from '../../config/options/root.ts'
import { CliError, UsageError } from '../cli-error.ts'
import type { Written } from '../config-module.ts'
import { refusalOf } from '../haproxy.ts'
import { validateForOperator } from '../issues.ts'
import { loadConfig } from '../load-config.ts'
import { placeText } from '../place.ts'
import { isolateBind, socketName, statsSocketName } from './front-config.ts'
import type { CommandSocket, ListenSocket } from './front-config.ts'
import { atPassed, matchPassed } from './passed-sockets.ts'
import type { PassedSocket } from './passed-sockets.ts'
import { refuseCircles } from './refuse-circles.ts'
import { atPath } from './unix-sockets.ts'
import type { Address } from './unix-sockets.ts'

const DEFAULT_LISTEN = '127.0.0.1:8080'

export interface ServeOptions {
  readonly listen?: string
  readonly state?: string
  readonly adminToken?: string
  readonly isolates: number
  /** How many fronts. */
  readonly workers: number
  /** Seconds. */
  readonly drain: number
  readonly log?: LogFormat
  /** A Unix socket for HAProxy's commands. */
  readonly socket?: string
  readonly allowUnsupported?: boolean
  /** Leave sections of a haproxy.cfg out that are plain TCP. */
  readonly onlyHttp?: boolean
  /** A certificate that is not there is made. */
  readonly selfSigned?: boolean
  /** Cookies of a haproxy.cfg are written sealed. */
  readonly seal?: boolean
  /** Reload when a file changes that the configuration was read from. */
  readonly watch?: boolean
  /** In the place of one that runs. */
  readonly takeOver?: boolean
  /** Parts of a haproxy.cfg. */
  readonly file: readonly string[]
}

/** A socket whose certificates are still only names. */
export type BoundSocket = Bind & Omit<ListenSocket, 'tls'>

type BoundCommandSocket = CommandSocket & Pick<Bind, 'mode'> & { readonly source: string }

export interface Listened extends Address {
  /** Who may connect to a Unix socket; undefined: as the process makes files. */
  readonly mode?: number | undefined
  /** Where it is written, for messages. */
  readonly source: string
}

/** For clients, or for commands. */
export type Listen = Listened & ({ readonly isTls: boolean } | CommandSocket)

export interface Plan {
  /** As the operator named it. */
  readonly file: string
  readonly source: Written
  readonly config: Config
  readonly binds: readonly BoundSocket[]
  readonly statsSockets: readonly BoundCommandSocket[]
  /** What the Worker's `env` would hold besides bindings. */
  readonly vars: Readonly<Record<string, unknown>>
}

/** `say`: gets every issue. `not`: what does not happen if one is an error, such as 'not started'. */
export async function readPlan(
  named: string | undefined,
  options: ServeOptions,
  not: string,
  passed: readonly PassedSocket[],
  say: (line: string) => void,
): Promise<Plan> {
  const [file = 'limpet.config.ts', ...more] = named === undefined ? options.file : [named, ...options.file]
  const loaded = await loadConfig(file, more, undefined, undefined, options.onlyHttp)
  const { vars, diagnostics, placeOf } = loaded
  if (options.seal && !diagnostics) throw new UsageError(`--seal: ${file} is not a haproxy.cfg; write format: 'sealed'`)
  const sealed = options.seal ? sealCookies(loaded.written as LimpetConfig) : undefined
  for (const note of sealed?.notes ?? []) say(`${file}: ${note}`)
  const written = sealed ? sealed.config : loaded.written
  const refusal = refusalOf(diagnostics ?? [], options.allowUnsupported ?? false, say)
  const { config, issues } = validateForOperator(written, 'serve')
  for (const issue of issues) say(`${placeText(placeOf(issue))}: ${formatNamedIssue(issue, written)}`)
  if (refusal !== undefined) throw new CliError(`${file}: ${not}; ${refusal}`)
  if (!config) throw new CliError(`${file}: ${not}; fix the errors above`)
  const statsSockets = statsSocketsOf(loaded.statsSockets, options, passed)
  const binds = await listenSockets(config, options.listen, passed, statsSockets)
  refuseCircles(config, binds, options.isolates)
  return { file, source: loaded, config, binds, statsSockets, vars }
}

/** The sockets to open, and which frontends each serves. */
async function listenSockets(
  config: Config,
  listen: string | undefined,
  passed: readonly PassedSocket[],
  others: readonly Address[],
): Promise<readonly BoundSocket[]> {
  const bind = parseBind(listen ?? DEFAULT_LISTEN)
  if (!bind) throw new UsageError(`--listen ${listen}: must be HOST:PORT, such as ${DEFAULT_LISTEN} or [::1]:8080`)
  if (listen !== undefined) {
    refuseLostCertificates(config, listen)
    return [{ ...atPassed(atPath(bind), passed, '--listen'), frontends: undefined }]
  }
  const written = config.frontends.flatMap(({ name, bind: own }) =>
    own.map((each) => atPath(atPassed(each, passed, `frontend '${name}'`))),
  )
  const { unnamed } = await matchPassed([...written, ...others], passed)
  // What was passed and is not written is meant for those that say nothing.
  const unwritten = unnamed.length === 0 ? [bind] : unnamed.map((socket) => ({ ...bind, ...addressIn(socket) }))
  const byText = new Map<string, { readonly own: Bind; readonly frontends: readonly string[] }>()
  for (const frontend of config.frontends) {
    for (const each of frontend.bind.length > 0 ? frontend.bind : unwritten) {
      const own = atPassed(each, passed, `frontend '${frontend.name}'`)
      const text = bindText(own)
      const { frontends = [] } = byText.get(text) ?? {}
      byText.set(text, { own, frontends: [...frontends, frontend.name] })
    }
  }
  return [...byText.values()].map(({ own, frontends }) => ({ ...atPath(own), frontends }))
}

function addressIn({ address, port }: Address): Address {
  return { address, port }
}

/** The socket of --listen speaks plain HTTP. */
function refuseLostCertificates({ frontends }: Config, listen: string): void {
  const strict = frontends.find(({ bind }) => bind.some(({ clientCa }) => clientCa !== null))
  const bind = strict?.bind.find(({ clientCa }) => clientCa !== null)
  if (!strict || !bind) return
  throw new CliError(
    `--listen ${listen}: would admit clients without a certificate to frontend '${strict.name}', whose bind is '${bindText(bind)}'; leave --listen out, or remove 'verify required' there`,
  )
}

/** The sockets of a haproxy.cfg, and the one of --socket. */
function statsSocketsOf(
  written: readonly StatsSocket[],
  { socket }: ServeOptions,
  passed: readonly PassedSocket[],
): readonly BoundCommandSocket[] {
  const all = written.map(({ bind, level }) => ({ ...parseBind(bind)!, level, source: 'stats socket' }))
  const own = { address: `unix:${socket}`, port: 0, level: 'admin', mode: 0o600, source: '--socket' } as const
  return [...all, ...(socket === undefined ? [] : [own])].map((each) => atPath(atPassed(each, passed, each.source)))
}

/** What a front listens on, by its sockets' names. Each isolate has addresses of its own. */
export function listensOf(
  { binds, statsSockets }: Pick<Plan, 'binds' | 'statsSockets'>,
  { listen, isolates }: Pick<ServeOptions, 'listen' | 'isolates'>,
): ReadonlyMap<string, Listen> {
  return new Map([
    ...binds.flatMap((bind, s) => {
      const { crt, mode, frontends } = bind
      const names = frontends?.map((name) => `'${name}'`).join(', ')
      const source = listen === undefined && names ? `frontend ${names}` : '--listen'
      return Array.from({ length: isolates }, (_, i): [string, Listen] => [
        socketName(s, i),
        { ...isolateBind(bind, i), mode, source, isTls: crt !== null },
      ])
    }),
    ...statsSockets.map((socket, i): [string, Listen] => [statsSocketName(i), socket]),
  ])
}
