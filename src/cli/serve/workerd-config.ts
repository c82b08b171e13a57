// The text of a workerd configuration: one worker service per isolate, of which the first hosts the objects; one external
// service per origin, so that the client's Host is kept; one socket per bind and isolate; a control service for the CLI.

import { ISOLATE_BINDING } from '../../config/bindings.ts'
import type { Config, Server } from '../../config/config.ts'
import type { StatsSocket } from '../../config/haproxy/stats-socket.ts'
import { proxyKey } from '../../config/keys.ts'
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../bundle.ts'

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

export interface WorkerdPlan {
  readonly config: Config
  readonly sockets: readonly ListenSocket[]
  readonly isolates: number
  /** Relative to the configuration file. */
  readonly workerModule: string
  readonly controlModule: string
  /** Absolute. */
  readonly controlSocket: string
  /** Unix sockets for HAProxy's commands; absolute. */
  readonly statsSockets: readonly StatsSocket[]
  /** Where the CLI accepts mail; absolute. Undefined: no mail is sent. */
  readonly mailSocket: string | undefined
  /** Where the CLI accepts lines for syslog; absolute. Undefined: none go there. */
  readonly syslogSocket: string | undefined
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
      struct({ name: text(proxyKey('server', backend.name, server.name)), external: external(server) }),
    ),
  ]
  const sockets = plan.sockets.flatMap((socket, s) =>
    Array.from({ length: plan.isolates }, (_, i) => {
      const port = socket.port === 0 ? 0 : socket.port + i
      const props = { frontends: socket.frontends, port: port === 0 ? undefined : port }
      return struct({
        name: text(socketName(s, i)),
        address: text(`${socket.address}:${port}`),
        ...protocol(socket),
        service: struct({ name: text(isolateName(i)), props: struct({ json: text(JSON.stringify(props)) }) }),
      })
    }),
  )
  plan.statsSockets.forEach(({ path, level }, i) =>
    sockets.push(
      struct({
        name: text(statsSocketName(i)),
        address: text(`unix:${path}`),
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
    backend.servers.map((server) => proxyKey('server', backend.name, server.name)),
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

function external(server: Server): string {
  const address = text(`${server.hostname}:${server.port}`)
  if (!server.tls) return struct({ address, http: struct({ style: 'host' }) })
  const tlsOptions = struct({ trustBrowserCas: 'true' })
  const https = struct({ options: struct({ style: 'host' }), tlsOptions, certificateHost: text(server.hostname) })
  return struct({ address, https })
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
