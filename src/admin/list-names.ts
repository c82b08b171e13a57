// What commands for maps and lists call by name, and what they say of a name or of a change that cannot be made.

import type { Config } from '../config/config.ts'
import { MOST_CHARACTERS, MOST_DIFFERENCES, namesOf } from '../rules/lists/list-set.ts'
import type { ListChange, Outcome } from '../rules/lists/list-set.ts'
import { usesIn } from '../rules/lists/uses.ts'
import type { Use } from '../rules/lists/uses.ts'
import type { VersionAnswer, VersionOrder } from '../rules/lists/versions.ts'
import type { Tools } from '../rules/tools.ts'
import { problem } from './answer.ts'
import type { Problem } from './answer.ts'

export interface ListPorts {
  readonly config: Config
  readonly patternOf: Tools['patternOf']
  /** How maps and lists differ from the configuration, as the Monitor knows it. */
  differences(): Promise<string>
  /** `who`: the operator's name. */
  change(change: ListChange, who: string): Promise<Outcome>
  /** Versions that are prepared. `list`: '' to look at all. */
  arrange(list: string, order: VersionOrder, who: string): Promise<VersionAnswer>
}

export type Kind = 'map' | 'acl'
export const WORDS: Readonly<Record<Kind, string>> = { map: 'map', acl: 'ACL' }

/** Success has no text. */
export const DONE = ''

/** The name of a map or list that a command calls `#3` or by its name. */
export function parseName(name: string, kind: Kind, ports: ListPorts): string | undefined {
  const all = namesOf(ports.config)
  const found = name.startsWith('#') ? (/^#\d+$/.test(name) ? all[Number(name.slice(1))] : undefined) : name
  return found !== undefined && all.includes(found) && isOf(kind, found, ports) ? found : undefined
}

/** A map whose keys a condition asks for is both. */
export function isOf(kind: Kind, name: string, { config }: ListPorts): boolean {
  const isMap = Object.hasOwn(config.maps, name)
  if (kind === 'map') return isMap
  return !isMap || usesOf(name, config).some(({ gives }) => gives === undefined)
}

export function usesOf(name: string, config: Config): readonly Use[] {
  return usesIn(config).get(name) ?? []
}

export function unknown(kind: Kind): Problem {
  return problem(`Unknown ${WORDS[kind]} identifier. Please use #<id> or <file>.\n`)
}

export function fullProblem(list: string): Problem {
  return problem(
    `Too much differs from the configuration: at most ${MOST_DIFFERENCES} entries, and ${MOST_CHARACTERS} characters. Move what stays into ${list}.\n`,
  )
}

export function unknownProblem(list: string): Problem {
  return problem(
    `The Monitor does not know ${list}: it runs another version of this deployment; try again when that is complete\n`,
  )
}
