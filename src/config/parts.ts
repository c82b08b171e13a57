// The parts of a Worker that only some configurations need. `limpet build` bundles those that a configuration needs and no others;
// the Worker refuses a configuration that needs one it was built without. cloudflare/parts.ts says what each part is.
//
// A part is one thing, or a set of implementations by name, of which a Worker holds those that its configuration names.

import { algorithmOf } from './balance.ts'
import type { Config } from './config.ts'
import type { Backend } from './options/backend.ts'
import type { Exchange } from './options/exchange.ts'
import type { Frontend } from './options/frontend.ts'
import type { StatsConfig } from './options/stats.ts'
import type { Sample } from './rules/samples/sample.ts'

export type SetName = 'actions' | 'converters' | 'fetches' | 'policies'
export type PartName =
  | 'accessTokens'
  | 'agents'
  | 'alerts'
  | 'counters'
  | 'maxconn'
  | 'patterns'
  | 'rules'
  | 'stickTables'
  | 'window'
  | SetName

interface Row {
  readonly name: PartName
  /** In src/cloudflare/parts, without its extension. It exports the part's name; of a set, the name of each member. */
  readonly module: string
}

interface PartRow extends Row {
  readonly name: Exclude<PartName, SetName>
  /** The first place in a configuration that needs it; undefined: none does. */
  readonly neededBy: (config: Config) => string | undefined
}

interface SetRow extends Row {
  readonly name: SetName
  /** The members that a configuration needs, each with the first place that needs it. */
  readonly membersFor: (config: Config) => ReadonlyMap<string, string>
}

export const PARTS: readonly (PartRow | SetRow)[] = [
  {
    name: 'accessTokens',
    module: 'access-tokens',
    neededBy: ({ admin }) => (admin.access === null ? undefined : 'admin.access'),
  },
  {
    name: 'actions',
    module: 'actions',
    membersFor: (config) =>
      namesIn(config, (part) => ('do' in part && typeof part.do === 'object' ? Object.keys(part.do!) : [])),
  },
  {
    name: 'agents',
    module: 'agents',
    neededBy: (config) => sectionWith(config, hasAgent),
  },
  {
    name: 'alerts',
    module: 'alerts',
    neededBy: ({ alerts }) => (alerts.length === 0 ? undefined : 'alerts'),
  },
  {
    name: 'converters',
    module: 'converters',
    membersFor: (config) => namesIn(config, (part) => (isSample(part) ? part.converters.map(({ name }) => name) : [])),
  },
  {
    name: 'counters',
    module: 'counters',
    neededBy: (config) => sectionWith(config, ({ stickTable }) => (stickTable?.data.length ?? 0) > 0),
  },
  {
    name: 'fetches',
    module: 'fetches',
    membersFor: (config) => namesIn(config, (part) => (isSample(part) ? [part.fetch] : [])),
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
    name: 'policies',
    module: 'policies',
    membersFor: ({ backends }) => firstPlaces(backends.map((backend) => [algorithmOf(backend), quoted(backend)])),
  },
  {
    name: 'rules',
    module: 'rules',
    neededBy: (config) =>
      config.processVariables.length > 0
        ? 'processVariables'
        : sectionWith(config, (section) => rulesOf(section).length > 0),
  },
  {
    name: 'stickTables',
    module: 'stick-tables',
    neededBy: (config) => sectionWith(config, hasTable),
  },
  {
    name: 'window',
    module: 'window',
    // Whether LIMPET_ADMIN_TOKEN will be set is not known before it is.
    neededBy: (config) => (config.admin.enabled ? 'admin' : sectionWith(config, ({ stats }) => stats !== null)),
  },
]

export interface NeededPart extends Row {
  /** Undefined: it is no set. */
  readonly members: readonly string[] | undefined
}

/** `also`: needed whatever the configuration says. */
export function neededParts(config: Config, also: readonly PartName[] = []): readonly NeededPart[] {
  return PARTS.flatMap((row): readonly NeededPart[] => {
    const { name, module } = row
    if ('neededBy' in row) {
      const isNeeded = also.includes(name) || row.neededBy(config) !== undefined
      return isNeeded ? [{ name, module, members: undefined }] : []
    }
    const members = [...row.membersFor(config).keys()].toSorted()
    return members.length === 0 ? [] : [{ name, module, members }]
  })
}

/** Of everything that there is, what the configuration needs and no more. */
export function partsFor<Parts extends object>(config: Config, all: Parts): Partial<Parts> {
  const needed = neededParts(config).map(({ name, members }) => {
    const part = all[name as keyof Parts]
    return [name, members ? Object.fromEntries(members.map((member) => [member, memberOf(part, member)])) : part]
  })
  return Object.fromEntries(needed) as Partial<Parts>
}

/** What the configuration needs and a Worker lacks that was built with `parts`: a sentence, or undefined. */
export function missingPart(config: Config, parts: Partial<Record<PartName, unknown>>): string | undefined {
  for (const row of PARTS) {
    const part = parts[row.name]
    if ('membersFor' in row) {
      for (const [member, place] of row.membersFor(config)) {
        if (memberOf(part, member) === undefined) return refusal(`${row.name}/${member}`, place)
      }
    } else if (part === undefined) {
      // Whether a part is needed is asked only if it is not there: some rows read the whole configuration.
      const place = row.neededBy(config)
      if (place !== undefined) return refusal(row.name, place)
    }
  }
  return undefined
}

function refusal(part: string, place: string): string {
  return `built without '${part}', which ${place} needs: run limpet build again`
}

function memberOf(set: unknown, member: string): unknown {
  return (set as Readonly<Record<string, unknown>> | undefined)?.[member]
}

function firstPlaces(named: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(named.toReversed())
}

/** What is named in rules and whatever is made of samples, each with the first place. */
function namesIn(
  { processVariables, frontends, backends }: Config,
  namesOf: (part: object) => readonly string[],
): ReadonlyMap<string, string> {
  const namedIn = (part: unknown, place: string) =>
    [...objectsIn(part)].flatMap(namesOf).map((name) => [name, place] as const)
  return firstPlaces([
    ...namedIn(processVariables, 'processVariables'),
    ...[...frontends, ...backends].flatMap((section) => namedIn(rulesOf(section), quoted(section))),
  ])
}

function isSample(part: object): part is Sample {
  return 'fetch' in part && 'converters' in part
}

type Section = Frontend | Backend

function sectionWith({ frontends, backends }: Config, test: (section: Section) => boolean): string | undefined {
  const found = [...frontends, ...backends].find(test)
  return found && quoted(found)
}

function quoted({ name }: Section): string {
  return `'${name}'`
}

/** Everything in which conditions, samples, actions or texts made of samples may stand. */
function rulesOf(section: Section): readonly unknown[] {
  const own =
    'stick' in section
      ? [...section.stick, ...section.persistRules, ...section.useServer, ...hashedSamples(section)]
      : [section.captures, section.uniqueId].filter((part) => part !== null)
  return [
    ...section.rules,
    ...section.responseRules,
    ...section.afterResponseRules,
    ...section.errors.values(),
    ...rulesOfPage(section.stats),
    ...own,
  ]
}

function hashedSamples({ balance }: Backend): readonly unknown[] {
  return balance.policy === 'hash' ? [balance.sample] : []
}

function rulesOfPage(stats: StatsConfig | null): readonly unknown[] {
  return stats === null ? [] : [...stats.rules, ...(stats.admin?.if ? [stats.admin.if] : [])]
}

function hasAgent(section: Section): boolean {
  return 'servers' in section && section.servers.some(({ agent }) => agent !== null)
}

function isLimited(section: Section): boolean {
  const limited = 'servers' in section ? section.servers : [section]
  return limited.some(({ maxconn }) => maxconn !== null)
}

function hasTable(section: Section): boolean {
  return section.stickTable !== null
}

function hasPattern(section: Section): boolean {
  for (const part of objectsIn(rulesOf(section))) if (isPattern(part)) return true
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

/** A comparison by `reg`, a converter that takes expressions, or a replacement. */
function isPattern(part: object): boolean {
  const { match, name } = part as { readonly match?: unknown; readonly name?: unknown }
  return (
    match === 'reg' ||
    (typeof name === 'string' && /^(?:map_reg|regsub$)/.test(name)) ||
    ['replaceHeader', 'replaceValue', 'replacePath', 'replacePathq'].some((action) => action in part)
  )
}

/** Conditions, samples, actions, texts, and whatever is within them. */
function* objectsIn(part: unknown): Generator<object, void> {
  if (typeof part !== 'object' || part === null) return
  yield part
  for (const inner of Object.values(part)) yield* objectsIn(inner)
}
