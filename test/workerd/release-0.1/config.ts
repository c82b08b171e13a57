// A configuration of this release, and when its storage was recorded: what the objects beside this file were built for.

import type { LimpetConfig } from '../../../src/config/options/root.ts'

export const RECORDED_MS = Date.UTC(2026, 10, 25, 12, 0, 0)

export const CONFIG = {
  frontends: [{ name: 'main', defaultBackend: 'app' }],
  alerts: [
    // Everything of the quiet hours waits.
    { webhook: 'https://a.example/hook', quiet: '00:00-23:59', events: ['maint', 'drain', 'down', 'empty'] },
    { webhook: 'https://b.example/hook', quiet: '00:00-23:59', events: ['maint'], backends: 'app' },
    {
      mail: { from: 'limpet@example.com', to: ['ops@example.com'], smtp: 'smtp://mail.example.com:25' },
      quiet: '00:00-23:59',
      events: ['drain'],
      summary: '08:00',
    },
  ],
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' },
      stickTable: { type: 'string', size: 1000, expire: '1h' },
      stick: [{ on: 'req.cook(sid)' }],
      check: { inter: '2s' },
      servers: [
        { name: 's1', url: 'https://s1.example', observe: 'layer7', onError: 'mark-down', maxconn: 10 },
        { name: 's2', url: 'https://s2.example' },
        { name: 's3', url: 'https://s3.example' },
      ],
    },
    { name: 'api', servers: [{ name: 'x1', url: 'https://x1.example' }] },
  ],
} as const satisfies LimpetConfig
