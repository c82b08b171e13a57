// What there is to show of each release: what the Monitor says, and what its servers' counters say. Commands, the page and metrics
// show it.

import type { Config } from '../config/config.ts'
import { proxyKey } from '../config/keys.ts'
import { servesRelease } from '../config/serves-release.ts'
import type { ReleaseView } from '../health/release-registry.ts'
import { bucketsOf } from '../releases/arm.ts'
import type { ReleaseFacts, ReleaseRow } from './release-operations.ts'

export function releaseRows(
  views: readonly ReleaseView[],
  { config, totals, nowMs }: ReleaseFacts,
): readonly ReleaseRow[] {
  return ownViews(config, views).map((view) => {
    // Of backends that follow, too: a release is switched off when nobody asks any of its servers.
    const own = config.backends
      .filter(({ releases }) => releases?.owner.name === view.backend)
      .flatMap((backend) =>
        backend.servers
          .filter(({ release }) => release === view.release)
          .flatMap(({ name }) => totals[proxyKey('server', backend.name, name)] ?? []),
      )
    const lastMs = Math.max(0, ...own.map((total) => total.lastMs))
    return {
      ...view,
      buckets: bucketsFor(view, views),
      requests: own.reduce((sum, { counts }) => sum + counts.stot, 0),
      requestsPerMinute: Math.round(60 * own.reduce((sum, { rate }) => sum + rate, 0)),
      lastRequestS: lastMs === 0 ? null : Math.max(0, Math.round((nowMs - lastMs) / 1000)),
    }
  })
}

/** What the canary has not, current has. */
function bucketsFor({ backend, state, share }: ReleaseView, views: readonly ReleaseView[]): number | null {
  if (share === null) return null
  if (state === 'canary') return bucketsOf(share)
  const canary = views.find((view) => view.backend === backend && view.state === 'canary')
  return bucketsOf(1) - bucketsOf(canary?.share ?? 0)
}

/**
 * In the order of the lists. In a gradual deployment the Monitor may run another version, and not know a release, or know one that is not
 * here: what it does not know is new, and a backend that it does not know is as configured.
 */
function ownViews(config: Config, views: readonly ReleaseView[]): readonly ReleaseView[] {
  return config.backends.flatMap(({ name: backend, releases, servers }) =>
    (releases?.owner.name === backend ? releases.list : []).map(({ name: release }): ReleaseView => {
      const known = views.find((view) => view.backend === backend && view.release === release)
      if (known) return known
      const isCurrent = release === releases!.current && views.every((view) => view.backend !== backend)
      return {
        backend,
        release,
        ...(isCurrent ? { state: 'current', share: 1 } : { state: 'new', share: null }),
        servers: servers.filter((server) => servesRelease(server, release)).length,
        up: 0,
        sinceMs: null,
        who: null,
        untilMs: null,
      }
    }),
  )
}

/** 100 times 0.29 is 28.999999999999996: what is shown, and sent back by a form, is what was set. */
export function percentOf(share: number): number {
  return Number((share * 100).toFixed(2))
}

/** `12.5 %`; of a share that is less than one of 256 parts, what it gets. */
export function shareText(share: number | null): string {
  if (share === null) return '-'
  const isLess = share > 0 && Math.round(share * bucketsOf(1)) === 0
  return `${percentOf(share)} %${isLess ? ` (1 of ${bucketsOf(1)})` : ''}`
}
