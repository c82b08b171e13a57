// Maps and lists that commands and rules change.

import { createLists } from '../../rules/lists/lists.ts'
import { createSender, logFull } from '../adapters/list-sender.ts'
import { monitorStub } from '../object-stubs.ts'
import { openStore } from '../objects/list-store.ts'
import type { ListParts } from '../list-parts.ts'

export const lists: ListParts = {
  createLists: (config, patternOf) => createLists(config, patternOf, logFull),
  createSender,
  openStore,
  async loadCommands(config, env, reader, patternOf) {
    const { createListCommands } = await import('../../admin/list-commands.ts')
    const monitor = () => monitorStub(env, config.monitorNear)
    return createListCommands({
      config,
      patternOf,
      differences: async () => (await monitor().snapshot()).lists ?? '',
      async change(change, who) {
        const { outcomes, snapshot } = await monitor().changeLists([change], who)
        reader.accept(snapshot)
        return outcomes?.[0] ?? 'unknown'
      },
      async arrange(list, order, who) {
        const { answer, snapshot } = await monitor().arrangeList(list, order, who)
        reader.accept(snapshot)
        return answer ?? { outcome: 'unknown', isChanged: false, versions: {} }
      },
    })
  },
}
