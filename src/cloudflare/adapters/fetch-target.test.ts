import { describe, expect, it } from 'vitest'

import { validateConfig } from '../../config/validate.ts'
import { createFetchTarget } from './fetch-target.ts'

function targetOf(host: 'client' | 'server', url: string, askedHost?: string) {
  const { config } = validateConfig(
    {
      frontends: [{ name: 'f', hosts: ['www.example.com', '*.shop.example'], defaultBackend: 'b' }],
      backends: [{ name: 'b', host, servers: [{ name: 's', url: 'https://s1.example.com:8443' }] }],
    },
    'either',
  )
  const server = config!.backends[0]!.servers[0]!
  const target = createFetchTarget(config!)(server, { url: new URL(url), askedHost, host })
  return [String(target.url), target.resolveOverride]
}

describe('on Cloudflare', () => {
  it('a server that gets its own name gets it whatever rules made of the Host', () => {
    expect(targetOf('server', 'https://evil.example/p?q', 'www.example.com')).toEqual([
      'https://s1.example.com:8443/p?q',
      undefined,
    ])
  })

  it("a server that gets the client's gets what rules made of it, of names that the configuration has", () => {
    expect(targetOf('client', 'https://www.example.com/p')).toEqual(['https://www.example.com/p', 's1.example.com'])
    for (const name of ['s1.example.com', 'a.shop.example']) {
      expect(targetOf('client', `https://${name}/p`, 'www.example.com')).toEqual([
        `https://${name}/p`,
        's1.example.com',
      ])
    }
  })

  it('no rule sends a request to a name of others', () => {
    expect(targetOf('client', 'https://evil.example:81/p?q', 'www.example.com')).toEqual([
      'https://www.example.com/p?q',
      's1.example.com',
    ])
  })
})
