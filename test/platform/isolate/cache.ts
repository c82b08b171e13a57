// `caches.default`: of the zone, so that all Workers of the zone in one data centre share it, and only what may be cached is taken.
// On workers.dev and behind Access there is none; any call may fail.
// https://developers.cloudflare.com/workers/runtime-apis/cache/

import { failIfAsked } from './settings.ts'

export function createCache(truth: Fetcher): Pick<CacheStorage, 'default'> {
  const urlOf = (key: string) => `http://truth/cache/${encodeURIComponent(key)}?now=${Date.now()}`
  const cache = {
    async match(key: string) {
      failIfAsked('CACHE')
      const response = await truth.fetch(urlOf(key))
      if (response.status === 200) return response
      await response.body?.cancel()
      return undefined
    },
    async put(key: string, response: Response) {
      failIfAsked('CACHE')
      if (response.status === 206 || response.headers.get('vary') === '*') throw new TypeError('cannot be cached')
      const maxAgeS = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1]
      if (maxAgeS === undefined || response.headers.has('set-cookie')) return
      const put = await truth.fetch(`${urlOf(key)}&for=${maxAgeS}`, { method: 'PUT', body: await response.text() })
      await put.body?.cancel()
    },
  }
  return { default: cache as unknown as Cache }
}
