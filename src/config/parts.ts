// The parts of a Worker that only some configurations need. `limpet build` bundles those that a configuration needs and no others;
// the Worker refuses a configuration that needs one it was built without (missing-part.ts). cloudflare/parts.ts says what each part is.
//
// A part is one thing, or a set of implementations by name, of which a Worker holds those that its configuration names.

import { algorithmOf } from './balance.ts'
import type { Config } from './config.ts'
import { holdsRequests } from './in-flight.ts'
import type { Backend } from './options/backend.ts'
import type { Exchange } from './options/exchange.ts'
import type { Frontend } from './options/frontend.ts'
import { isSample, objectsIn, rulesOf } from './rules-of.ts'
import { exportsMetrics, showsNumbers } from './shows-numbers.ts'
import type { Needs } from './missing-part.ts'

export type SetName = 'actions' | 'converters' | 'fetches' | 'policies'
export type PartName =
  | 'accessTokens'
  | 'agents'
  | 'alerts'
  | 'counters'
  | 'exporter'
  | 'inFlight'
  | 'lists'
  | 'maxconn'
  | 'patterns'
  | 'releaseStates'
  | 'releases'
  | 'rules'
  | 'stickTables'
  | 'window'
  | SetName

interface Row {
  readonly name: PartName
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
    neededBy: ({ admin }) => (admin.access === null ? undefined : 'admin.access'),
  },
  {
    name: 'actions',
    membersFor: (config) =>
      namesIn(config, (part) => ('do' in part && typeof part.do === 'object' ? Object.keys(part.do!) : [])),
  },
  {
    name: 'agents',
    neededBy: (config) => sectionWith(config, hasAgent),
  },
  {
    name: 'alerts',
    neededBy: ({ alerts }) => (alerts.length === 0 ? undefined : 'alerts'),
  },
  {
    name: 'converters',
    membersFor: (config) => namesIn(config, (part) => (isSample(part) ? part.converters.map(({ name }) => name) : [])),
  },
  {
    name: 'counters',
    neededBy: (config) => sectionWith(config, ({ stickTable }) => (stickTable?.data.length ?? 0) > 0),
  },
  {
    name: 'exporter',
    neededBy: (config) => sectionWith(config, exportsMetrics),
  },
  {
    name: 'fetches',
    membersFor: (config) => namesIn(config, (part) => (isSample(part) ? [part.fetch] : [])),
  },
  {
    name: 'inFlight',
    neededBy: (config) =>
      config.countBytes
        ? 'countBytes'
        : (config.countedProxies[0] ??
          sectionWith(config, (section) => ('servers' in section ? holdsRequests(section) : isLimited(section)))),
  },
  {
    name: 'lists',
    neededBy: ({ maps, lists }) => Object.keys({ ...maps, ...lists })[0],
  },
  {
    name: 'maxconn',
    // What counts the requests of a frontend is its gate.
    neededBy: (config) => config.countedProxies[0] ?? sectionWith(config, isLimited),
  },
  {
    name: 'patterns',
    neededBy: (config) => sectionWith(config, hasPattern),
  },
  {
    name: 'policies',
    membersFor: ({ backends }) => firstPlaces(backends.map((backend) => [algorithmOf(backend), quoted(backend)])),
  },
  {
    name: 'releaseStates',
    neededBy: releasing,
  },
  {
    name: 'releases',
    neededBy: releasing,
  },
  {
    name: 'rules',
    neededBy: (config) =>
      config.processVariables.length > 0
        ? 'processVariables'
        : sectionWith(config, (section) => rulesOf(section).length > 0),
  },
  {
    name: 'stickTables',
    neededBy: (config) => sectionWith(config, hasTable),
  },
  {
    name: 'window',
    // Whether LIMPET_ADMIN_TOKEN will be set is not known before it is.
    neededBy: (config) => (config.admin.enabled ? 'admin' : sectionWith(config, showsNumbers)),
  },
]

/** `stick-tables` of `stickTables`. */
export function moduleOf(name: PartName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export interface NeededPart extends Row {
  /** In src/cloudflare/parts, without its extension. It exports the part's name; of a set, the name of each member. */
  readonly module: string
  /** Undefined: it is no set. */
  readonly members: readonly string[] | undefined
}

export function neededParts(config: Config): readonly NeededPart[] {
  return PARTS.flatMap((row): readonly NeededPart[] => {
    const { name } = row
    const module = moduleOf(name)
    if ('neededBy' in row) {
      return row.neededBy(config) === undefined ? [] : [{ name, module, members: undefined }]
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

/** All parts that there are: a Worker of another version has others. */
export const KNOWN_PARTS = PARTS.map(({ name }) => name).join(' ')

/** What a Worker must have for the configuration: parts, and members of sets as `actions/deny`, each with the first place that needs it. */
export function needsOf(config: Config): Needs {
  return Object.fromEntries(
    PARTS.flatMap((row): readonly (readonly [string, string])[] => {
      if ('membersFor' in row) return [...row.membersFor(config)].map(([member, at]) => [`${row.name}/${member}`, at])
      const place = row.neededBy(config)
      return place === undefined ? [] : [[row.name, place]]
    }),
  )
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

type Section = Frontend | Backend

function sectionWith({ frontends, backends }: Config, test: (section: Section) => boolean): string | undefined {
  const found = [...frontends, ...backends].find(test)
  return found && quoted(found)
}

/** The first backend that has releases. */
function releasing({ backends }: Config): string | undefined {
  const found = backends.find(({ releases }) => releases !== null)
  return found && quoted(found)
}

function quoted({ name }: Section): string {
  return `'${name}'`
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
