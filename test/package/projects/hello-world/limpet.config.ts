import { defineConfig } from 'limpet/config'

export default defineConfig({
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' },
      rules: [{ if: { pathBeg: '/teapot' }, do: { return: { status: 418, body: 'short and stout' } } }],
      servers: [
        { name: 's1', url: 'https://s1.example.com' },
        { name: 's2', url: 'https://s2.example.com' },
      ],
    },
  ],
})
