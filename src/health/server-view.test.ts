import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import { ADMIN_STATES, shownOf } from '../server/states.ts'
import { createServerRegistry } from './server-registry.ts'
import { ownViews } from './own-views.ts'
import type { ServerRecord } from './server-record.ts'
import { readServerView, viewedState } from './server-view.ts'
import type { SentServerView, ServerView } from './server-view.ts'

const server = { name: 's1', url: 'http://s1', slowstart: '10s' } as const
const config = resolveConfig({ backends: [{ name: 'app', check: { rise: 2, fall: 3 }, servers: [server] }] })

/** A server in every admin state, with every counter of checks, with and without a 404 that asks to leave. */
const VIEWS: readonly ServerView[] = ADMIN_STATES.flatMap((admin) =>
  [0, 1, 2, 3, 4].flatMap((health) =>
    [false, true].flatMap((nolb) =>
      [undefined, 5].map((cameUpMs) => {
        const record: ServerRecord = {
          stateOverride: admin === 'ready' ? null : { value: admin, configured: 'ready' },
          weightOverride: null,
          health,
          nolb,
          ...(cameUpMs === undefined ? {} : { cameUpMs }),
          lastCheck: { code: 'L7OK', status: 200, durationMs: 1 },
          lastChangeMs: 0,
        }
        const registry = createServerRegistry(config, new Map([['app/s1', record]]), 10)
        return registry.view(registry.entries.get('app/s1')!)
      }),
    ),
  ),
)

/** As release 0.1 sends it. */
function fromBefore(view: ServerView): SentServerView {
  const added = new Set(['healthState', 'isTransitional', 'keys'])
  return Object.fromEntries(Object.entries(view).filter(([name]) => !added.has(name))) as unknown as SentServerView
}

describe('a view', () => {
  it.each(VIEWS.map((view) => [view.state, view.healthState, view.status, view] as const))(
    '%s, %s, %s shows the same when release 0.1 has sent it',
    (_, __, ___, view) => {
      const read = readServerView(fromBefore(view))
      expect(read.isTransitional).toBe(view.isTransitional)
      expect(shownOf(viewedState(read))).toBe(shownOf(viewedState(view)))
    },
  )

  it('of this release is taken at its word', () => {
    for (const view of VIEWS) expect(readServerView(view)).toEqual(view)
    const odd = { ...VIEWS[0]!, healthState: 'nolb', isTransitional: true } as const
    expect(readServerView(odd)).toEqual(odd)
  })

  it('has its checks’ word only while they are made', () => {
    for (const { state, status, checkHealth, isTransitional } of VIEWS) {
      expect(isTransitional).toBe(state !== 'maint' && checkHealth !== 0 && checkHealth !== 4)
      expect(/\d\/\d/.test(status)).toBe(isTransitional)
    }
  })

  it('is read where isolates get it', () => {
    const sent = fromBefore(VIEWS.find(({ status }) => status === 'NOLB 2/3')!)
    expect(ownViews(config, [sent], 10)[0]).toMatchObject({ healthState: 'nolb', isTransitional: true })
  })
})
