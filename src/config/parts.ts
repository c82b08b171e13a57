// The parts of a Worker that only some configurations need. `limpet build` bundles those that a configuration needs and no others;
// the Worker refuses a configuration that needs one it was built without. cloudflare/parts.ts says what each part is.

import type { Config } from './config.ts'
import type { Backend } from './options/backend.ts'
import type { Exchange } from './options/exchange.ts'
import type { Frontend } from './options/frontend.ts'
import type { StatsConfig } from './options/stats.ts'

export type PartName = 'accessTokens' | 'alerts' | 'maxconn' | 'patterns' | 'rules' | 'stickTables'

interface PartRow {
  /** The name that its module exports. */
  readonly name: PartName
  /** In src/cloudflare/parts, without its extension. */
  readonly module: string
  /** The first place in a configuration that needs it; undefined: none does. */
  readonly neededBy: (config: Config) => string | undefined
}

export const PARTS: readonly PartRow[] = [
  {
    name: 'accessTokens',
    module: 'access-tokens',
    neededBy: ({ admin }) => (admin.access === null ? undefined : 'admin.access'),
  },
  {
    name: 'alerts',
    module: 'alerts',
    neededBy: ({ alerts }) => (alerts.length === 0 ? undefined : 'alerts'),
  },
  {
    name: 'maxconn',
    module: 'maxconn',
    neededBy: (config) => sectionWith(config, isLimited),
  },
  {
    name: 'patterns',
    module: 'patterns',
    neededBy: (config) => sectionWith(config, hasPattern),
  },
  {
    name: 'rules',
    module: 'rules',
    neededBy: (config) => sectionWith(config, (section) => rulesOf(section).length > 0),
  },
  {
    name: 'stickTables',
    module: 'stick-tables',
    neededBy: ({ backends }) => quoted(backends.find(({ stickTable }) => stickTable !== null)),
  },
]

export function neededParts(config: Config): readonly PartRow[] {
  return PARTS.filter(({ neededBy }) => neededBy(config) !== undefined)
}

/** What the configuration needs and a Worker lacks that was built with `parts`: a sentence, or undefined. */
export function missingPart(config: Config, parts: Partial<Record<PartName, unknown>>): string | undefined {
  // Whether a part is needed is asked only if it is not there: some rows read the whole configuration.
  const missing = PARTS.find(({ name, neededBy }) => parts[name] === undefined && neededBy(config) !== undefined)
  return missing && `built without '${missing.name}', which ${missing.neededBy(config)} needs: run limpet build again`
}

type Section = Frontend | Backend

function sectionWith({ frontends, backends }: Config, test: (section: Section) => boolean): string | undefined {
  return quoted([...frontends, ...backends].find(test))
}

function quoted(section: Section | undefined): string | undefined {
  return section && `'${section.name}'`
}

/** Everything in which conditions, samples, actions or texts made of samples may stand. */
function rulesOf(section: Section): readonly unknown[] {
  const own =
    'stick' in section
      ? [...section.stick, ...section.persistRules, ...section.useServer, ...hashedSamples(section)]
      : [section.captures, section.uniqueId].filter((part) => part !== null)
  return [...section.rules, ...section.responseRules, ...section.errors.values(), ...rulesOfPage(section.stats), ...own]
}

function hashedSamples({ balance }: Backend): readonly unknown[] {
  return balance.policy === 'sample' ? [balance.sample] : []
}

function rulesOfPage(stats: StatsConfig | null): readonly unknown[] {
  return stats === null ? [] : [...stats.rules, ...(stats.admin?.if ? [stats.admin.if] : [])]
}

function isLimited(section: Section): boolean {
  const limited = 'servers' in section ? section.servers : [section]
  return limited.some(({ maxconn }) => maxconn !== null)
}

function hasPattern(section: Section): boolean {
  if (rulesOf(section).some(mentionsPattern)) return true
  return 'servers' in section && section.servers.some(({ check }) => check?.exchanges.some(expectsPattern))
}

function expectsPattern({ expect }: Exchange): boolean {
  return expect.some(
    (one) =>
      'rstatus' in one ||
      'rstring' in one ||
      ('header' in one && (one.header.nameMatch === 'reg' || one.header.valueMatch === 'reg')),
  )
}

/** A comparison by `reg`, a converter map_reg, or a replacement. */
function mentionsPattern(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false
  const { match, name } = part as { readonly match?: unknown; readonly name?: unknown }
  return (
    match === 'reg' ||
    name === 'map_reg' ||
    ['replaceHeader', 'replacePath', 'replacePathq'].some((action) => action in part) ||
    Object.values(part).some(mentionsPattern)
  )
}
