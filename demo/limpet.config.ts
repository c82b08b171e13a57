// The demo's configuration: three servers on this machine, one cookie that keeps each client on one of them.
// A function of env, so that `npm start -- --origin-port` and `--no-persistence` can reach it.

import { defineConfig } from '../src/index.ts'

export default defineConfig((env) => {
  const firstPort = Number(env['LIMPET_DEMO_ORIGIN_PORT'] ?? 8081)
  const persistent = env['LIMPET_DEMO_PERSISTENCE'] !== 'off'
  return {
    backends: [
      {
        name: 'app',
        balance: 'roundrobin',
        ...(persistent ? { cookie: { name: 'SERVERID' } } : {}),
        check: { uri: '/health', inter: '1s', fall: 2, rise: 2 },
        servers: ['s1', 's2', 's3'].map((name, i) => ({ name, url: `http://127.0.0.1:${firstPort + i}` })),
      },
    ],
  }
})
