// What stands where in a module or in JSON, without running it: from the default export through literals, constants of the same
// file, spreads, `as`, `satisfies`, functions and what they return. locate.ts follows an issue's keys through it.

import { createRequire } from 'node:module'

import type { parseSync } from 'oxc-parser'

type Parser = { readonly parseSync: typeof parseSync }

/** A node of ESTree, as far as it is looked at here. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

export interface Comment {
  readonly value: string
  readonly start: number
  readonly end: number
}

export interface SyntaxTree {
  /** What the file exports as default; of JSON: its value. */
  readonly root: Node | undefined
  readonly comments: readonly Comment[]
  /** Constants by name: what they are set to. */
  readonly constants: ReadonlyMap<string, Node>
}

/** Native: loaded when a place is asked for, and where this machine's build of it is missing, issues go without lines. */
const parser = memoised((): Parser | undefined => {
  try {
    return createRequire(import.meta.url)('oxc-parser') as Parser
  } catch {
    return undefined
  }
})

/** Undefined for what does not parse. `text` must not be nested deeply: the parser's stack has no guard. */
export function parseTree(text: string, kind: 'module' | 'json'): SyntaxTree | undefined {
  // JSON, with comments and trailing commas too, is an expression. The offset of the bracket in front is taken back.
  const shift = kind === 'json' ? 1 : 0
  const source = kind === 'json' ? `(${text}\n)` : text
  const parsed = parser()?.parseSync('limpet.config.ts', source, { lang: 'ts', sourceType: 'module' })
  if (!parsed || parsed.errors.length > 0) return undefined
  const { program, comments } = parsed
  const body = program.body as unknown as readonly Node[]
  const moved = comments.map(({ value, start, end }) => ({ value, start: start - shift, end: end - shift }))
  if (kind === 'json')
    return { root: shifted(body[0]?.['expression'] as Node | undefined), comments: moved, constants: new Map() }
  const constants = new Map<string, Node>()
  collectConstants(body, constants)
  return { root: defaultExport(body), comments: moved, constants }
}

/** A tree one to the left. */
function shifted(root: Node | undefined): Node | undefined {
  const stack: unknown[] = [root]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value !== 'object' || value === null) continue
    if ('start' in value && 'end' in value) {
      const node = value as { start: number; end: number }
      node.start -= 1
      node.end -= 1
    }
    stack.push(...Object.values(value))
  }
  return root
}

function defaultExport(body: readonly Node[]): Node | undefined {
  for (const node of body) {
    if (node.type === 'ExportDefaultDeclaration') return node['declaration'] as Node
    if (node.type !== 'ExportNamedDeclaration') continue
    for (const specifier of node['specifiers'] as readonly Node[]) {
      if ((specifier['exported'] as Node)['name'] === 'default') return specifier['local'] as Node
    }
  }
  return undefined
}

/** Those at the top, and in functions' bodies: names that are declared twice are told by nobody. */
function collectConstants(statements: readonly Node[], constants: Map<string, Node>): void {
  for (const written of statements) {
    const node = (written.type === 'ExportNamedDeclaration' ? written['declaration'] : written) as Node | null
    if (node?.type === 'FunctionDeclaration') constants.set(nameOf(node['id']) ?? '', node)
    if (node?.type !== 'VariableDeclaration' || node['kind'] !== 'const') continue
    for (const { id, init } of node['declarations'] as readonly { id: Node; init: Node | null }[]) {
      const name = nameOf(id)
      if (name !== undefined && init) constants.set(name, init)
    }
  }
}

/** A node behind what only wraps it; `isComputed`: which of several it will be is known when the file runs. */
export interface Resolved {
  readonly node: Node
  readonly isComputed: boolean
}

/** Follows names, types and functions to what is written; stops where something is computed. */
export function resolve(tree: SyntaxTree, from: Node, steps = 0): Resolved {
  const on = (next: unknown, isComputed = false): Resolved => {
    const { node, isComputed: isLater } = resolve(tree, next as Node, steps + 1)
    return { node, isComputed: isComputed || isLater }
  }
  if (steps > 100) return { node: from, isComputed: true }
  switch (from.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      return on(from['expression'])
    case 'AwaitExpression':
      return on(from['argument'])
    case 'Identifier': {
      const constant = tree.constants.get(String(from['name']))
      return constant ? on(constant) : { node: from, isComputed: true }
    }
    case 'MemberExpression': {
      const key = from['computed'] ? literalOf(from['property'] as Node) : nameOf(from['property'])
      if (key === undefined) return { node: from, isComputed: true }
      const found = childOf(tree, on(from['object']).node, key)
      return found?.value && !found.isComputed ? on(found.value) : { node: from, isComputed: true }
    }
    case 'CallExpression': {
      const callee = from['callee'] as Node
      const [first] = from['arguments'] as readonly Node[]
      const isWrapper =
        nameOf(callee) === 'defineConfig' ||
        (callee.type === 'MemberExpression' &&
          nameOf(callee['object']) === 'Object' &&
          nameOf(callee['property']) === 'freeze')
      return isWrapper && first && first.type !== 'SpreadElement' ? on(first) : { node: from, isComputed: true }
    }
    case 'ObjectExpression':
    case 'ArrayExpression':
    case 'Literal':
    case 'UnaryExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ClassExpression':
      return { node: from, isComputed: false }
    case 'TemplateLiteral':
      return { node: from, isComputed: (from['expressions'] as readonly Node[]).length > 0 }
    default:
      return { node: from, isComputed: true }
  }
}

/** What a function returns; undefined for what is none. */
export function returnedBy(tree: SyntaxTree, { type, body }: Node): Resolved | undefined {
  if (!/Function/.test(type)) return undefined
  const block = body as Node
  if (block.type !== 'BlockStatement') return resolve(tree, block)
  const statements = block['body'] as readonly Node[]
  collectConstants(statements, tree.constants as Map<string, Node>)
  const returns = statements.filter((statement) => statement.type === 'ReturnStatement' && statement['argument'])
  const last = returns.at(-1)
  if (!last) return undefined
  const isOnly = statements.every(({ type: each }) => /^(Variable|Function|Return|TS|Expression)/.test(each))
  const { node, isComputed } = resolve(tree, last['argument'] as Node)
  return { node, isComputed: isComputed || !isOnly }
}

export interface Child {
  /** Undefined: it is somewhere in what is spread at `at`. */
  readonly value: Node | undefined
  /** The key of an object's property, else the value. */
  readonly at: Node
  readonly isComputed: boolean
}

/** What stands under a key. Undefined: nothing does. `length`: how many entries a list has in the end. */
export function childOf(tree: SyntaxTree, parent: Node, key: PropertyKey, length?: number): Child | undefined {
  if (parent.type === 'ObjectExpression') return propertyOf(tree, parent, key)
  if (parent.type === 'ArrayExpression') return typeof key === 'number' ? entryOf(tree, parent, key, length) : undefined
  if (parent.type !== 'CallExpression') return undefined
  // `names.map((name) => ({ ... }))`: every entry comes from the one that the function returns.
  const callee = parent['callee'] as Node
  const [first] = parent['arguments'] as readonly Node[]
  if (callee.type !== 'MemberExpression' || nameOf(callee['property']) !== 'map' || !first) return undefined
  const made = returnedBy(tree, resolve(tree, first).node)
  return made && { value: made.node, at: made.node, isComputed: true }
}

function propertyOf(tree: SyntaxTree, parent: Node, key: PropertyKey): Child | undefined {
  for (const property of (parent['properties'] as readonly Node[]).toReversed()) {
    if (property.type === 'SpreadElement') {
      const argument = property['argument'] as Node
      const { node } = resolve(tree, argument)
      if (node.type !== 'ObjectExpression') return { value: undefined, at: argument, isComputed: true }
      const found = propertyOf(tree, node, key)
      if (found) return found
      continue
    }
    const name = property['computed'] ? literalOf(property['key'] as Node) : keyOf(property['key'] as Node)
    if (name === undefined || name !== String(key)) continue
    const value = property['value'] as Node
    const isFunction = property['kind'] !== 'init'
    return { value, at: property['key'] as Node, isComputed: isFunction }
  }
  return undefined
}

function entryOf(tree: SyntaxTree, parent: Node, index: number, length: number | undefined): Child | undefined {
  const elements = flat(tree, parent)
  const unknown = elements.findIndex(({ isSpread }) => isSpread)
  // What stands behind a spread of unknown length is counted from the end.
  const fromEnd = length === undefined ? undefined : elements[elements.length - (length - index)]
  const found =
    unknown === -1 || index < unknown
      ? elements[index]
      : isBehindLastSpread(elements, fromEnd)
        ? fromEnd
        : elements[unknown]
  if (!found) return undefined
  const { node, isSpread } = found
  if (!isSpread) return { value: node, at: node, isComputed: false }
  return { ...(childOf(tree, resolve(tree, node).node, index) ?? { value: undefined, at: node }), isComputed: true }
}

type Element = { readonly node: Node; readonly isSpread: boolean }

/** Lists that are spread, and known, stand in the list themselves. */
function flat(tree: SyntaxTree, list: Node): readonly Element[] {
  return (list['elements'] as readonly (Node | null)[]).flatMap((element): readonly Element[] => {
    // A hole is told by its list.
    if (element?.type !== 'SpreadElement') return [{ node: element ?? list, isSpread: false }]
    const argument = element['argument'] as Node
    const { node } = resolve(tree, argument)
    return node.type === 'ArrayExpression' ? flat(tree, node) : [{ node: argument, isSpread: true }]
  })
}

function isBehindLastSpread(elements: readonly Element[], found: Element | undefined): boolean {
  return found !== undefined && elements.indexOf(found) > elements.findLastIndex(({ isSpread }) => isSpread)
}

function nameOf(node: unknown): string | undefined {
  const { type, name } = node as Node
  return type === 'Identifier' ? String(name) : undefined
}

function keyOf(node: Node): string | undefined {
  return nameOf(node) ?? literalOf(node)
}

function literalOf({ type, value }: Node): string | undefined {
  return type === 'Literal' ? String(value) : undefined
}

/** Asked once, when it is needed. */
export function memoised<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
