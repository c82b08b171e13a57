// The tests of one room, as test/mutate/run.ts names it in ROOM.

import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

import { ROOMS } from './rooms.ts'

const { tests, replays = [] } = ROOMS[process.env.ROOM!]!

/** How long each file took when nothing was mutated. Later runs end with the first failure. */
const durations = new Map<string, number>()

/** Most mutants are killed by the first test that reaches them: what is quick comes first. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => this.#durationOf(a) - this.#durationOf(b))
  }

  #durationOf(file: TestSpecification): number {
    const known = durations.get(file.moduleId) ?? this.ctx.cache.getTestSpecificationResult(file)?.duration
    if (known !== undefined) durations.set(file.moduleId, known)
    return known ?? 0
  }
}

export default defineConfig({
  // In Stryker's copy, so that nothing is known of earlier runs.
  cacheDir: '.vitest-cache',
  test: {
    include: [...tests, ...(replays.length > 0 ? ['test/replay/**/*.test.ts'] : [])],
    // A mutant has a worker of its own, in which all of its tests run: what a module remembers goes with the worker.
    isolate: false,
    sequence: { sequencer: QuickFirst },
    provide: { replayed: replays },
  },
})
