// What operators have set at run time, put into the configurations that are compared: a server in drain has no share of new clients,
// whatever the file says, and a deploy does not change that.

import type { Backend, Config, Server } from '../config/config.ts'
import { serverKeys } from '../config/keys.ts'
import type { SentServerView } from '../health/server-view.ts'

/** `before` is what runs. */
export function withOverrides(
  before: Config,
  after: Config,
  views: readonly SentServerView[],
): readonly [Config, Config] {
  const byKey = new Map(
    views.flatMap((view) => (view.keys ?? [`${view.backend}/${view.server}`]).map((key) => [key, view])),
  )
  const overridden = (backend: Backend, server: Server): Server => {
    const view = serverKeys(backend, server)
      .map((key) => byKey.get(key))
      .find((found) => found !== undefined)
    if (!view) return server
    // An override ends when the configuration changes the value under it.
    const isStateSet = view.configuredState !== null && view.configuredState === server.state
    const isWeightSet = view.configuredWeight !== null && view.configuredWeight === server.weight
    return {
      ...server,
      ...(isStateSet ? { state: view.state } : {}),
      ...(isWeightSet ? { weight: view.weight } : {}),
    }
  }
  const inside = (config: Config): Config => ({
    ...config,
    backends: config.backends.map((backend) => ({
      ...backend,
      servers: backend.servers.map((server) => overridden(backend, server)),
    })),
  })
  return [inside(before), inside(after)]
}
