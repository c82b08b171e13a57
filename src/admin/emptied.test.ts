// Who would be left without a server.

import { describe, expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { createServerRegistry } from '../health/server-registry.ts'
import type { StateChange } from '../health/state-change.ts'
import { emptiedBy } from './emptied.ts'

const server = (name: string, more: object = {}) => ({ name, url: `https://${name}.example.com`, ...more })
const config = configOrThrow(
  {
    frontends: [{ name: 'main', defaultBackend: 'app' }],
    backends: [
      {
        name: 'app',
        check: true,
        servers: [server('s1'), server('s2'), server('b1', { backup: true, state: 'maint' })],
      },
      { name: 'api', servers: [server('a1', { check: false, track: 'app/s1' })] },
    ],
  },
  'either',
)

function emptied(servers: readonly string[], change: StateChange, before: readonly string[] = []) {
  const registry = createServerRegistry(config, new Map(), 0)
  for (const key of before) registry.setState(key, 'drain', 1)
  const views = [...registry.entries.values()].map((entry) => registry.view(entry))
  return emptiedBy(config, views, 'app', servers, change).map(
    ({ backend, servers: last }) => `${backend}: ${last.join(' ')}`,
  )
}

describe('a change', () => {
  it('of every server that takes new clients empties a backend, and those whose servers track them', () => {
    expect(emptied(['s1', 's2'], { state: 'maint' })).toEqual(['app: s1 s2', 'api: a1'])
    expect(emptied(['s2'], { state: 'drain' }, ['app/s1'])).toEqual(['app: s2'])
    expect(emptied(['s1', 's2'], { health: 'down' })).toEqual(['app: s1 s2', 'api: a1'])
    expect(emptied(['s1'], { state: 'drain' })).toEqual(['api: a1'])
    expect(emptied(['s1', 's2'], { weight: 0 })).toEqual(['app: s1 s2'])
  })

  it('that leaves one, gives some, or finds none, empties nothing', () => {
    expect(emptied(['s2'], { state: 'maint' })).toEqual([])
    expect(emptied(['s1', 's2'], { state: 'ready' })).toEqual([])
    expect(emptied(['s1', 's2'], { weight: 5 })).toEqual([])
    expect(emptied(['s1', 's2'], { state: 'maint' }, ['app/s1', 'app/s2'])).toEqual([])
  })
})
