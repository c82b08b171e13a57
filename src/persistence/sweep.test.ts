import { expect, it } from 'vitest'

import { sweepAfterMs } from './sweep.ts'

it.each([
  [{ expireMs: 60_000, maxlifeMs: null }, 15_000],
  [{ expireMs: 60_000, maxlifeMs: 600_000 }, 15_000],
  [{ expireMs: null, maxlifeMs: 600_000 }, 150_000],
  [{ expireMs: 2_000, maxlifeMs: null }, 1_000],
  [{ expireMs: 86_400_000, maxlifeMs: null }, 3_600_000],
  [{ expireMs: null, maxlifeMs: null }, undefined],
])('what ends by %j is swept after %s ms', (limits, afterMs) => {
  expect(sweepAfterMs(limits)).toBe(afterMs)
})
