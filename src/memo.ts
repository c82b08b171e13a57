// A bounded map that forgets entries not used for a while: two generations; the older is dropped when the newer is full.

export interface Memo<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

/** Holds at least `entries` / 2 and at most `entries` of the most recently used keys. */
export function createMemo<T>(entries: number): Memo<T> {
  const half = Math.max(1, Math.floor(entries / 2))
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  const memo: Memo<T> = {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const aged = old.get(key)
      if (aged !== undefined) memo.set(key, aged)
      return aged
    },
    set(key, value) {
      if (young.size >= half) {
        old = young
        young = new Map()
      }
      young.set(key, value)
    },
  }
  return memo
}
