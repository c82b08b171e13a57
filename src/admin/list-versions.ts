// Commands for versions of maps and lists: `prepare`, `commit`, and `@VERSION` in others (management manual 9.3).

import type { VersionOrder } from '../rules/lists/versions.ts'
import { problem } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Visitor } from './level.ts'
import { DONE, fullProblem, parseName, unknown, unknownProblem, WORDS } from './list-names.ts'
import type { Kind, ListPorts } from './list-names.ts'

export async function prepare(kind: Kind, [name = '']: readonly string[], ports: ListPorts, visitor: Visitor) {
  const found = parseName(name, kind, ports)
  return found === undefined ? unknown(kind) : arrange({ does: 'prepare' }, found, kind, ports, visitor)
}

export async function commit(
  kind: Kind,
  words: readonly string[],
  ports: ListPorts,
  visitor: Visitor,
): Promise<Answer> {
  const { version, rest } = versionIn(words)
  if (version === undefined) return problem('Missing version number.\n')
  if (rest[0] === undefined) return problem(`Missing ${WORDS[kind]} identifier.\n`)
  const found = parseName(rest[0], kind, ports)
  return found === undefined ? unknown(kind) : arrange({ does: 'commit', version }, found, kind, ports, visitor)
}

/** `@7` before the name. As C reads a number: what is none is 0. */
export function versionIn(words: readonly string[]): {
  readonly version: number | undefined
  readonly rest: readonly string[]
} {
  const [first, ...rest] = words
  if (!first?.startsWith('@')) return { version: undefined, rest: words }
  return { version: Number(/^@(\d{1,10})/.exec(first)?.[1] ?? 0), rest }
}

export async function arrange(order: VersionOrder, list: string, kind: Kind, ports: ListPorts, { who }: Visitor) {
  const { outcome, versions } = await ports.arrange(list, order, who)
  switch (outcome) {
    case 'future':
      return problem(`Version number in the future, please use 'prepare ${kind}' before.\n`)
    case 'range':
      return problem('Version number out of range.\n')
    case 'full':
      return fullProblem(list)
    case 'unknown':
      return unknownProblem(list)
    case 'done':
      return order.does === 'prepare' ? `New version created: ${versions[list]!.next}\n` : DONE
  }
}
