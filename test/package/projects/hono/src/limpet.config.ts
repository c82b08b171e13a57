import { defineConfig } from 'limpet/config'

export default defineConfig<{ S1_URL: string; S2_URL: string }>((env) => ({
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' },
      servers: [
        { name: 's1', url: env.S1_URL },
        { name: 's2', url: env.S2_URL },
      ],
    },
  ],
}))
