// The tables that the suite of stores uses.

import type { StickTableInput } from '../../src/config/options/stick.ts'

export const SUITE_TABLES = {
  minute: { type: 'string', size: 1000, expire: '1m' },
  forever: { type: 'string', size: 1000 },
  aged: { type: 'string', size: 1000, expire: '1m', maxlife: '150s' },
  three: { type: 'string', size: 3, expire: '1h' },
  closed: { type: 'string', size: 3, expire: '1h', nopurge: true },
  closedAsHaproxy: {
    type: 'string',
    size: 3,
    expire: '1h',
    nopurge: true,
    issuedDisplaces: false,
    sourceShare: 1,
  },
  shared: { type: 'string', size: 32, expire: '1h' },
  sharedAsHaproxy: { type: 'string', size: 32, expire: '1h', issuedDisplaces: false, sourceShare: 1 },
  sharedClosed: { type: 'string', size: 32, expire: '1h', nopurge: true },
  modelShared: { type: 'string', size: 12, expire: '1m', maxlife: '5m' },
  modelClosed: { type: 'string', size: 12, expire: '1m', maxlife: '5m', nopurge: true },
  model: { type: 'string', size: 5, expire: '1m', maxlife: '5m' },
} as const satisfies Record<string, StickTableInput>
