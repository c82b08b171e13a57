import { defineConfig } from 'limpet/config'

export default defineConfig({
  backends: [
    {
      name: 'app',
      // Devices that keep no cookies, but send their name.
      stickTable: { type: 'string', size: '100k', expire: '1h', store: 'kv' },
      stick: [{ on: 'req.hdr(x-device)' }],
      check: { uri: '/health', inter: '10s' },
      servers: [
        { name: 's1', url: 'https://s1.example.com' },
        { name: 's2', url: 'https://s2.example.com' },
      ],
    },
  ],
})
