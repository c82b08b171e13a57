import { describe, expect, it } from 'vitest'

import { checkClientHosts } from './client-host.ts'
import { formatIssue } from '../issue.ts'
import { collectIssues } from './report.ts'
import type { LimpetConfig } from '../options/root.ts'

function told(url: string, frontend: object = { scheme: 'https' }, backend: object = { host: 'client' }) {
  const { issues, report } = collectIssues()
  const frontends = [{ name: 'www', hosts: 'app.example.com', defaultBackend: 'app', ...frontend }]
  const backends = [{ name: 'app', servers: [{ name: 's1', url }], ...backend }]
  checkClientHosts({ frontends, backends } as LimpetConfig, report)
  return issues.map(formatIssue)
}

describe("host: 'client' on Cloudflare", () => {
  it('takes a server in the zone, by the scheme of the frontend', () => {
    expect(told('https://s1.example.com')).toEqual([])
    expect(told('https://s1.example.com', { redirectScheme: 'https' })).toEqual([])
    expect(told('https://s1.example.com', { redirectScheme: { scheme: 'https', code: 301 } })).toEqual([])
    expect(told('http://s1.example.com', { scheme: 'http' })).toEqual([])
    expect(told('https://s1.example.com', { scheme: 'https', hosts: ['*.example.com', 'Example.com'] })).toEqual([])
  })

  it('refuses a port, which the client has chosen', () => {
    const [issue, ...more] = told('https://s1.example.com:8443')
    expect(more).toEqual([])
    expect(issue).toContain("error: backends[0].servers[0].url: with host: 'client' requests go to the port")
    expect(issue).toContain("write host: 'server' in the backend")
    expect(told('https://s1.example.com:443')).toEqual([])
  })

  it('refuses another scheme than that of its frontend, and warns where clients come by either', () => {
    expect(told('http://s1.example.com')).toEqual([expect.stringMatching(/^error: .*write https:\/\/ here/)])
    expect(told('http://s1.example.com', { redirectScheme: 'https' })).toHaveLength(1)
    expect(told('https://s1.example.com', {})).toEqual([expect.stringMatching(/^warning: .*redirectScheme: 'https'/)])
    expect(told('https://s1.example.com', { defaultBackend: 'other' })).toEqual([expect.stringMatching(/^warning: /)])
  })

  it('refuses a name that is surely in another zone than one of its frontends', () => {
    expect(told('https://s1.example.net')).toEqual([
      expect.stringMatching(/^error: .*is not in the zone of 'app.example.com'.*found "https:\/\/s1.example.net"/),
    ])
    expect(told('https://s1.example.com', { scheme: 'https', hosts: ['a.example.com', 'b.example.org'] })).toHaveLength(
      1,
    )
    // Whether co.uk is a zone is not known here.
    expect(told('https://s1.other.co.uk', { scheme: 'https', hosts: ['app.example.co.uk'] })).toEqual([])
    expect(told('https://s1.example.net', { scheme: 'https', hosts: [] })).toEqual([])
  })

  it("says nothing of host: 'server'", () => {
    expect(told('http://s1.example.net:81', {}, {})).toEqual([])
  })
})
