// Commands for maps and lists of patterns, which HAProxy calls ACLs: `show`, `get`, `add`, `set`, `del` and `clear` (management manual
// 9.3); list-versions.ts has `prepare` and `commit`. Imported only where the configuration has some.

import { findEntry, referenceOf } from '../rules/lists/find.ts'
import { createListSet, namesOf, parseDifferences } from '../rules/lists/list-set.ts'
import type { ListChange, ListSet } from '../rules/lists/list-set.ts'
import { entryProblem } from '../rules/lists/uses.ts'
import type { Use } from '../rules/lists/uses.ts'
import { problem } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Visitor } from './level.ts'
import { DONE, fullProblem, isOf, parseName, unknown, unknownProblem, usesOf, WORDS } from './list-names.ts'
import type { Kind, ListPorts } from './list-names.ts'
import { arrange, commit, prepare, versionIn } from './list-versions.ts'
import type { Command } from './operations.ts'

async function listsOf(ports: ListPorts): Promise<ListSet> {
  return createListSet(ports.config, parseDifferences(await ports.differences()))
}

async function show(kind: Kind, words: readonly string[], ports: ListPorts, { who }: Visitor): Promise<Answer> {
  const { version, rest } = versionIn(words)
  const [name] = rest
  const { lists } = await listsOf(ports)
  const { versions } = await ports.arrange('', { does: 'look' }, who)
  if (name === undefined) {
    const lines = namesOf(ports.config).map((each, id) => {
      if (!isOf(kind, each, ports)) return ''
      const { entries, count } = lists.get(each)!
      const { current = 0, next = 0, prepared = {} } = versions[each] ?? {}
      const all = Object.values(prepared).reduce((sum, { length }) => sum + length, entries.size)
      const changed = count === 0 ? '' : `, ${count} changed since, which a deploy or reload keeps`
      return `${id} (${each}) pattern loaded from file '${each}' used by ${kind}${changed}. curr_ver=${current} next_ver=${next} entry_cnt=${all}\n`
    })
    return `# id (file) description\n${lines.join('')}`
  }
  const found = parseName(name, kind, ports)
  if (found === undefined) return unknown(kind)
  const isMap = Object.hasOwn(ports.config.maps, found)
  const { current = 0, prepared = {} } = versions[found] ?? {}
  const shown =
    version === undefined || version === current
      ? [...lists.get(found)!.entries]
      : (prepared[version] ?? []).map(({ key, value }) => [key, value] as const)
  return shown.map(([key, value]) => `${referenceOf(key)} ${isMap ? `${key} ${value}` : key}\n`).join('')
}

async function get(kind: Kind, [name, key]: readonly string[], ports: ListPorts): Promise<Answer> {
  if (name === undefined || key === undefined) return problem(`Missing ${WORDS[kind]} identifier and/or key.\n`)
  const found = parseName(name, kind, ports)
  if (found === undefined) return unknown(kind)
  const { entries } = (await listsOf(ports)).lists.get(found)!
  return usesOf(found, ports.config)
    .map((use) => `${useText(use, kind)}${foundText(kind, use, findEntry(entries, use, key, ports.patternOf))}\n`)
    .join('')
}

function useText({ match, ignoreCase }: Use, kind: Kind): string {
  return `type=${match}, case=${ignoreCase ? 'insensitive' : 'sensitive'}, ${kind === 'map' ? 'found' : 'match'}=`
}

const IN_TREES: ReadonlySet<string> = new Set(['str', 'beg', 'ip'])

function foundText(
  kind: Kind,
  { match, ignoreCase, gives }: Use,
  found: readonly [string, string] | undefined,
): string {
  if (!found) return 'no'
  const [key, value] = found
  const how = `yes, idx=${IN_TREES.has(match) && !ignoreCase ? 'tree' : 'list'}`
  if (kind === 'acl') return `${how}, pattern="${key}"`
  if (gives === undefined) return `${how}, key="${key}", value=none`
  const type = gives === 'ip' ? (value.includes(':') ? 'ipv6' : 'ipv4') : gives
  return `${how}, key="${key}", value="${value}", type="${type}"`
}

async function add(kind: Kind, words: readonly string[], ports: ListPorts, visitor: Visitor): Promise<Answer> {
  const { version, rest } = versionIn(words)
  const [name, key, value = ''] = rest
  if (rest.length < (kind === 'map' ? 3 : 2) || key === '<<') {
    return problem(
      kind === 'map'
        ? "'add map' expects three parameters (map identifier, key and value); a payload is not read here\n"
        : "'add acl' expects two parameters: ACL identifier and pattern.\n",
    )
  }
  const found = parseName(name!, kind, ports)
  if (found === undefined) return unknown(kind)
  if (kind === 'acl' && Object.hasOwn(ports.config.maps, found)) {
    return problem(
      "This ACL is shared with a map containing samples. You must use the command 'add map' to add values.\n",
    )
  }
  if (version === undefined) return change({ list: found, does: 'add', key: key!, value }, kind, ports, visitor)
  const wrong = entryProblem(usesOf(found, ports.config), key!, kind === 'map' ? value : undefined, ports.patternOf)
  if (wrong !== undefined) return problem(`${wrong}\n`)
  return arrange({ does: 'add', version, key: key!, value }, found, kind, ports, visitor)
}

async function set([name, key, value]: readonly string[], ports: ListPorts, visitor: Visitor): Promise<Answer> {
  if (name === undefined || key === undefined || value === undefined) {
    return problem("'set map' expects three parameters: map identifier, key and value.\n")
  }
  const found = parseName(name, 'map', ports)
  if (found === undefined) return unknown('map')
  const named = await keyOf(found, key, ports)
  if (named === undefined) return problem('entry not found.\n')
  return change({ list: found, does: 'set', key: named, value }, 'map', ports, visitor)
}

async function del(kind: Kind, [name, key]: readonly string[], ports: ListPorts, visitor: Visitor) {
  if (name === undefined || key === undefined) {
    return problem(`This command expects two parameters: ${WORDS[kind]} identifier and key.\n`)
  }
  const found = parseName(name, kind, ports)
  if (found === undefined) return unknown(kind)
  const named = await keyOf(found, key, ports)
  if (named === undefined) return problem('Key not found.\n')
  return change({ list: found, does: 'delete', key: named, value: '' }, kind, ports, visitor)
}

async function clear(kind: Kind, words: readonly string[], ports: ListPorts, visitor: Visitor): Promise<Answer> {
  const { version, rest } = versionIn(words)
  const [name] = rest
  if (name === undefined) return problem(`Missing ${WORDS[kind]} identifier.\n`)
  const found = parseName(name, kind, ports)
  if (found === undefined) return unknown(kind)
  if (version !== undefined) return arrange({ does: 'clear', version }, found, kind, ports, visitor)
  return change({ list: found, does: 'clear', key: '', value: '' }, kind, ports, visitor)
}

/** A key as it is written, or as `#0x...`, the reference that `show` gives it. */
async function keyOf(list: string, written: string, ports: ListPorts): Promise<string | undefined> {
  if (!written.startsWith('#')) return written
  const { entries } = (await listsOf(ports)).lists.get(list)!
  const named = [...entries.keys()].filter((key) => `#${referenceOf(key)}` === written)
  return named.length === 1 ? named[0] : undefined
}

async function change(wanted: ListChange, kind: Kind, ports: ListPorts, { who }: Visitor): Promise<Answer> {
  const { list, does, key, value } = wanted
  if (does === 'add' || does === 'set') {
    const wrong = entryProblem(usesOf(list, ports.config), key, kind === 'map' ? value : undefined, ports.patternOf)
    if (wrong !== undefined) return problem(`${wrong}\n`)
  }
  switch (await ports.change(wanted, who)) {
    case 'missing':
      return problem(does === 'set' ? 'entry not found.\n' : 'Key not found.\n')
    case 'full':
      return fullProblem(list)
    case 'unknown':
      return unknownProblem(list)
    default:
      return DONE
  }
}

export function createListCommands(ports: ListPorts): Readonly<Record<string, Command>> {
  const command = (
    usage: string,
    about: string,
    level: Command['level'],
    run: (words: readonly string[], visitor: Visitor) => Promise<Answer>,
  ): Command => ({ usage, about, level, run: (words, _, visitor) => run(words, visitor) })
  const commandsOf = (kind: Kind, what: string, entry: string) => {
    return {
      [`show ${kind}`]: command(
        `show ${kind} [[@<version>] <${kind}>]`,
        `${what}s, or the entries of one`,
        'operator',
        (words, visitor) => show(kind, words, ports, visitor),
      ),
      [`get ${kind}`]: command(`get ${kind} <${kind}> <value>`, `what a ${what} has for a value`, 'operator', (words) =>
        get(kind, words, ports),
      ),
      [`add ${kind}`]: command(
        `add ${kind} [@<version>] <${kind}> ${entry}`,
        `adds to a ${what}`,
        'admin',
        (words, visitor) => add(kind, words, ports, visitor),
      ),
      [`del ${kind}`]: command(
        `del ${kind} <${kind}> <key>|#<reference>`,
        `deletes from a ${what}`,
        'admin',
        (words, visitor) => del(kind, words, ports, visitor),
      ),
      [`clear ${kind}`]: command(
        `clear ${kind} [@<version>] <${kind}>`,
        `empties a ${what}`,
        'admin',
        (words, visitor) => clear(kind, words, ports, visitor),
      ),
      [`prepare ${kind}`]: command(
        `prepare ${kind} <${kind}>`,
        `begins a version of a ${what} that 'commit ${kind}' puts in its place`,
        'admin',
        (words, visitor) => prepare(kind, words, ports, visitor),
      ),
      [`commit ${kind}`]: command(
        `commit ${kind} @<version> <${kind}>`,
        `puts a prepared version of a ${what} in its place, all at once`,
        'admin',
        (words, visitor) => commit(kind, words, ports, visitor),
      ),
    }
  }
  return {
    ...commandsOf('map', 'map', '<key> <value>'),
    'set map': command(
      'set map <map> <key>|#<reference> <value>',
      "changes an entry's value",
      'admin',
      (words, visitor) => set(words, ports, visitor),
    ),
    ...commandsOf('acl', 'pattern list', '<pattern>'),
  }
}
