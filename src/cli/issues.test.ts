// What `wrangler dev` lets pass and `wrangler deploy` refuses.

import { describe, expect, it } from 'vitest'

import { formatIssue } from '../config/issue.ts'
import { validateForDev, validateForOperator } from './issues.ts'

const written = (url: string, more: object = {}) => ({
  backends: [{ name: 'app', servers: [{ name: 's1', url }], ...more }],
})
const deployed = (config: object) => validateForOperator(config, 'cloudflare').issues.map(formatIssue)
const local = (config: object) => validateForDev(config).issues.map(formatIssue)

describe('a server on this machine', () => {
  it.each(['http://127.0.0.1:3000', 'http://[::1]:3000', 'http://localhost:3000', 'http://app.localhost'])(
    '%s is refused by a deploy, and a warning under wrangler dev',
    (url) => {
      expect(deployed(written(url))).toEqual([expect.stringMatching(/^error: backends\[0\]\.servers\[0\]\.url: /)])
      expect(local(written(url))).toEqual([
        expect.stringMatching(/^warning: backends\[0\]\.servers\[0\]\.url: wrangler deploy refuses this: /),
      ])
      expect(validateForDev(written(url)).config).toBeDefined()
    },
  )

  it('has none of that under limpet serve', () => {
    expect(validateForOperator(written('http://localhost:3000'), 'serve').issues).toEqual([])
  })
})

describe('what is wrong anywhere', () => {
  it('is an error under wrangler dev, too', () => {
    const config = written('http://127.0.0.1:3000', { retrys: 3 })
    expect(local(config)).toEqual([
      expect.stringMatching(/^error: backends\[0\]\.retrys: unknown key; did you mean 'retries'\?/),
      expect.stringMatching(/^warning: backends\[0\]\.servers\[0\]\.url: /),
    ])
    expect(validateForDev(config).config).toBeUndefined()
  })
})

describe("host: 'client'", () => {
  it('is judged for Cloudflare alone', () => {
    const config = written('https://s1.example.com:8443', { host: 'client' })
    expect(deployed(config)[0]).toMatch(/^error: .*requests go to the port that the client came to/)
    expect(local(config)).toEqual([
      expect.stringMatching(/^warning: backends\[0\]\.servers\[0\]\.url: wrangler deploy refuses this: /),
      expect.stringMatching(/^warning: backends\[0\]\.servers\[0\]\.url: /),
      expect.stringMatching(/^warning: backends\[0\]\.host: wrangler dev has no zone.*508/),
    ])
    expect(validateForOperator(config, 'serve').issues).toEqual([])
  })
})

it('a rule that makes a Host which no server would get on Cloudflare refuses the configuration there, and nowhere else', () => {
  const config = {
    frontends: [
      { name: 'f', defaultBackend: 'app', rules: [{ do: { setHeader: { name: 'Host', value: 'shop.example.com' } } }] },
    ],
    backends: [{ name: 'app', servers: [{ name: 's', url: 'https://s1.example.com' }] }],
  }
  const refused = validateForOperator(config, 'cloudflare')
  expect(refused.config).toBeUndefined()
  expect(refused.issues.map(formatIssue)).toEqual([expect.stringContaining('error: frontends[0].rules[0].do: ')])
  expect(validateForOperator(config, 'serve')).toMatchObject({ config: expect.anything() as unknown, issues: [] })
})
