// What the workerd configurations of keeper and front have in common: the text around them, how they reach the network and the process
// that started them, and what the Worker's `env` holds.

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../bundle.ts'
import { list, struct, text } from './capnp.ts'

export interface WorkerdPlan {
  /** Files beside the configuration file, by which they import each other; the first is the Worker. */
  readonly modules: readonly string[]
  /** Counts the configurations of this run, from 1. */
  readonly generation: number
  /** Unix sockets of this run; absolute. */
  readonly sockets: RunSockets
  /** What the Worker's `env` holds; strings are passed as they are, the rest as JSON. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Names of variables that are read from workerd's own environment, so that no secret is in a file. */
  readonly secretNames: readonly string[]
}

export interface RunSockets {
  /** Where the keeper takes calls of fronts. */
  readonly keeper: string
  /** Where the keeper takes calls of this process. */
  readonly keeperControl: string
  /** Where this process takes what all fronts must hear, and what they ask of it. */
  readonly fronts: string
  /** Where this process takes mail. */
  readonly mail: string
  /** Where this process takes lines for syslog. */
  readonly syslog: string
}

/**
 * Patterns of the configuration are proven to take linear time (src/pattern); should that proof or one of our own expressions be
 * wrong, V8 stops backtracking and continues in linear time.
 */
const V8_FLAGS = ['--enable-experimental-regexp-engine-on-excessive-backtracks']

/** By this name fronts and keeper know that they speak Cap'n Proto to each other. */
export const CAPNP_HOST = 'keeper.internal'

/** A key names an object's directory: another key would be another object. */
export const OBJECTS = [
  { binding: 'MONITOR', className: 'Monitor', uniqueKey: 'limpet-monitor' },
  { binding: 'STICK_TABLE', className: 'StickTable', uniqueKey: 'limpet-stick-table' },
  { binding: 'SLOTS', className: 'Slots', uniqueKey: 'limpet-slots' },
  { binding: 'STATS', className: 'Stats', uniqueKey: 'limpet-stats' },
] as const

export function configText(services: readonly string[], sockets: readonly string[]): string {
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

/** Services that the Worker needs everywhere. */
export function commonServices({ sockets }: WorkerdPlan): readonly string[] {
  return [
    struct({
      name: text('internet'),
      network: struct({
        allow: list([text('public'), text('private')]),
        tlsOptions: struct({ trustBrowserCas: 'true' }),
      }),
    }),
    relay('mail', sockets.mail),
    relay('syslog', sockets.syslog),
  ]
}

/** A service of the process that started workerd, for work that workerd cannot do. */
export function relay(name: string, socket: string): string {
  return struct({ name: text(name), external: struct({ address: text(`unix:${socket}`), http: '()' }) })
}

export function commonBindings(plan: WorkerdPlan): readonly string[] {
  return [
    struct({ name: text('LIMPET_SERVE'), text: text('1') }),
    struct({ name: text('LIMPET_GENERATION'), text: text(String(plan.generation)) }),
    struct({ name: text('LIMPET_SYSLOG'), service: text('syslog') }),
    struct({ name: text('LIMPET_MAIL'), service: text('mail') }),
    ...plan.secretNames.map((name) => struct({ name: text(name), fromEnvironment: text(name) })),
    ...Object.entries(plan.vars).map(([name, value]) =>
      struct({
        name: text(name),
        ...(typeof value === 'string' ? { text: text(value) } : { json: text(JSON.stringify(value)) }),
      }),
    ),
  ]
}

/** The same everywhere: an id is made of the key and the object's name. */
export function objectNamespaces(): string {
  return list(
    OBJECTS.map(({ className, uniqueKey }) =>
      struct({ className: text(className), uniqueKey: text(uniqueKey), enableSql: 'true' }),
    ),
  )
}

/** A worker service. */
export function worker(plan: WorkerdPlan, bindings: readonly string[], more: Readonly<Record<string, string>>): string {
  return struct({
    modules: list(plan.modules.map((file) => struct({ name: text(file), esModule: `embed ${text(file)}` }))),
    compatibilityDate: text(COMPATIBILITY_DATE),
    compatibilityFlags: list(COMPATIBILITY_FLAGS.map(text)),
    bindings: list([...bindings, ...commonBindings(plan)]),
    globalOutbound: text('internet'),
    ...more,
  })
}

/** A socket for this process's calls. */
export function controlSocket(path: string): string {
  const service = struct({ name: text('main'), entrypoint: text('Control') })
  return struct({ name: text('control'), address: text(`unix:${path}`), http: '()', service })
}
