import { expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import { createServerRegistry } from './server-registry.ts'
import { ownViews } from './own-views.ts'
import type { ServerView } from './server-view.ts'

const configOf = (backend: object, server: object) =>
  resolveConfig({
    backends: [{ name: 'app', check: true, servers: [{ name: 's1', url: 'http://s1', ...server }], ...backend }],
  })

/** What a Monitor with this configuration says of its server, whose weight was set to 7. */
function viewsOf(config: ReturnType<typeof configOf>) {
  const registry = createServerRegistry(config, new Map(), 0)
  const [entry] = registry.entries.values()
  registry.setWeight(entry!.keys[0]!, 7)
  return [registry.view(entry!)]
}

it('has what the Monitor says of a server, under the names of this configuration', () => {
  const renamed = configOf({ name: 'shop', formerly: ['app'] }, { name: 'x1', formerly: ['s1'] })
  for (const [own, monitors] of [
    [configOf({}, {}), configOf({}, {})],
    [renamed, configOf({}, {})],
    [configOf({}, {}), renamed],
  ] as const) {
    const [view, ...others] = ownViews(own, viewsOf(monitors), 0)
    const { name, servers } = own.backends[0]!
    expect(view).toMatchObject({ backend: name, server: servers[0]!.name, weight: 7, configuredWeight: 1 })
    expect(others).toEqual([])
  }
})

it('knows a view of release 0.1, which has no keys', () => {
  const views = viewsOf(configOf({}, {})).map((view) => ({ ...view, keys: undefined }) as unknown as ServerView)
  expect(ownViews(configOf({ name: 'shop', formerly: ['app'] }, {}), views, 0)).toMatchObject([
    { backend: 'shop', server: 's1', weight: 7 },
  ])
})

it('shows a server that the Monitor does not know as it is configured, and none that is no more', () => {
  const views = ownViews(configOf({}, { name: 's2', weight: 3, state: 'drain' }), viewsOf(configOf({}, {})), 5)
  expect(views).toMatchObject([{ backend: 'app', server: 's2', weight: 3, state: 'drain', lastChangeMs: 5 }])
})
