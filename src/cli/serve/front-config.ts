// The text of a front's workerd configuration: one worker service per isolate; one external service per server, so that the client's
// Host is kept; one socket per bind and isolate, whose descriptor comes from the process that starts it; the keeper.

import { ISOLATE_BINDING } from '../../config/bindings.ts'
import type { Config, Server } from '../../config/config.ts'
import type { StatsSocket } from '../../config/haproxy/stats-socket.ts'
import { checkKey, proxyKey } from '../../config/keys.ts'
import { isUnixSocket } from '../../config/options/bind.ts'
import { askedServer, hasOwnTrust } from '../../health/check.ts'
import { list, struct, text } from './capnp.ts'
import { addressText } from './unix-sockets.ts'
import type { Address } from './unix-sockets.ts'
import {
  CAPNP_HOST,
  commonServices,
  configText,
  controlSocket,
  objectNamespaces,
  OBJECTS,
  relay,
  worker,
} from './workerd-config.ts'
import type { WorkerdPlan } from './workerd-config.ts'

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
  readonly address: string
  /** Of a Unix socket 0. */
  readonly port: number
}

export interface FrontPlan extends WorkerdPlan {
  readonly config: Config
  readonly listens: readonly ListenSocket[]
  readonly isolates: number
  /** Sockets for HAProxy's commands. */
  readonly statsSockets: readonly CommandSocket[]
  /** The certificates of a server's `caFile`, PEM, one each. */
  readonly certificatesIn: (caFile: string) => readonly string[]
}

/** Its control socket is named when it starts: several run by one file. */
const SOME_CONTROL_SOCKET = '/dev/null'

export function frontConfig(plan: FrontPlan): string {
  const servers = plan.config.backends.flatMap((backend) => backend.servers.map((server) => ({ backend, server })))
  const services = [
    ...Array.from({ length: plan.isolates }, (_, i) =>
      struct({ name: text(isolateName(i)), worker: isolateWorker(plan, i) }),
    ),
    struct({
      name: text('keeper'),
      external: struct({
        address: text(`unix:${plan.sockets.keeper}`),
        http: struct({ capnpConnectHost: text(CAPNP_HOST) }),
      }),
    }),
    relay('supervisor', plan.sockets.fronts),
    ...commonServices(plan),
    ...servers.map(({ backend, server }) =>
      struct({ name: text(proxyKey('server', backend.name, server.name)), external: external(server, plan) }),
    ),
    ...servers
      .filter(({ server }) => hasOwnTrust(server))
      .map(({ backend, server }) =>
        struct({ name: text(checkKey(backend.name, server.name)), external: checked(server, plan) }),
      ),
  ]
  const listens = plan.listens.flatMap((socket, s) =>
    Array.from({ length: plan.isolates }, (_, i) => {
      return struct({
        name: text(socketName(s, i)),
        address: text(addressText(isolateBind(socket, i))),
        ...protocol(socket),
        service: struct({ name: text(isolateName(i)), props: struct({ json: text(socketProps(socket, i)) }) }),
      })
    }),
  )
  const stats = plan.statsSockets.map(({ level, ...bind }, i) =>
    struct({
      name: text(statsSocketName(i)),
      address: text(addressText(bind)),
      tcp: '()',
      service: struct({
        name: text('main'),
        // The entrypoint of public sockets takes no connections: there a CONNECT request would reach the commands.
        entrypoint: text('CommandSocket'),
        props: struct({ json: text(JSON.stringify({ level })) }),
      }),
    }),
  )
  return configText(services, [...listens, ...stats, controlSocket(SOME_CONTROL_SOCKET)])
}

/** What the Worker knows of a socket: JSON. */
function socketProps(socket: ListenSocket, isolate: number): string {
  const { port } = isolateBind(socket, isolate)
  const props = { frontends: socket.frontends, port: port === 0 ? undefined : port }
  return JSON.stringify(props)
}

/** Isolates listen on consecutive ports, or beside each other. */
export function isolateBind({ address, port }: Address, isolate: number): Address {
  if (!isUnixSocket(address)) return { address, port: port === 0 ? 0 : port + isolate }
  return { address: isolate === 0 ? address : `${address}.${isolate}`, port }
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

function isolateWorker(plan: FrontPlan, i: number): string {
  const servers = plan.config.backends.flatMap((backend) =>
    backend.servers.flatMap((server) => [
      proxyKey('server', backend.name, server.name),
      ...(hasOwnTrust(server) ? [checkKey(backend.name, server.name)] : []),
    ]),
  )
  const [only, ...others] = plan.listens
  const bindings = [
    ...(only && others.length === 0 ? [struct({ name: text('LIMPET_SOCKET'), json: text(socketProps(only, i)) })] : []),
    ...(plan.statsSockets.length > 0 ? [struct({ name: text('LIMPET_STATS_SOCKET'), text: text('1') })] : []),
    struct({ name: text('KEEPER'), service: text('keeper') }),
    struct({ name: text('LIMPET_SUPERVISOR'), service: text('supervisor') }),
    // Never called: they only know the ids of the keeper's.
    ...OBJECTS.map(({ binding, className }) =>
      struct({ name: text(binding), durableObjectNamespace: text(className) }),
    ),
    ...servers.map((name) => struct({ name: text(name), service: text(name) })),
    // The first takes the calls of this process for all.
    ...(i === 0
      ? Array.from({ length: plan.isolates }, (_, j) =>
          struct({
            name: text(`${ISOLATE_BINDING}${j}`),
            service: struct({ name: text(isolateName(j)), entrypoint: text('Isolate') }),
          }),
        )
      : []),
  ]
  return worker(plan, bindings, {
    durableObjectNamespaces: objectNamespaces(),
    durableObjectStorage: struct({ inMemory: 'void' }),
  })
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

function external(server: Server, plan: FrontPlan): string {
  const address = text(`${server.hostname}:${server.port}`)
  if (!server.tls) return struct({ address, http: struct({ style: 'host' }) })
  const https = struct({ options: struct({ style: 'host' }), ...trust(server, plan) })
  return struct({ address, https })
}

function checked(server: Server, plan: FrontPlan): string {
  const { hostname, port } = askedServer(server, server.check!)
  return struct({ address: text(`${hostname}:${port}`), tcp: struct(trust(server, plan)) })
}

function trust({ caFile, verifyhost, hostname }: Server, plan: FrontPlan): Record<string, string> {
  const tlsOptions =
    caFile === null
      ? { trustBrowserCas: 'true' }
      : { trustedCertificates: list(plan.certificatesIn(caFile).map((each) => text(each))) }
  return { tlsOptions: struct(tlsOptions), certificateHost: text(verifyhost ?? hostname) }
}
