// What a configuration needs of its deployment: which binding, where it is needed, and what is lost without. `limpet check` holds
// the wrangler file against this table, the Worker its env.

import type { Config } from './config.ts'

interface BindingRow {
  readonly name: 'MONITOR' | 'STICK_TABLE' | 'STICK_KV' | 'SLOTS' | 'STATS' | 'EMAIL'
  /** Where the wrangler file lists it, by which words. */
  readonly list: 'durable_objects.bindings' | 'kv_namespaces' | 'send_email'
  /** What the Worker exports for it. */
  readonly className?: string
  /** The first part of a configuration that needs it; undefined: none does. */
  readonly neededBy: (config: Config) => string | undefined
  /** Without it. */
  readonly lost: string
  /** `refuse`: no request is served. `log`: requests are, and the log says so. `advise`: nothing that was asked for is missing. */
  readonly without: 'refuse' | 'log' | 'advise'
}

/** Each isolate of a `limpet serve` with several is bound in the first by this and its number. */
export const ISOLATE_BINDING = 'isolate:'

export const BINDINGS: readonly BindingRow[] = [
  {
    name: 'MONITOR',
    list: 'durable_objects.bindings',
    className: 'Monitor',
    neededBy: (config) => checkedServer(config) ?? (config.maxPassages === null ? releasing(config) : 'maxPassages'),
    lost: 'no server is checked, no circle is found, and no release is started or ended',
    without: 'refuse',
  },
  {
    name: 'STICK_TABLE',
    list: 'durable_objects.bindings',
    className: 'StickTable',
    neededBy: (config) => tableIn(config, 'durable-object'),
    lost: 'no entry is kept',
    without: 'refuse',
  },
  {
    name: 'STICK_KV',
    list: 'kv_namespaces',
    neededBy: (config) => tableIn(config, 'kv'),
    lost: 'no entry is kept',
    without: 'refuse',
  },
  {
    name: 'SLOTS',
    list: 'durable_objects.bindings',
    className: 'Slots',
    neededBy: limited,
    lost: 'no limit holds',
    without: 'refuse',
  },
  {
    name: 'EMAIL',
    list: 'send_email',
    neededBy: ({ alerts }) => (alerts.some(({ mail }) => mail !== null) ? 'alerts by mail' : undefined),
    lost: 'no mail is sent',
    without: 'log',
  },
  {
    name: 'STATS',
    list: 'durable_objects.bindings',
    className: 'Stats',
    neededBy: ({ counters }) => (counters ? 'counters' : undefined),
    lost: 'show stat, metrics and the statistics page have no figures',
    without: 'advise',
  },
]

/** What the configuration needs and `has` has not. */
export function missingBindings(config: Config, has: (name: BindingRow['name']) => boolean): readonly BindingRow[] {
  return BINDINGS.filter(({ name, neededBy }) => !has(name) && neededBy(config) !== undefined)
}

/** Why it is needed, and what to add. */
export function missingText({ name, list, className, neededBy, lost }: BindingRow, config: Config): string {
  const key = list === 'kv_namespaces' ? 'binding' : 'name'
  const ofClass = className === undefined ? '' : `, class_name = "${className}", and a migration for the class`
  return `the binding ${name} is missing, needed by ${neededBy(config)}: without it ${lost}. Add to ${list}: ${key} = "${name}"${ofClass}`
}

function checkedServer({ backends }: Config): string | undefined {
  for (const { name, servers } of backends) {
    const server = servers.find(({ check }) => check !== null)
    if (server) return `the check of ${name}/${server.name}`
  }
  return undefined
}

/** What `limpet release` sets is kept there. */
function releasing({ backends }: Config): string | undefined {
  const found = backends.find(({ releases }) => releases !== null)
  return found && `the releases of '${found.name}'`
}

function tableIn({ frontends, backends }: Config, store: string): string | undefined {
  const section = [...backends, ...frontends].find(({ stickTable }) => stickTable?.store === store)
  return section && `the stick table of '${section.name}'`
}

function limited({ frontends, backends }: Config): string | undefined {
  const proxies = [...frontends, ...backends.flatMap(({ servers }) => servers)]
  const found = proxies.find(({ maxconn }) => maxconn !== null)
  return found && `the maxconn of '${found.name}'`
}
