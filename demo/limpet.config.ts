// The demo's configuration: three servers on this machine, and what keeps each client on one of them.
// A function of env, so that `npm start -- --origin-port` and `--mode` can reach it.

import { defineConfig } from '../src/config-entry.ts'
import { BACKEND_OF, MODES } from './modes.ts'

export default defineConfig((env) => {
  const firstPort = Number(env['LIMPET_DEMO_ORIGIN_PORT'] ?? 8081)
  const mode = MODES.find((each) => each === env['LIMPET_DEMO_MODE']) ?? 'insert'
  return {
    backends: [
      {
        name: 'app',
        balance: 'roundrobin',
        ...BACKEND_OF[mode],
        check: { uri: '/health', inter: '1s', fall: 2, rise: 2 },
        servers: ['s1', 's2', 's3'].map((name, i) => ({ name, url: `http://127.0.0.1:${firstPort + i}` })),
      },
    ],
  }
})
