// The tables that the suite of stores uses.

import type { StickTableInput } from '../../src/config/stick.ts'

export const SUITE_TABLES = {
  minute: { type: 'string', size: 1000, expire: '1m' },
  forever: { type: 'string', size: 1000 },
  aged: { type: 'string', size: 1000, expire: '1m', maxlife: '150s' },
  three: { type: 'string', size: 3, expire: '1h' },
  closed: { type: 'string', size: 3, expire: '1h', nopurge: true },
  model: { type: 'string', size: 5, expire: '1m', maxlife: '5m' },
} as const satisfies Record<string, StickTableInput>
