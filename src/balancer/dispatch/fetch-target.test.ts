import { describe, expect, it } from 'vitest'

import { validateConfig } from '../../config/validate.ts'
import { targetOf } from '../../http/target.ts'
import { createFetchTarget } from './fetch-target.ts'

function fetched(host: 'client' | 'server', url: string, asked?: string) {
  const target = targetOf(new URL(url))
  const askedHost = asked ?? target.host
  const { config } = validateConfig(
    {
      frontends: [{ name: 'f', hosts: ['www.example.com', '*.shop.example'], defaultBackend: 'b' }],
      backends: [{ name: 'b', host, servers: [{ name: 's', url: 'https://s1.example.com:8443' }] }],
    },
    'either',
  )
  const server = config!.backends[0]!.servers[0]!
  const made = createFetchTarget(config!)(server, { target, askedHost, host })
  return [String(made.url), made.resolveOverride]
}

describe('on Cloudflare', () => {
  it('a server that gets its own name gets it whatever rules made of the Host', () => {
    expect(fetched('server', 'https://evil.example/p?q', 'www.example.com')).toEqual([
      'https://s1.example.com:8443/p?q',
      undefined,
    ])
  })

  it("a server that gets the client's gets what rules made of it, of names that the configuration has", () => {
    expect(fetched('client', 'https://www.example.com/p')).toEqual(['https://www.example.com/p', 's1.example.com'])
    for (const name of ['s1.example.com', 'a.shop.example']) {
      expect(fetched('client', `https://${name}/p`, 'www.example.com')).toEqual([`https://${name}/p`, 's1.example.com'])
    }
  })

  it('no rule sends a request to a name of others', () => {
    expect(fetched('client', 'https://evil.example:81/p?q', 'www.example.com')).toEqual([
      'https://www.example.com/p?q',
      's1.example.com',
    ])
  })
})
