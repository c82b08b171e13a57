// The sentence of each option: the doc comment above its key in the source. What runs has no comments, so an object is found again
// by its keys and, where two objects have the same, by the option that it is the value of.

import { runInNewContext } from 'node:vm'

import { parseSync } from 'oxc-parser'

/** A part of the syntax tree (ESTree). */
interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

export interface Place {
  /** The constant whose value an object is. */
  readonly constant?: string | undefined
  /** The key whose value it is part of. */
  readonly under?: string | undefined
}

interface Written extends Place {
  /** For messages. */
  readonly file: string
  readonly node: Node
  /** By where it begins. */
  readonly comments: ReadonlyMap<number, Sentence>
}

export interface Sentence {
  readonly text: string
  /** What stands behind `@example`, as a value. */
  readonly example: unknown
  /** `@default`: on what an option depends that is not written. */
  readonly depends: string | undefined
  /** `@why`: what Limpet gains by another default than HAProxy's. */
  readonly why: string | undefined
}

export interface Sentences {
  /** The sentence of each key of an object with these keys. Keys without one are missing. */
  readonly ofKeys: (keys: readonly string[], place: Place) => ReadonlyMap<string, Sentence>
  /** What stands above a constant. */
  readonly ofConstant: (name: string) => Sentence | undefined
  /** The keys of a constant's object, with their sentences. */
  readonly within: (constant: string) => ReadonlyMap<string, Sentence | undefined>
}

/** `files`: source by name. */
export function readSentences(files: ReadonlyMap<string, string>): Sentences {
  const objects: Written[] = []
  const constants = new Map<string, Written>()
  /** Keys and, as `const NAME`, constants that a constant is part of. */
  const uses = new Map<string, Set<string>>()
  const sentenceOfConstant = new Map<string, Sentence>()
  for (const [file, source] of files) {
    const { program, comments, errors } = parseSync(file, source)
    if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
    const before = new Map<number, Sentence>()
    for (const { type, value, end } of comments) {
      if (type !== 'Block' || !value.startsWith('*')) continue
      before.set(end + (/^\s*/.exec(source.slice(end))?.[0].length ?? 0), sentenceOf(value, file))
    }
    visit(program as unknown as Node, undefined, undefined, (node, constant, under) => {
      if (node.type === 'ObjectExpression') {
        const written = { file, node, constant, under, comments: before }
        objects.push(written)
        if (constant !== undefined) constants.set(constant, written)
      } else if (node.type === 'Identifier') {
        const name = String(node['name'])
        uses.set(name, (uses.get(name) ?? new Set()).add(under ?? `const ${constant}`))
      }
    })
    for (const statement of program.body) {
      const sentence = before.get(statement.start)
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
      if (sentence === undefined || declaration?.type !== 'VariableDeclaration') continue
      for (const { id } of declaration.declarations)
        if (id.type === 'Identifier') sentenceOfConstant.set(id.name, sentence)
    }
  }

  const sentencesIn = ({ node, comments }: Written): Map<string, Sentence | undefined> => {
    const found = new Map<string, Sentence | undefined>()
    for (const property of node['properties'] as Node[]) {
      if (property.type === 'SpreadElement') {
        const spread = constants.get(String((property['argument'] as Node)['name']))
        if (spread) for (const [key, sentence] of sentencesIn(spread)) found.set(key, sentence)
        continue
      }
      const key = property['key'] as Node
      const name = String(key['name'] ?? key['value'])
      const shared = property['shorthand'] === true ? sentenceOfConstant.get(name) : undefined
      found.set(name, comments.get(property.start) ?? shared)
    }
    return found
  }

  const byKeys = Map.groupBy(
    objects.map((written) => ({ ...written, sentences: sentencesIn(written) })),
    ({ sentences }) => signature([...sentences.keys()]),
  )
  const isUsedAs = (constant = '', under: string) => uses.get(constant)?.has(under) ?? false
  const ofKeys: Sentences['ofKeys'] = (keys, { constant, under }) => {
    const same = byKeys.get(signature(keys)) ?? []
    const commented = same.filter(({ sentences }) => [...sentences.values()].some((each) => each !== undefined))
    const [chosen, ...others] =
      [
        commented.filter(
          (each) =>
            constant !== undefined && (each.constant === constant || isUsedAs(each.constant, `const ${constant}`)),
        ),
        commented.filter((each) => under !== undefined && (each.under === under || isUsedAs(each.constant, under))),
        commented.filter((each) => each.under === undefined),
      ].find((candidates) => candidates.length > 0) ?? commented
    const text = (each: typeof chosen) => JSON.stringify([...(each?.sentences ?? [])])
    // Of two that say different things neither is taken: the key then has no sentence, which a test finds.
    if (others.some((each) => text(each) !== text(chosen))) return new Map()
    return new Map(
      [...(chosen?.sentences ?? [])].filter((entry): entry is [string, Sentence] => entry[1] !== undefined),
    )
  }
  return {
    ofKeys,
    ofConstant: (name) => sentenceOfConstant.get(name),
    within: (constant) => sentencesIn(constants.get(constant)!),
  }
}

function signature(keys: readonly string[]): string {
  return keys.toSorted().join(' ')
}

type Visitor = (node: Node, constant: string | undefined, under: string | undefined) => void

/** `constant` is handed on through calls: `const a = strict({…})`. */
function visit(value: unknown, constant: string | undefined, under: string | undefined, visitor: Visitor): void {
  if (Array.isArray(value)) for (const each of value) visit(each, constant, under, visitor)
  if (typeof value !== 'object' || value === null || typeof (value as Node).type !== 'string') return
  const node = value as Node
  visitor(node, constant, under)
  const { key, id } = node as { key?: Node; id?: Node }
  for (const [field, inner] of Object.entries(node)) {
    if (node.type === 'Property' && field === 'value')
      visit(inner, undefined, String(key!['name'] ?? key!['value']), visitor)
    else if (node.type === 'VariableDeclarator') visit(inner, String(id!['name']), undefined, visitor)
    else visit(inner, node.type === 'ObjectExpression' ? undefined : constant, under, visitor)
  }
}

function sentenceOf(comment: string, file: string): Sentence {
  const [text = '', ...tags] = comment
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => line.trim().replace(/^\*\s?/, ''))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/ ?@(example|default|why) /)
  const behind = (tag: string) => {
    const at = tags.indexOf(tag)
    return at === -1 ? undefined : tags[at + 1]
  }
  const example = behind('example')
  return {
    text,
    example: example === undefined ? undefined : valueOf(example, file),
    depends: behind('default'),
    why: behind('why'),
  }
}

/** `key: value`, or `value`. */
function valueOf(example: string, file: string): unknown {
  try {
    return runInNewContext(`(${example.replace(/^[\w$]+: /, '')})`)
  } catch (error) {
    throw new Error(`${file}: @example ${example}`, { cause: error })
  }
}
