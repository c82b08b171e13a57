import { defineConfig } from 'limpet/config'

export default defineConfig({
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' },
      servers: [
        { name: 's1', url: 'https://s1.example.com' },
        { name: 's2', url: 'https://s2.example.com' },
      ],
    },
  ],
})
