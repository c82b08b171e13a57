// A configuration with two releases, for the Monitor of this folder's Worker and for isolates that tests make.

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { SERVERS } from './servers.ts'

export const RELEASES: LimpetConfig = {
  counters: false,
  log: 'off',
  alerts: [{ webhook: 'https://hooks.example/x', events: ['release'], group: 0 }],
  backends: [
    {
      name: 'app',
      releases: { list: ['r1', 'r2'], current: 'r1', kept: '1h' },
      servers: [
        { name: 's1', release: 'r1', url: SERVERS.s1 },
        { name: 's2', release: 'r2', url: SERVERS.s2 },
      ],
    },
  ],
}
