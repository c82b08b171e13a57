import { defineConfig } from 'limpet/config'

export default defineConfig({
  // Each host has a backend of its own.
  frontends: [
    { name: 'www', hosts: 'www.example.com', defaultBackend: 'app' },
    { name: 'shop', hosts: 'shop.example.com', defaultBackend: 'shop' },
  ],
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' }, // clients stay on their server
      check: { uri: '/health', inter: '10s' },
      servers: [
        { name: 's1', url: 'https://s1.example.com' },
        { name: 's2', url: 'https://s2.example.com' },
      ],
    },
    {
      name: 'shop',
      cookie: { name: 'SERVERID' },
      check: { uri: '/health', inter: '10s' },
      servers: [
        { name: 'shop1', url: 'https://shop1.example.com' },
        { name: 'shop2', url: 'https://shop2.example.com' },
      ],
    },
    {
      name: 'api', // limpet-ignore unused-backend: a route of src/index.ts leads here
      balance: 'hdr(x-api-key)', // each key has its server
      servers: [
        { name: 'a1', url: 'https://a1.example.com' },
        { name: 'a2', url: 'https://a2.example.com' },
      ],
    },
  ],
})
