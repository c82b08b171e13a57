// A binary heap: keys in the order of a moment.

export interface Placed {
  readonly key: string
  readonly at: number
}

export interface Heap {
  push(key: string, at: number): void
  /** The one with the least `at`. */
  first(): Placed | undefined
  /** Takes it out. */
  pop(): void
  size(): number
}

export function createHeap(): Heap {
  const items: Placed[] = []
  const isBefore = (a: number, b: number) => items[a]!.at < items[b]!.at
  const swap = (a: number, b: number) => {
    const kept = items[a]!
    items[a] = items[b]!
    items[b] = kept
  }
  return {
    push(key, at) {
      items.push({ key, at })
      for (let i = items.length - 1; i > 0;) {
        const parent = (i - 1) >> 1
        if (!isBefore(i, parent)) return
        swap(i, parent)
        i = parent
      }
    },
    first: () => items[0],
    pop() {
      const last = items.pop()
      if (items.length === 0) return
      items[0] = last!
      for (let i = 0; ;) {
        const left = 2 * i + 1
        let least = i
        for (const child of [left, left + 1]) if (child < items.length && isBefore(child, least)) least = child
        if (least === i) return
        swap(i, least)
        i = least
      }
    },
    size: () => items.length,
  }
}
