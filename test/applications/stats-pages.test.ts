// Statistics pages of a haproxy.cfg beside HAProxy's own: to whom they are shown, after which rules, and who may change servers.

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { exchange, spawnServe, startOrigins, temporaryDirectory, until } from '../e2e/harness.ts'
import type { Ask } from '../e2e/harness.ts'
import { freePort } from '../free-ports.ts'

const basic = (name: string, password: string) => ({ authorization: `Basic ${btoa(`${name}:${password}`)}` })

describe('a statistics page of a haproxy.cfg', () => {
  /** Sections on one port each; what they answer, in Limpet's and HAProxy's order of rules. */
  async function startPages(peer: 'haproxy' | 'limpet', sections: Readonly<Record<string, readonly string[]>>) {
    const [origin] = await startOrigins(1)
    const directory = temporaryDirectory()
    const ports = new Map<string, number>()
    for (const name of Object.keys(sections)) ports.set(name, await freePort())
    const file = join(directory, `${peer}.cfg`)
    writeFileSync(
      file,
      [
        'defaults',
        '  mode http',
        '  timeout connect 1s',
        '  timeout client 5s',
        '  timeout server 5s',
        ...Object.entries(sections).flatMap(([name, lines]) => [
          `frontend ${name}`,
          `  bind 127.0.0.1:${ports.get(name)}`,
          ...lines.map((line) => `  ${line}`),
          '  default_backend app',
        ]),
        'userlist people',
        '  user ann insecure-password secret',
        'backend app',
        '  stats uri /behind',
        '  http-request deny if { path_end /closed }',
        `  server s1 127.0.0.1:${origin!.port}`,
        '',
      ].join('\n'),
    )
    if (peer === 'limpet') {
      await spawnServe([file], { environment: { LIMPET_ADMIN_TOKEN: '' } }).listening(ports.size)
    } else {
      const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' })
      onTestFinished(() => void child.kill('SIGKILL'))
      await until(() => ask('www', '/').then(Boolean, () => false))
    }
    return ask

    async function ask(name: string, path: string, asked: Ask = {}): Promise<string> {
      const { status, headers, body } = await exchange(`http://127.0.0.1:${ports.get(name)}${path}`, asked)
      if (headers['location'] !== undefined) return `${status} to ${headers['location']}`
      if (status !== 200) return `${status} ${headers['www-authenticate'] ?? ''}`.trim()
      if (body.startsWith('# pxname'))
        return `csv of ${body
          .split('\n')
          .slice(1)
          .map((line) => line.split(',')[0])
          .join(' ')
          .trim()}`
      if (/<html/i.test(body)) return body.includes('type="checkbox"') ? 'page with boxes' : 'page'
      return 'application'
    }
  }

  it('is answered after the rules of its section, to whom and as its lines say, as HAProxy does', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const sections = {
      www: ['stats uri /stats', 'http-request deny if { path_beg /stats } !{ src 10.0.0.0/8 }'],
      open: ['stats uri /stats', 'redirect location /there if { path_beg /stats /go }', 'use_backend app if TRUE'],
      away: ['stats uri /stats', 'http-request redirect location /there if { path_beg /stats }'],
      moved: ['stats uri /stats', 'http-request set-path /other if { path_beg /stats }'],
      behind: ['http-request set-header x-a b'],
      admin: [
        'acl far src 10.0.0.0/8',
        'stats uri /stats',
        'stats admin if far',
        'stats admin unless LOCALHOST',
        'stats admin if { path_end ;op }',
        'stats scope app',
        'stats hide-version',
      ],
      guarded: [
        'stats uri /stats',
        'stats http-request deny if { hdr(x-who) stranger }',
        'stats http-request allow if { path_end ;csv }',
        'stats http-request auth realm Ops if { hdr(x-who) guest } !{ http_auth(people) }',
      ],
      all: ['stats uri /stats', 'stats scope .', 'stats admin if TRUE'],
    }
    const asked: (readonly [keyof typeof sections, string, Ask?])[] = [
      ['www', '/stats'],
      ['www', '/stats;csv'],
      ['www', '/stats?x=/y'],
      ['www', '/other'],
      ['open', '/stats'],
      ['open', '/go'],
      ['open', '/stats', { method: 'DELETE' }],
      ['away', '/stats'],
      ['moved', '/stats'],
      ['behind', '/behind'],
      ['behind', '/behind/closed'],
      ['admin', '/stats'],
      ['admin', '/stats;op'],
      ['admin', '/stats;csv'],
      ['admin', '/stats', { method: 'POST', headers: form, body: 's=s1&action=drain&b=app' }],
      ['all', '/stats', { method: 'POST', headers: form, body: 's=s1&action=ready&b=app' }],
      ['all', '/stats;csv'],
      ['guarded', '/stats'],
      ['guarded', '/stats;csv', { headers: { 'x-who': 'stranger' } }],
      ['guarded', '/stats;csv', { headers: { 'x-who': 'guest' } }],
      ['guarded', '/stats', { headers: { 'x-who': 'guest' } }],
      ['guarded', '/stats', { headers: { 'x-who': 'guest', ...basic('ann', 'secret') } }],
      ['guarded', '/stats', { headers: { 'x-who': 'guest', ...basic('ann', 'wrong') } }],
    ]
    const answers = async (peer: 'haproxy' | 'limpet') => {
      const ask = await startPages(peer, sections)
      const seen: string[] = []
      for (const [name, path, how] of asked) seen.push(`${name} ${path}: ${await ask(name, path, how)}`)
      return seen
    }
    const [theirs, ours] = [await answers('haproxy'), await answers('limpet')]
    expect(ours).toEqual(theirs)
    expect(theirs).toContain('www /stats: 403')
    expect(theirs).toContain('open /stats: page')
  })
})
