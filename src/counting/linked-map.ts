// A map in the order in which its keys were set, as Map is, whose oldest is found at once. Map passes over everything that has been deleted
// before it, until it is compacted: in a table of 20,000 that is full, each new key would take 50 microseconds, and more in a larger one.

export interface LinkedMap<T> extends Iterable<readonly [key: string, value: T]> {
  readonly size: number
  get(key: string): T | undefined
  /** A key that is there keeps its place. */
  set(key: string, value: T): void
  delete(key: string): boolean
  /** The oldest first. What is being looked at may be deleted meanwhile. */
  values(): Iterable<T>
}

interface Link<T> {
  readonly key: string
  value: T
  older: Link<T> | undefined
  newer: Link<T> | undefined
}

export function createLinkedMap<T>(): LinkedMap<T> {
  const links = new Map<string, Link<T>>()
  let oldest: Link<T> | undefined
  let newest: Link<T> | undefined

  function* all(): Generator<Link<T>, void> {
    // A link that is deleted still knows which comes next.
    for (let link = oldest; link; link = link.newer) yield link
  }

  return {
    get size() {
      return links.size
    },
    get: (key) => links.get(key)?.value,
    set(key, value) {
      const known = links.get(key)
      if (known) {
        known.value = value
        return
      }
      const link: Link<T> = { key, value, older: newest, newer: undefined }
      links.set(key, link)
      if (newest) newest.newer = link
      else oldest = link
      newest = link
    },
    delete(key) {
      const link = links.get(key)
      if (!link) return false
      links.delete(key)
      if (link.older) link.older.newer = link.newer
      else oldest = link.newer
      if (link.newer) link.newer.older = link.older
      else newest = link.older
      return true
    },
    *values() {
      for (const { value } of all()) yield value
    },
    *[Symbol.iterator]() {
      for (const { key, value } of all()) yield [key, value] as const
    },
  }
}
