import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { configOrThrow } from '../../config/validate.ts'
import { targetOf } from '../../http/target.ts'
import { createOwnNames } from './own-name.ts'

const config = configOrThrow(
  {
    frontends: [{ name: 'www', hosts: ['www.example.com', '*.shop.example'], defaultBackend: 'app' }],
    backends: [
      {
        name: 'app',
        servers: [
          { name: 'own', url: 'https://a.shop.example' },
          { name: 's1', url: 'https://s1.example.com' },
        ],
      },
    ],
  },
  'either',
)
const [own, s1] = config.backends[0]!.servers

let lines: string[] = []
beforeEach(() => {
  lines = []
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
})
afterEach(() => void vi.restoreAllMocks())

const asked = (host: 'client' | 'server', url: string, askedHost = new URL(url).host) => ({
  target: targetOf(new URL(url)),
  askedHost,
  host,
})

describe('a 522 of one of our own names', () => {
  it('is told once: the name, why, and what to do', () => {
    const names = createOwnNames(config)
    for (let i = 0; i < 3; i++) names.requested(own!, asked('server', 'https://www.example.com/'))
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      event: 'own-name-fetched',
      host: 'a.shop.example',
      problem: expect.stringMatching(/own Custom Domain.*separate name.*route.*global_fetch_strictly_public/),
    })
  })

  it("is the client's own with host: 'client', be it in the configuration or not", () => {
    const names = createOwnNames(config)
    names.requested(s1!, asked('client', 'https://elsewhere.example/'))
    names.requested(s1!, asked('client', 'https://b.shop.example/', 'www.example.com'))
    expect(lines.map((line) => (JSON.parse(line) as { host: string }).host)).toEqual([
      'elsewhere.example',
      'b.shop.example',
    ])
  })

  it('is what a check fetched, too', () => {
    createOwnNames(config).fetched('www.example.com')
    expect(lines).toHaveLength(1)
  })

  it('is not the name of a server alone, nor one that rules made', () => {
    const names = createOwnNames(config)
    names.requested(s1!, asked('server', 'https://www.example.com/'))
    names.requested(s1!, asked('client', 'https://s1.example.com/', 'www.example.com'))
    names.fetched('s1.example.com')
    expect(lines).toEqual([])
  })
})
