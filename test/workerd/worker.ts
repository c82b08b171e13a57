// The balancer as the suites in this folder see it; its origins are made by whoever replaces globalThis.fetch.

import { createLimpet } from '../../src/cloudflare/limpet.ts'

const limpet = createLimpet({
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID', maxidle: '30m' },
      check: { uri: '/health', inter: '1s', rise: 2, fall: 2, timeout: '200ms' },
      servers: [
        { name: 's1', url: 'https://s1.example' },
        { name: 's2', url: 'https://s2.example' },
        { name: 's3', url: 'https://s3.example', state: 'maint' },
      ],
    },
  ],
})

export default limpet.worker
export const Monitor = limpet.Monitor
export const StickTable = limpet.StickTable
export const Isolate = limpet.Isolate
