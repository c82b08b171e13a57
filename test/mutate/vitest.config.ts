// The tests of one room, as test/mutate/run.ts names it in ROOM.

import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

import { ROOMS } from './rooms.ts'

const { tests, replays = [] } = ROOMS[process.env.ROOM!]!

/** What is quick first: most mutants do not reach the replay. */
class ReplayLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => Number(isReplay(a)) - Number(isReplay(b)))
  }
}

const isReplay = ({ moduleId }: TestSpecification) => moduleId.includes('/test/replay/')

export default defineConfig({
  test: {
    include: [...tests, ...(replays.length > 0 ? ['test/replay/**/*.test.ts'] : [])],
    // A mutant has a worker of its own, in which all of its tests run: what a module remembers goes with the worker.
    isolate: false,
    sequence: { sequencer: ReplayLast },
    provide: { replayed: replays },
  },
})
