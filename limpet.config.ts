// The balancer's configuration. Replace the example's servers by your own, then `npx limpet check`.
// Every option: docs/configuration.md.

import { defineConfig } from './src/config-entry.ts'

export default defineConfig({
  // The share of requests that is logged; `npx limpet check --for cloudflare --cost 10000000` says when lines begin to cost.
  logSampling: 1,
  backends: [
    {
      name: 'app',
      balance: 'roundrobin',
      cookie: { name: 'SERVERID' },
      check: { uri: '/', inter: '10s' },
      servers: [
        { name: 's1', url: 'https://s1.example.com' },
        { name: 's2', url: 'https://s2.example.com' },
      ],
    },
  ],
})
