// What the Monitor keeps of releases, and what operators do with them.

import { openStore } from '../objects/release-store.ts'
import { monitorStub } from '../object-stubs.ts'
import type { ReleaseStateParts } from '../release-parts.ts'

export const releaseStates: ReleaseStateParts = {
  openStore,
  createOperations(config, env, reader) {
    const monitor = () => monitorStub(env, config.monitorNear)
    return {
      views: async () => [...(await monitor().releases())].map((view) => ({ ...view })),
      async change(backend, change, who) {
        const changed = await monitor().changeRelease(backend, change, who)
        if (!changed) return undefined
        if ('problem' in changed) return { problem: changed.problem }
        reader.accept(changed.snapshot)
        return { isDone: true }
      },
    }
  },
  async loadCommands() {
    const { createReleaseCommands } = await import('../../admin/release-commands.ts')
    return createReleaseCommands()
  },
}
