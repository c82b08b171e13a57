// A configuration as JSON that may be shown: nothing in it opens a door, and a change of what is hidden still shows.

import { expect, it } from 'vitest'

import type { LimpetConfig } from './options/root.ts'
import { configOrThrow } from './validate.ts'
import { reviveVisible, visibleJson } from './visible.ts'

/** Everywhere that one may be written; SECRET is none of its other words. */
const withSecret = (secret: string): LimpetConfig => ({
  frontends: [
    {
      name: 'www',
      defaultBackend: 'app',
      rules: [
        {
          if: { hdr: { name: 'x-api-key', value: secret } },
          do: { setHeader: { name: 'X-Origin-Verify', value: secret } },
        },
        { if: { sample: 'req.hdr(authorization)', match: 'str', values: secret }, do: { deny: { status: 403 } } },
        { if: { sample: 'url_param(token)', values: secret }, do: { deny: { status: 403 } } },
        { do: { replaceHeader: { name: 'Authorization', match: '.*', with: secret } } },
        { do: { addHeader: { name: 'cf-access-client-secret', value: secret } } },
        { do: { setHeader: { name: 'X-Upstream', value: `Basic ${secret}` } } },
        { do: { setQuery: `token=${secret}` } },
        { if: { sample: 'req.cook(preview)', values: secret }, do: { deny: { status: 403 } } },
        {
          if: { not: { sample: `http_auth_bearer,jwt_verify(HS256,${secret})`, values: '1' } },
          do: { deny: { status: 403 } },
        },
        { do: { setHeader: { name: 'X-Mac', value: `%[path,hmac(sha256,'${btoa(secret)}'),hex]` } } },
        { if: { sample: `str(${secret}),secure_memcmp(txn.given)` }, do: { useBackend: 'app' } },
        { if: { sample: 'http_auth_pass', values: secret }, do: { useBackend: 'app' } },
        { if: { sample: 'http_auth_bearer', values: secret }, do: { useBackend: 'app' } },
        { if: { sample: 'var(txn.token)', values: secret }, do: { useBackend: 'app' } },
        { do: { setVar: { name: 'txn.token', text: secret } } },
        { do: { setVar: { name: 'txn.secret', value: `str(${secret})` } } },
        { do: { redirect: { location: '/', setCookie: `seen=${secret}` } } },
        { do: { return: { status: 200, headers: { 'Set-Cookie': `sid=${secret}` } } } },
      ],
    },
  ],
  backends: [
    {
      name: 'app',
      check: {
        uri: `/health?token=${secret}`,
        headers: { 'CF-Access-Client-Secret': secret, Cookie: `sid=${secret}` },
        body: secret,
        method: 'POST',
      },
      stats: { uri: '/stats', accounts: [{ name: 'bob', password: secret }] },
      servers: [{ name: 's1', url: 'https://s1.example.org' }],
    },
  ],
  alerts: [
    { webhook: `https://hooks.example.org/${secret}` },
    { mail: { from: 'limpet@example.org', to: 'ops@example.org', smtp: `smtps://me:${secret}@mail.example.org` } },
  ],
  maps: { tenants: { [secret]: 'ann' } },
  userlists: [{ name: 'staff', users: [{ name: 'ann', insecurePassword: secret }] }],
})
const resolved = (secret: string) => configOrThrow(withSecret(secret), 'either')

it('has none of its secrets', () => {
  expect(JSON.stringify(withSecret('hunter2-of-ann')).split('hunter2-of-ann')).toHaveLength(28)
  const visible = visibleJson(resolved('hunter2-of-ann'))
  expect(visible).not.toContain('hunter2')
  expect(visible).not.toContain(btoa('hunter2-of-ann'))
})

it('shows that a value in a header or map is another, and nothing of passwords, webhooks and mail relays', () => {
  const visible = (secret: string) => JSON.parse(visibleJson(resolved(secret))) as ReturnType<typeof resolved>
  const [one, other] = [visible('hunter2-of-ann'), visible('hunter3-of-ann')]
  expect(one.frontends[0]!.rules).not.toEqual(other.frontends[0]!.rules)
  expect(one.backends[0]!.servers[0]!.check).not.toEqual(other.backends[0]!.servers[0]!.check)
  expect(one.maps).not.toEqual(other.maps)
  expect(one.userlists).toEqual(other.userlists)
  expect(one.alerts).toEqual(other.alerts)
  expect(one.backends[0]!.stats).toEqual(other.backends[0]!.stats)
})

it('shows everything else as it is, and is a configuration again', () => {
  const config = configOrThrow(
    {
      frontends: [
        {
          name: 'www',
          defaultBackend: 'app',
          errors: { '503': { contentType: 'text/html' } },
          rules: [{ if: { hdr: { name: 'x-beta' } }, do: { setHeader: { name: 'X-Backend', value: 'app %[src]' } } }],
        },
      ],
      backends: [{ name: 'app', cookie: { name: 'KEY' }, servers: [{ name: 's1', url: 'https://s1.example.org' }] }],
      alerts: [{ webhook: 'https://hooks.example.org/x', events: ['down'] }],
    },
    'either',
  )
  const { alerts, ...rest } = reviveVisible(JSON.parse(visibleJson(config)) as object)
  expect({ ...rest, alerts: config.alerts }).toEqual(config)
  expect(alerts).toEqual([{ ...config.alerts[0]!, webhook: '(hidden)' }])
})

it("releases that were sent by a version in which no backend could follow another are the backend's own", () => {
  const server = { name: 's1', release: 'r1', url: 'https://s1.example.org' }
  const config = configOrThrow({ backends: [{ name: 'app', releases: { list: ['r1'] }, servers: [server] }] }, 'either')
  const sent = JSON.parse(visibleJson(config)) as { backends: { releases: { owner?: object } }[] }
  delete sent.backends[0]!.releases.owner
  expect(reviveVisible(sent).backends[0]!.releases!.owner.name).toBe('app')
})
