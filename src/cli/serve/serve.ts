// `limpet serve`: the deployed bundle on workerd on this machine, with durable state and a graceful stop.

import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { adminTokensProblem } from '../../admin/tokens.ts'
import type { Bind } from '../../config/options/bind.ts'
import type { Config } from '../../config/config.ts'
import type { LogFormat } from '../../config/options/root.ts'
import { formatNamedIssue } from '../../config/named-path.ts'
import { bindText, parseBind } from '../../config/options/bind.ts'
import { sealCookies } from '../../config/haproxy/seal-cookies.ts'
import type { LimpetConfig } from '../../config/options/root.ts'
import { messageOf } from '../../errors.ts'
import { cookieKeysProblem } from '../../persistence/sealed.ts'
import type { StatsSocket } from '../../config/haproxy/stats-socket.ts'
import { bundleWorker } from '../bundle.ts'
import { certificatesIn, keyPairOf } from './certificate.ts'
import { CliError, UsageError } from '../cli-error.ts'
import type { Written } from '../config-module.ts'
import { refusalOf } from '../haproxy.ts'
import { validateForOperator } from '../issues.ts'
import { loadConfig } from '../load-config.ts'
import { placeText } from '../place.ts'
import { refuseCircles } from './refuse-circles.ts'
import { startMailRelay } from './mail-relay.ts'
import { startSyslogRelay } from './syslog-relay.ts'
import { needPeers } from '../peers.ts'
import { openStateDirectory } from './state-directory.ts'
import type { StateDirectory } from './state-directory.ts'
import { socketName, statsSocketName, workerdConfig } from './workerd-config.ts'
import type { ListenSocket } from './workerd-config.ts'
import { runCron, startWorkerd } from './workerd-process.ts'

const DEFAULT_LISTEN = '127.0.0.1:8080'
// Cap'n Proto embeds files by paths relative to its own.
const WORKER_MODULE = 'worker.js'
const CONTROL_MODULE = 'control.js'
const CONTROL_WORKER = fileURLToPath(new URL('control-worker.js', import.meta.url))

export interface ServeOptions {
  readonly listen?: string
  readonly state?: string
  readonly adminToken?: string
  readonly isolates: number
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
  /** Parts of a haproxy.cfg. */
  readonly file: readonly string[]
}

/** A socket whose certificates are still only names. */
type BoundSocket = Bind & Omit<ListenSocket, 'tls'>

export async function serve(named: string | undefined, options: ServeOptions): Promise<void> {
  needPeers(['workerd', 'esbuild'], 'limpet serve')
  const [file = 'limpet.config.ts', ...more] = named === undefined ? options.file : [named, ...options.file]
  const loaded = await loadConfig(file, more, undefined, undefined, options.onlyHttp)
  const { vars, diagnostics, placeOf } = loaded
  if (options.seal && !diagnostics) throw new UsageError(`--seal: ${file} is not a haproxy.cfg; write format: 'sealed'`)
  const sealed = options.seal ? sealCookies(loaded.written as LimpetConfig) : undefined
  for (const note of sealed?.notes ?? []) console.error(`${file}: ${note}`)
  const written = sealed ? sealed.config : loaded.written
  const refusal = refusalOf(diagnostics ?? [], options.allowUnsupported ?? false)
  const { config, issues } = validateForOperator(written, 'serve')
  for (const issue of issues) console.error(`${placeText(placeOf(issue))}: ${formatNamedIssue(issue, written)}`)
  if (refusal !== undefined) throw new CliError(`${file}: not started; ${refusal}`)
  if (!config) throw new CliError(`${file}: not started; fix the errors above`)

  const sockets = listenSockets(config, options.listen)
  refuseCircles(config, sockets, options.isolates)
  let state: StateDirectory | undefined
  // Until workerd runs there is nothing to drain: a signal ends this process at once, and leaves nothing behind.
  onStopSignal(() => {
    state?.release()
    process.exit(0)
  })
  state = await openStateDirectory(options.state)
  try {
    await run(loaded, config, sockets, statsSocketsOf(loaded.statsSockets, options), state, vars, options)
  } finally {
    state.release()
  }
}

async function run(
  source: Written,
  config: Config,
  sockets: readonly BoundSocket[],
  statsSockets: readonly StatsSocket[],
  state: StateDirectory,
  vars: Readonly<Record<string, unknown>>,
  options: ServeOptions,
): Promise<void> {
  const secrets = secretsOf(vars, state, options)
  const workerdConfigPath = join(state.path, 'workerd.capnp')
  const controlSocket = join(state.path, 'control.sock')
  const mailSocket = config.alerts.some(({ mail }) => mail !== null) ? join(state.path, 'mail.sock') : undefined
  const syslogSocket = config.logTo.syslog.length > 0 && !options.log ? join(state.path, 'syslog.sock') : undefined
  const workerModule = join(state.path, WORKER_MODULE)
  await bundleWorker(source, config, workerModule)
  // The configuration is in it, and with it perhaps passwords.
  chmodSync(workerModule, 0o600)
  copyFileSync(CONTROL_WORKER, join(state.path, CONTROL_MODULE))
  // A socket that a killed run left behind would make bind fail.
  const unixSockets = [controlSocket, mailSocket, syslogSocket].filter((path) => path !== undefined)
  for (const path of [...unixSockets, ...statsSockets.map((socket) => socket.path)]) rmSync(path, { force: true })
  if (mailSocket !== undefined) await startMailRelay(mailSocket)
  if (syslogSocket !== undefined) await startSyslogRelay(syslogSocket, config.logTo.syslog)
  const text = workerdConfig({
    config,
    sockets: await withKeyPairs(sockets, state, options),
    isolates: options.isolates,
    workerModule: WORKER_MODULE,
    controlModule: CONTROL_MODULE,
    controlSocket,
    statsSockets,
    mailSocket,
    syslogSocket,
    objectsDirectory: join(state.path, 'objects'),
    vars: {
      LIMPET_NAME: hostname(),
      ...withoutSecrets(vars, secrets),
      LIMPET_DEPLOYMENT: state.identity(),
      ...(options.log ? { LIMPET_LOG: options.log } : {}),
    },
    secretNames: Object.keys(secrets),
  })
  writeSecret(workerdConfigPath, text)

  const names = sockets.flatMap((_, s) => Array.from({ length: options.isolates }, (__, i) => socketName(s, i)))
  const statsNames = statsSockets.map((_, i) => statsSocketName(i))
  const workerd = startWorkerd(workerdConfigPath, [...names, ...statsNames], secrets)
  // Should this process fail, even in the next line, workerd must not keep running.
  process.on('exit', () => workerd.stop(0))
  state.setWorkerd(workerd.pid)
  let stopping = false
  onStopSignal(() => {
    // A second signal stops at once.
    workerd.stop(stopping ? 0 : options.drain * 1000)
    stopping = true
  })
  try {
    const ports = await workerd.listening
    for (const { path } of statsSockets) chmodSync(path, 0o600)
    await runCron(controlSocket)
    for (const { path, level } of statsSockets) console.error(`commands on ${path}, level ${level}`)
    sockets.forEach((socket, s) => {
      for (let i = 0; i < options.isolates; i++) {
        console.error(
          `listening on ${socket.crt ? 'https' : 'http'}://${shownAddress(socket.address)}:${ports.get(socketName(s, i))}`,
        )
      }
    })
  } catch (error) {
    if (!stopping) {
      const addresses = sockets.map((socket) => `${socket.address}:${socket.port}`).join(', ')
      throw new CliError(
        `${messageOf(error)} before it listened on ${addresses}; its output is above. If the address is in use, choose another with --listen.`,
      )
    }
  }
  const status = await workerd.ended
  if (!stopping) throw new CliError(`workerd ended with ${status}`)
}

/** Replaces any earlier handler. */
function onStopSignal(act: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal).on(signal, act)
}

/** Readable only by this user, even if the file existed with other permissions. */
function writeSecret(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
  chmodSync(path, 0o600)
}

/** Keys are in files that only this user can read, next to the configuration that embeds them. */
function withKeyPairs(
  sockets: readonly BoundSocket[],
  state: StateDirectory,
  { selfSigned = false }: ServeOptions,
): Promise<ListenSocket[]> {
  return Promise.all(
    sockets.map(async (socket, i) => {
      if (socket.crt === null) return socket
      const pair = await keyPairOf(socket.crt, selfSigned)
      const tls: ListenSocket['tls'] = {
        certificateChain: `certificate-${i}.pem`,
        privateKey: `key-${i}.pem`,
        clientCas: socket.clientCa === null ? undefined : certificatesIn(socket.clientCa),
        isTls13: socket.isTls13,
      }
      writeFileSync(join(state.path, tls.certificateChain), pair.certificateChain)
      writeFileSync(join(state.path, tls.privateKey), pair.privateKey, { mode: 0o600 })
      return { ...socket, tls }
    }),
  )
}

/** The sockets to open, and which frontends each serves. */
function listenSockets(config: Config, listen: string | undefined): readonly BoundSocket[] {
  const bind = parseBind(listen ?? DEFAULT_LISTEN)
  if (!bind) throw new UsageError(`--listen ${listen}: must be HOST:PORT, such as ${DEFAULT_LISTEN} or [::1]:8080`)
  if (listen !== undefined) {
    refuseLostCertificates(config, listen)
    return [{ ...bind, frontends: undefined }]
  }
  const frontendsByBind = new Map<string, string[]>()
  for (const frontend of config.frontends) {
    for (const own of frontend.bind.length > 0 ? frontend.bind : [bind]) {
      const key = bindText(own)
      frontendsByBind.set(key, [...(frontendsByBind.get(key) ?? []), frontend.name])
    }
  }
  return [...frontendsByBind].map(([text, frontends]) => ({ ...parseBind(text)!, frontends }))
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
function statsSocketsOf(written: readonly StatsSocket[], { socket }: ServeOptions): readonly StatsSocket[] {
  const all = socket === undefined ? written : [...written, { path: socket, level: 'admin' as const }]
  return all.map(({ path, level }) => ({ path: resolve(path), level }))
}

/** Passed in workerd's environment, never in a file. */
function secretsOf(
  vars: Readonly<Record<string, unknown>>,
  state: StateDirectory,
  options: ServeOptions,
): Record<string, string> {
  const keys = vars['LIMPET_COOKIE_KEYS'] as string | undefined
  if (keys !== undefined) {
    const problem = cookieKeysProblem(keys)
    if (problem !== undefined) {
      throw new CliError(`${problem}. limpet serve needs none: it makes a key, and keeps it with --state.`)
    }
  }
  const token = options.adminToken ?? (vars['LIMPET_ADMIN_TOKEN'] as string | undefined)
  const problem = adminTokensProblem(token ?? '')
  if (problem !== undefined) throw new CliError(problem)
  return {
    LIMPET_COOKIE_KEYS: keys ?? state.cookieKeys(),
    ...(token ? { LIMPET_ADMIN_TOKEN: token } : {}),
  }
}

function withoutSecrets(
  vars: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(vars).filter(([name]) => !(name in secrets)))
}

/** An address that a person can open. */
function shownAddress(address: string): string {
  if (address === '*' || address === '0.0.0.0') return '127.0.0.1'
  return address === '[::]' ? '[::1]' : address
}
