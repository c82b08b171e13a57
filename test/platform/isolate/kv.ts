// KV as it is documented: one write a second of a key, then 429; what a location has read it holds for `cacheTtl`, at least 30 s,
// also that there was nothing; a write is seen at once where it was made, elsewhere when the copy there has run out; the last
// write wins. The isolate is a location; the truth is with the test, for all of them.
// https://developers.cloudflare.com/kv/platform/limits/
// https://developers.cloudflare.com/kv/concepts/how-kv-works/
// https://developers.cloudflare.com/kv/api/read-key-value-pairs/
// https://developers.cloudflare.com/kv/api/write-key-value-pairs/

import { failIfAsked, settings } from './settings.ts'

interface Copy {
  readonly text: string | null
  readonly untilMs: number
}

const DEFAULT_CACHE_S = 60

export function createKv(binding: string, truth: Fetcher): unknown {
  const copies = new Map<string, Copy>()
  const urlOf = (key: string) => `http://truth/kv/${binding}/${encodeURIComponent(key)}?now=${Date.now()}`

  async function read(key: string, cacheTtl: number): Promise<string | null> {
    failIfAsked(binding)
    if (cacheTtl < 30) throw new Error(`KV GET failed: 400 Invalid cache_ttl of ${cacheTtl}`)
    const copy = copies.get(key)
    if (copy && Date.now() < copy.untilMs) return copy.text
    const response = await truth.fetch(urlOf(key))
    const text = response.status === 404 ? (await response.body?.cancel(), null) : await response.text()
    copies.set(key, { text, untilMs: Date.now() + cacheTtl * 1000 })
    return text
  }

  return {
    async get(key: string, options: { type?: string; cacheTtl?: number } = {}) {
      const text = await read(key, options.cacheTtl ?? DEFAULT_CACHE_S)
      return text !== null && options.type === 'json' ? (JSON.parse(text) as unknown) : text
    },
    async put(key: string, text: string, { expirationTtl = 60 }: { expirationTtl?: number } = {}) {
      failIfAsked(binding)
      if (expirationTtl < 60) throw new Error(`KV PUT failed: 400 Invalid expiration_ttl of ${expirationTtl}`)
      if (settings.kvWriteMs > 0) await new Promise((resolve) => setTimeout(resolve, settings.kvWriteMs))
      const { status, body } = await truth.fetch(urlOf(key), { method: 'PUT', body: text })
      await body?.cancel()
      if (status !== 204) throw new Error(`KV PUT failed: ${status} Too Many Requests`)
      copies.set(key, { text, untilMs: Date.now() + DEFAULT_CACHE_S * 1000 })
    },
  }
}
