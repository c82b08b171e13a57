// Where what an issue is about is written. What is computed is told by the nearest place that is written.

import { positionIn } from './place.ts'
import type { Place } from './place.ts'
import { childOf, resolve, returnedBy } from './syntax-tree.ts'
import type { Node, SyntaxTree } from './syntax-tree.ts'

/** Of an issue: where it is, by keys. `key`: the place of the last key, else of its value. */
export interface Wanted {
  readonly keys: readonly PropertyKey[]
  readonly at: 'key' | 'value'
}

/** `written`: what the file came to, which says how long lists are that are made of others. */
export function locate(file: string, text: string, tree: SyntaxTree, { keys, at }: Wanted, written: unknown): Place {
  const position = positionIn(text)
  const placeOf = ({ start }: Node, isComputed: boolean): Place => ({
    file,
    ...position(start),
    ...(isComputed ? { isComputed } : {}),
  })
  if (!tree.root) return { file }
  let { node, isComputed } = valueOf(tree, tree.root)
  let data = written
  for (const [i, key] of keys.entries()) {
    const child = childOf(tree, node, key, Array.isArray(data) ? data.length : undefined)
    // What a literal does not have is missing there; of anything else nobody can tell.
    if (!child) return placeOf(node, isComputed || !/^(Object|Array)Expression$/.test(node.type))
    isComputed ||= child.isComputed
    if (!child.value) return placeOf(child.at, true)
    if (i === keys.length - 1 && at === 'key') return placeOf(child.at, isComputed)
    const inner = resolve(tree, child.value)
    node = inner.node
    isComputed ||= inner.isComputed
    data = (data as Record<PropertyKey, unknown> | null | undefined)?.[key]
  }
  return placeOf(node, isComputed)
}

/** Of a function of `env`: what it returns. */
function valueOf(tree: SyntaxTree, root: Node): { node: Node; isComputed: boolean } {
  const { node, isComputed } = resolve(tree, root)
  return returnedBy(tree, node) ?? { node, isComputed }
}
