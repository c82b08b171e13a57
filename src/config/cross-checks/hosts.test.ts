import { describe, expect, it } from 'vitest'

import { checkCheckHosts, checkHostRules } from './hosts.ts'
import { formatIssue } from '../issue.ts'
import type { Target } from '../issue.ts'
import { collectIssues } from './report.ts'
import type { LimpetConfig } from '../options/root.ts'

const HOST = { setHeader: { name: 'Host', value: 'shop.example.com' } }

function found(written: object, target: Target): string[] {
  const { issues, report } = collectIssues()
  checkHostRules(written as LimpetConfig, target, report)
  checkCheckHosts(written as LimpetConfig, target, report)
  return issues.map(formatIssue)
}

function issuesOf(
  action: object,
  backend: object = {},
  frontend: object = {},
  target: 'serve' | 'cloudflare' = 'cloudflare',
) {
  const written = {
    frontends: [{ name: 'f', defaultBackend: 'app', rules: [{ do: action }], ...frontend }],
    backends: [
      { name: 'app', servers: [{ name: 's', url: 'https://s1.example.com' }], ...backend },
      { name: 'other', servers: [{ name: 's', url: 'https://s2.example.com' }] },
    ],
  }
  return found(written, target)
}

describe('a rule that changes the Host', () => {
  it('is refused for Cloudflare where servers get their own names, and says what to do', () => {
    const [issue, ...more] = issuesOf(HOST)
    expect(more).toEqual([])
    expect(issue).toContain('error: frontends[0].rules[0].do: ')
    expect(issue).toContain("the servers of 'app' get their own names as Host")
    expect(issue).toContain("host: 'client'")
    expect(issuesOf(HOST, {}, {}, 'serve')).toEqual([])
  })

  it('is refused in a backend, too', () => {
    expect(issuesOf({ delHeader: 'x' }, { rules: [{ do: HOST }] })[0]).toContain('error: backends[0].rules[0].do: ')
  })

  it("goes through with host: 'client' and a name that the configuration has", () => {
    expect(issuesOf(HOST, { host: 'client' }, { hosts: ['www.example.com', 'Shop.example.com'] })).toEqual([])
    expect(issuesOf(HOST, { host: 'client' }, { hosts: '*.example.com' })).toEqual([])
    expect(issuesOf({ setHeader: { name: 'host', value: 's1.example.com' } }, { host: 'client' })).toEqual([])
  })

  it.each([
    HOST,
    { setHeader: { name: 'host', value: '%[req.hdr(x-host)]' } },
    { addHeader: { name: 'HOST', value: 's1.example.com' } },
    { replaceHeader: { name: 'host', match: 'www', with: 's1' } },
    { delHeader: 'host' },
  ])('is refused when it may name a host of others: %o', (action) => {
    expect(issuesOf(action, { host: 'client' })[0]).toContain('would go to somebody else')
  })

  it('is judged by the backends that its frontend leads to', () => {
    const rules = [{ do: { useBackend: 'other' } }, { do: HOST }]
    expect(issuesOf(HOST, { host: 'client' }, { hosts: 'shop.example.com', rules })[0]).toContain("servers of 'other'")
  })
})

describe('the host of a check', () => {
  const NAMED = { check: { host: 'www.example.com' } }
  const differs = (issues: string[]) => issues.filter((issue) => issue.includes('differs on Cloudflare'))

  it('is warned of where fetch cannot ask for it', () => {
    expect(differs(issuesOf({ delHeader: 'x' }, NAMED))).toEqual([
      expect.stringContaining('warning: backends[0].check.host: differs on Cloudflare'),
    ])
    const steps = { check: { steps: [{ uri: '/a' }, { uri: '/b', host: 'www.example.com' }] } }
    expect(differs(issuesOf({ delHeader: 'x' }, steps))[0]).toContain('backends[0].check.steps[1].host: ')
  })

  it('is not where it can, where a socket is asked for, or under serve', () => {
    const hosts = { hosts: 'www.example.com' }
    expect(differs(issuesOf({ delHeader: 'x' }, { ...NAMED, host: 'client' }, hosts))).toEqual([])
    expect(differs(issuesOf({ delHeader: 'x' }, { check: { ...NAMED.check, by: 'socket' } }))).toEqual([])
    expect(differs(issuesOf({ delHeader: 'x' }, { check: { host: 'S1.example.com' } }))).toEqual([])
    expect(differs(issuesOf({ delHeader: 'x' }, NAMED, {}, 'serve'))).toEqual([])
  })
})
