import { defineConfig } from 'limpet/config'

export default defineConfig({
  backends: [
    {
      name: 'app',
      // The application sets JSESSIONID, which comes back unchanged: the table knows the server that made it.
      stickTable: { type: 'string', size: '100k', expire: '1h' },
      stick: [{ storeResponse: 'res.cook(JSESSIONID)' }, { on: 'req.cook(JSESSIONID)' }],
      check: { uri: '/health', inter: '10s' },
      servers: [
        { name: 's1', url: 'https://s1.example.com' },
        { name: 's2', url: 'https://s2.example.com' },
      ],
    },
  ],
})
