import { expect, it } from 'vitest'

import { validateConfig } from '../validate.ts'
import type { Target } from '../issue.ts'

function told(server: object, target: Target = 'serve', more: object = {}) {
  const servers = [
    { name: 's1', url: 'http://web.test', ...server },
    { name: 'web2', url: 'https://b.test' },
  ]
  const resolvers = [{ name: 'dns', nameservers: ['10.0.0.2'] }]
  const { issues } = validateConfig({ resolvers, backends: [{ name: 'app', servers, ...more }] }, target)
  return issues.map(({ level, path, code }) => `${level} ${path.replace(/^.*\]\./, '')} ${code}`)
}
const SRV = { url: 'http://_http._tcp.web.test' }

it.each<[string, object, Target, readonly string[]]>([
  ['resolvers', { resolvers: 'dns' }, 'serve', []],
  ['the system’s', { resolvers: 'default' }, 'serve', []],
  ['others', { resolvers: 'dsn' }, 'serve', ['error resolvers unknown-resolvers']],
  ['of an address', { url: 'http://10.0.0.1', resolvers: 'dns' }, 'serve', ['warning resolvers ignored-option']],
  ['an option without resolvers', { initAddr: 'none' }, 'serve', ['error initAddr option-needs-option']],
  ['a template', { template: 3, resolvers: 'dns' }, 'serve', []],
  ['a template with a number', { template: 3, resolvers: 'dns', id: 7 }, 'serve', ['error id options-exclude']],
  ['a template there', { template: 3, resolvers: 'dns' }, 'cloudflare', ['error template names-of-platform']],
  ['a template with the name of another', { name: 'web', template: 3 }, 'serve', ['error name duplicate-name']],
  ['SRV records', { ...SRV, resolvers: 'dns' }, 'serve', []],
  ['SRV records without resolvers', SRV, 'serve', ['error url option-needs-option']],
  ['SRV records there', { ...SRV, resolvers: 'dns' }, 'cloudflare', ['error url names-of-platform']],
  ['resolvers there', { resolvers: 'dns' }, 'cloudflare', ['warning resolvers ignored-option']],
])('%s', (_, server, target, issues) => {
  const own = told(server, target).filter((each) => !/placeholder|^\w+ (?:url )?(?:plain|local)/.test(each))
  expect(own).toEqual(issues)
})

it('rules may name a template’s servers', () => {
  const useServer = (server: string) => ({ useServer: [{ if: { pathBeg: '/' }, server }] })
  const template = { name: 'w', template: 2, resolvers: 'dns' }
  expect(told(template, 'serve', useServer('w2'))).toEqual([])
  expect(told(template, 'serve', useServer('w3'))).toHaveLength(1)
})
