import { expect, it } from 'vitest'

import { validateConfig } from '../config/validate.ts'
import type { RequestLog } from './ports.ts'
import { createProxy } from './proxy.ts'
import { ARRIVAL, BARE_PARTS, portsThatLog } from './reception/testing.ts'

it('logs the path that the client asked for, whatever rules made of it', async () => {
  const { config } = validateConfig(
    {
      frontends: [
        {
          name: 'f',
          rules: [{ do: { setPath: '/inside%[path]' } }, { if: { path: '/inside/a' }, do: { deny: { status: 403 } } }],
          defaultBackend: 'b',
        },
      ],
      backends: [{ name: 'b', servers: [{ name: 's', url: 'https://s.example' }] }],
    },
    'serve',
  )
  const lines: RequestLog[] = []
  const proxy = createProxy(config!, new Map(), BARE_PARTS)
  const url = 'http://x/a?b=c'
  const response = await proxy.handle(new Request(url), new URL(url), ARRIVAL, portsThatLog(lines))
  expect(response.status).toBe(403)
  expect(lines).toMatchObject([{ path: '/a', status: 403, frontend: 'f', backend: null }])
})
