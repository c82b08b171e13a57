// Items in an order that changes item by item: a binary heap. The first that is allowed is found without looking at many others: only at
// those before it, and at their neighbours.

export interface Ordered {
  /** Where it stands in the heap: written by the order alone. */
  place: number
}

export interface Order<Item extends Ordered> {
  add(item: Item): void
  /** To be called whenever its rank has changed. */
  moved(item: Item): void
  first(isAllowed: (item: Item) => boolean): Item | undefined
}

export function createOrder<Item extends Ordered>(isBefore: (a: Item, b: Item) => boolean): Order<Item> {
  const items: Item[] = []
  const put = (item: Item, place: number) => {
    items[place] = item
    item.place = place
  }

  function rise(item: Item): void {
    let { place } = item
    while (place > 0) {
      const above = items[(place - 1) >> 1]!
      if (!isBefore(item, above)) break
      const next = above.place
      put(above, place)
      place = next
    }
    put(item, place)
  }

  function sink(item: Item): void {
    let { place } = item
    for (;;) {
      let below = items[2 * place + 1]
      const other = items[2 * place + 2]
      if (other && isBefore(other, below!)) below = other
      if (!below || !isBefore(below, item)) break
      const next = below.place
      put(below, place)
      place = next
    }
    put(item, place)
  }

  /** At this place or below it, the first that is allowed and stands before `best`. */
  function firstFrom(place: number, isAllowed: (item: Item) => boolean, best: Item | undefined): Item | undefined {
    const item = items[place]
    if (!item || (best && !isBefore(item, best))) return best
    if (isAllowed(item)) return item
    return firstFrom(2 * place + 2, isAllowed, firstFrom(2 * place + 1, isAllowed, best))
  }

  return {
    add(item) {
      item.place = items.length
      items.push(item)
      rise(item)
    },
    moved(item) {
      rise(item)
      sink(item)
    },
    first: (isAllowed) => firstFrom(0, isAllowed, undefined),
  }
}
