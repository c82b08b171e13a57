import { expect, it } from 'vitest'

import { resolveStickTable } from '../../config/options/stick.ts'
import { createKvStore } from './stick-store-kv.ts'

/** One location of KV: it holds the absence of a key, and takes no write of it. */
function refusingStore() {
  const clock = { ms: 1_000_000 }
  const kv = {
    get: async () => null,
    put: async () => {
      throw new Error('KV PUT failed: 429 Too Many Requests')
    },
  }
  const table = resolveStickTable({ type: 'string', size: 100, expire: '1h', store: 'kv' }, [], 'limpet')
  return { clock, store: createKvStore(kv, 'app', table, () => clock.ms) }
}

it('keeps a client on its server while somebody else’s write of its key cannot be seen here', async () => {
  const { clock, store } = refusingStore()
  await store.claim('ann', { server: 's1', id: 1 }, [])
  expect(await store.claim('ann', { server: 's2', id: 2 }, [])).toMatchObject({ entry: { server: 's1' }, isNew: false })
  expect(await store.match('bob')).toBeUndefined()
  clock.ms += 29_999
  expect(await store.match('ann')).toMatchObject({ server: 's1' })
  // By now KV itself is asked again.
  clock.ms += 1
  expect(await store.match('ann')).toBeUndefined()
})

it('gives another server when that one is gone', async () => {
  const { store } = refusingStore()
  await store.claim('ann', { server: 's1', id: 1 }, [])
  expect(await store.claim('ann', { server: 's2', id: 2 }, ['s1'])).toMatchObject({ entry: { server: 's2' } })
  expect(await store.match('ann')).toMatchObject({ server: 's2' })
})
