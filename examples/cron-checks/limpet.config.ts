import { defineConfig } from 'limpet/config'

export default defineConfig({
  // With no interval below a minute the cron trigger starts the checks. No alarm is set, and nothing is counted.
  counters: false,
  snapshotRefresh: '60s',
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' },
      check: { uri: '/health', inter: '1m', fall: 3, rise: 2 },
      servers: [
        { name: 's1', url: 'https://s1.example.com' },
        { name: 's2', url: 'https://s2.example.com' },
      ],
    },
  ],
})
