import { expect, it } from 'vitest'

import { ARRIVAL, holdBalancer } from './testing.ts'

it('logs the path that the client asked for, whatever rules made of it', async () => {
  const { handle, lines } = await holdBalancer({
    frontends: [
      {
        name: 'f',
        rules: [{ do: { setPath: '/inside%[path]' } }, { if: { path: '/inside/a' }, do: { deny: { status: 403 } } }],
        defaultBackend: 'b',
      },
    ],
    backends: [{ name: 'b', servers: [{ name: 's', url: 'https://s.example' }] }],
  })
  const response = await handle(new Request('http://x/a?b=c'), ARRIVAL)
  expect(response.status).toBe(403)
  expect(lines).toMatchObject([{ path: '/a', status: 403, frontend: 'f', backend: null }])
})
