// No file leaves anything running: objects with alarms would go on behind its end.

import { reset } from 'cloudflare:test'
import { afterAll, afterEach, vi } from 'vitest'

afterEach(() => vi.restoreAllMocks())
afterAll(() => reset())
