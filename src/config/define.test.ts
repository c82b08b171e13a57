// What TypeScript says while a limpet.config.ts is written: `npm run types` is the test.

import { expect, it } from 'vitest'

import { defineConfig } from './define.ts'
import { validateConfig } from './validate.ts'

const servers = [{ name: 's1', url: 'https://s1.example.com' }]

it('takes every form of balance and duration, and constants', () => {
  const timeouts = { connect: '1.5s', server: 500 } as const
  const shared = { check: { inter: '2s' }, retryOn: ['conn-failure', 503], timeouts } as const
  for (const balance of ['random(3)', 'uri depth 2', 'hdr(x-user)', 'hash req.cook(user)', 'url_param u'] as const) {
    const config = defineConfig({ backends: [{ name: 'app', servers, balance, ...shared }] })
    expect(validateConfig(config, 'serve').issues).toEqual([])
  }
})

it('marks what validation refuses', () => {
  const config = defineConfig({
    backends: [
      {
        name: 'app',
        // @ts-expect-error -- no such algorithm
        balance: 'rundrobin',
        // @ts-expect-error -- no unit
        check: { inter: '30' },
        // @ts-expect-error -- no such reason
        retryOn: ['conection-failure'],
        // @ts-expect-error -- no such unit
        servers: [{ ...servers[0]!, slowstart: '30x' }],
      },
    ],
  })
  const paths = validateConfig(config, 'serve').issues.map(({ path }) => path)
  expect(paths.toSorted()).toEqual([
    'backends[0].balance',
    'backends[0].check.inter',
    'backends[0].retryOn[0]',
    'backends[0].servers[0].slowstart',
  ])
})
