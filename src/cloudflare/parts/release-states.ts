// What the Monitor keeps of releases, and what operators do with them.

import { openStore } from '../objects/release-store.ts'
import { monitorStub } from '../object-stubs.ts'
import type { ReleaseStateParts } from '../release-parts.ts'

export const releaseStates: ReleaseStateParts = {
  openStore,
  async loadWindow(config, env, reader) {
    const { createReleaseCommands, createReleaseOperations } = await import('../../admin/release-window.ts')
    const monitor = () => monitorStub(env, config.monitorNear)
    return {
      commands: createReleaseCommands(),
      operations: createReleaseOperations({
        views: async () => [...(await monitor().releases())].map((view) => ({ ...view })),
        async change(backend, change, who) {
          const changed = await monitor().changeRelease(backend, change, who)
          if (!changed) return undefined
          if ('problem' in changed) return { ...changed }
          reader.accept(changed.snapshot)
          return { isDone: true }
        },
      }),
    }
  },
}
