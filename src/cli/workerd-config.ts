// The text of a workerd configuration: one worker service per isolate, of which the first hosts the objects; one external
// service per origin, so that the client's Host is kept; one socket per bind and isolate; a control service for the CLI.

import { ISOLATE_BINDING } from '../config/bindings.ts'
import type { Config, Server } from '../config/config.ts'
import type { StatsSocket } from '../config/haproxy/stats-socket.ts'
import { isUnixSocket } from '../config/options/bind.ts'
import { checkKey, proxyKey } from '../config/keys.ts'
import { askedServer } from '../health/check.ts'
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from './bundle.ts'

export interface ListenSocket {
  readonly address: string
  /** 0: any free one. */
  readonly port: number
  /** The frontends it serves; undefined: all, distinguished by scheme and host. */
  readonly frontends: readonly string[] | undefined
  /** Files with its key pair, relative to the configuration file; undefined: plain HTTP. */
  readonly tls?:
    | {
        readonly certificateChain: string
        readonly privateKey: string
        /** PEM, one certificate each: only clients whose certificate one of them signed. Undefined: anybody. */
        readonly clientCas: readonly string[] | undefined
        readonly isTls13: boolean
      }
    | undefined
}

export interface CommandSocket extends Pick<StatsSocket, 'level'> {
  /** As workerd takes it: `127.0.0.1:9999`, or a Unix socket by an absolute path. */
  readonly address: string
}

export interface WorkerdPlan {
  readonly config: Config
  readonly sockets: readonly ListenSocket[]
  readonly isolates: number
  /** Relative to the configuration file. */
  readonly workerModule: string
  readonly controlModule: string
  /** Absolute. */
  readonly controlSocket: string
  /** Sockets for HAProxy's commands. */
  readonly statsSockets: readonly CommandSocket[]
  /** Where the CLI accepts mail; absolute. Undefined: no mail is sent. */
  readonly mailSocket: string | undefined
  /** Where the CLI accepts lines for syslog; absolute. Undefined: none go there. */
  readonly syslogSocket: string | undefined
  /** The certificates of a server's `caFile`, PEM, one each. */
  readonly certificatesIn: (caFile: string) => readonly string[]
  readonly objectsDirectory: string
  /** What the Worker's `env` holds; strings are passed as they are, the rest as JSON. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Names of variables that are read from workerd's own environment, so that no secret is in a file. */
  readonly secretNames: readonly string[]
}

/**
 * Patterns of the configuration are proven to take linear time (src/pattern); should that proof or one of our own expressions be
 * wrong, V8 stops backtracking and continues in linear time.
 */
const V8_FLAGS = ['--enable-experimental-regexp-engine-on-excessive-backtracks']

/** A key names an object's directory: another key would be another object. */
const OBJECTS = [
  { binding: 'MONITOR', className: 'Monitor', uniqueKey: 'limpet-monitor' },
  { binding: 'STICK_TABLE', className: 'StickTable', uniqueKey: 'limpet-stick-table' },
  { binding: 'SLOTS', className: 'Slots', uniqueKey: 'limpet-slots' },
  { binding: 'STATS', className: 'Stats', uniqueKey: 'limpet-stats' },
]

export function workerdConfig(plan: WorkerdPlan): string {
  const servers = plan.config.backends.flatMap((backend) => backend.servers.map((server) => ({ backend, server })))
  const services = [
    ...Array.from({ length: plan.isolates }, (_, i) =>
      struct({ name: text(isolateName(i)), worker: isolateWorker(plan, i) }),
    ),
    struct({ name: text('control'), worker: controlWorker(plan) }),
    struct({ name: text('objects'), disk: struct({ path: text(plan.objectsDirectory), writable: 'true' }) }),
    struct({
      name: text('internet'),
      network: struct({
        allow: list([text('public'), text('private')]),
        tlsOptions: struct({ trustBrowserCas: 'true' }),
      }),
    }),
    ...relay('mail', plan.mailSocket),
    ...relay('syslog', plan.syslogSocket),
    ...servers.map(({ backend, server }) =>
      struct({ name: text(proxyKey('server', backend.name, server.name)), external: external(server, plan) }),
    ),
    ...servers
      .filter(({ server }) => hasOwnTrust(server))
      .map(({ backend, server }) =>
        struct({ name: text(checkKey(backend.name, server.name)), external: checked(server, plan) }),
      ),
  ]
  const sockets = plan.sockets.flatMap((socket, s) =>
    Array.from({ length: plan.isolates }, (_, i) => {
      const port = portOf(socket, i)
      const props = { frontends: socket.frontends, port: port === 0 ? undefined : port }
      return struct({
        name: text(socketName(s, i)),
        address: text(socketAddress(socket, i)),
        ...protocol(socket),
        service: struct({ name: text(isolateName(i)), props: struct({ json: text(JSON.stringify(props)) }) }),
      })
    }),
  )
  plan.statsSockets.forEach(({ address, level }, i) =>
    sockets.push(
      struct({
        name: text(statsSocketName(i)),
        address: text(address),
        tcp: '()',
        service: struct({
          name: text('main'),
          // The entrypoint of public sockets takes no connections: there a CONNECT request would reach the commands.
          entrypoint: text('CommandSocket'),
          props: struct({ json: text(JSON.stringify({ level })) }),
        }),
      }),
    ),
  )
  sockets.push(
    struct({
      name: text('control'),
      address: text(`unix:${plan.controlSocket}`),
      http: '()',
      service: text('control'),
    }),
  )
  return [
    'using Workerd = import "/workerd/workerd.capnp";',
    '',
    'const config :Workerd.Config = (',
    `  services = ${list(services)},`,
    `  sockets = ${list(sockets)},`,
    `  v8Flags = ${list(V8_FLAGS.map(text))},`,
    ');',
    '',
  ].join('\n')
}

/** A service of this process, for work that workerd cannot do. */
function relay(name: string, socket: string | undefined): readonly string[] {
  if (socket === undefined) return []
  return [struct({ name: text(name), external: struct({ address: text(`unix:${socket}`), http: '()' }) })]
}

function protocol({ tls }: ListenSocket): Record<string, string> {
  if (!tls) return { http: '()' }
  const keypair = struct({
    privateKey: `embed ${text(tls.privateKey)}`,
    certificateChain: `embed ${text(tls.certificateChain)}`,
  })
  const { clientCas, isTls13 } = tls
  const tlsOptions = struct({
    keypair,
    ...(clientCas ? { requireClientCerts: 'true', trustedCertificates: list(clientCas.map(text)) } : {}),
    ...(isTls13 ? { minVersion: 'tls1Dot3' } : {}),
  })
  return { https: struct({ options: '()', tlsOptions }) }
}

/** Isolates listen on consecutive ports, or beside each other. */
export function socketAddress(socket: Pick<ListenSocket, 'address' | 'port'>, isolate: number): string {
  if (!isUnixSocket(socket.address)) return `${socket.address}:${portOf(socket, isolate)}`
  return isolate === 0 ? socket.address : `${socket.address}.${isolate}`
}

function portOf({ port }: Pick<ListenSocket, 'port'>, isolate: number): number {
  return port === 0 ? 0 : port + isolate
}

export function socketName(socket: number, isolate: number): string {
  return `listen-${socket}-${isolate}`
}

export function statsSocketName(i: number): string {
  return `stats-${i}`
}

function isolateName(i: number): string {
  return i === 0 ? 'main' : `isolate-${i}`
}

function isolateWorker(plan: WorkerdPlan, i: number): string {
  const servers = plan.config.backends.flatMap((backend) =>
    backend.servers.flatMap((server) => [
      proxyKey('server', backend.name, server.name),
      ...(hasOwnTrust(server) ? [checkKey(backend.name, server.name)] : []),
    ]),
  )
  const bindings = [
    struct({ name: text('LIMPET_SERVE'), text: text('1') }),
    ...(plan.statsSockets.length > 0 ? [struct({ name: text('LIMPET_STATS_SOCKET'), text: text('1') })] : []),
    ...OBJECTS.map(({ binding, className }) =>
      struct({
        name: text(binding),
        durableObjectNamespace:
          i === 0 ? text(className) : struct({ className: text(className), serviceName: text('main') }),
      }),
    ),
    ...servers.map((name) => struct({ name: text(name), service: text(name) })),
    ...(plan.syslogSocket === undefined ? [] : [struct({ name: text('LIMPET_SYSLOG'), service: text('syslog') })]),
    // Only the Monitor, which lives in the first isolate, sends mail and passes changes on.
    ...(i === 0 && plan.mailSocket !== undefined ? [struct({ name: text('LIMPET_MAIL'), service: text('mail') })] : []),
    ...(i === 0
      ? Array.from({ length: plan.isolates }, (_, j) =>
          struct({
            name: text(`${ISOLATE_BINDING}${j}`),
            service: struct({ name: text(isolateName(j)), entrypoint: text('Isolate') }),
          }),
        )
      : []),
    ...plan.secretNames.map((name) => struct({ name: text(name), fromEnvironment: text(name) })),
    ...Object.entries(plan.vars).map(([name, value]) =>
      struct({
        name: text(name),
        ...(typeof value === 'string' ? { text: text(value) } : { json: text(JSON.stringify(value)) }),
      }),
    ),
  ]
  return struct({
    modules: list([struct({ name: text('worker.js'), esModule: `embed ${text(plan.workerModule)}` })]),
    ...compatibility(),
    bindings: list(bindings),
    globalOutbound: text('internet'),
    ...(i === 0
      ? {
          durableObjectNamespaces: list(
            OBJECTS.map(({ className, uniqueKey }) =>
              struct({ className: text(className), uniqueKey: text(uniqueKey), enableSql: 'true' }),
            ),
          ),
          durableObjectStorage: struct({ localDisk: text('objects') }),
        }
      : {}),
  })
}

function controlWorker(plan: WorkerdPlan): string {
  return struct({
    modules: list([struct({ name: text('control.js'), esModule: `embed ${text(plan.controlModule)}` })]),
    ...compatibility(),
    bindings: list([struct({ name: text('MAIN'), service: text('main') })]),
  })
}

function compatibility() {
  return { compatibilityDate: text(COMPATIBILITY_DATE), compatibilityFlags: list(COMPATIBILITY_FLAGS.map(text)) }
}

function external(server: Server, plan: WorkerdPlan): string {
  const address = text(`${server.hostname}:${server.port}`)
  if (!server.tls) return struct({ address, http: struct({ style: 'host' }) })
  const https = struct({ options: struct({ style: 'host' }), ...trust(server, plan) })
  return struct({ address, https })
}

/** The sockets of checks trust public CAs and the name of the address: others have a service of their own. */
function hasOwnTrust({ tls, caFile, verifyhost, check }: Server): boolean {
  return tls && check !== null && (caFile !== null || verifyhost !== null)
}

function checked(server: Server, plan: WorkerdPlan): string {
  const { hostname, port } = askedServer(server, server.check!)
  return struct({ address: text(`${hostname}:${port}`), tcp: struct(trust(server, plan)) })
}

function trust({ caFile, verifyhost, hostname }: Server, plan: WorkerdPlan): Record<string, string> {
  const tlsOptions =
    caFile === null
      ? { trustBrowserCas: 'true' }
      : { trustedCertificates: list(plan.certificatesIn(caFile).map((each) => text(each))) }
  return { tlsOptions: struct(tlsOptions), certificateHost: text(verifyhost ?? hostname) }
}

function struct(fields: Readonly<Record<string, string>>): string {
  return `(${Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')})`
}

function list(items: readonly string[]): string {
  return `[${items.join(', ')}]`
}

/** A Cap'n Proto string literal: JSON's, except for control characters. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll(/\\u00([0-9a-f]{2})/g, '\\x$1')
}
