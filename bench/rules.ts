// Twenty rules as they stand in many files: who is refused, what servers and browsers are told, and what is redirected. A request of the
// bench meets those without a condition, and no other.

import type { LimpetConfig } from '../src/config/options/root.ts'
import { BACKEND } from './clients.ts'

type Frontend = NonNullable<LimpetConfig['frontends']>[number]

const path = (match: 'beg' | 'end' | 'str' | 'reg', ...values: readonly string[]) => ({
  sample: 'path',
  match,
  values: [...values],
})
const header = (name: string, value: string) => ({ do: { setHeader: { name, value } } })

export const TYPICAL_RULES: Pick<Frontend, 'rules' | 'responseRules'> = {
  rules: [
    { do: { setVar: { name: 'txn.host', value: 'req.hdr(host),lower' } } },
    { if: { sample: 'method', values: ['TRACE'] }, do: { deny: { status: 405 } } },
    { if: { sample: 'src', match: 'ip', values: ['192.0.2.0/24', '198.51.100.0/24'] }, do: { deny: { status: 403 } } },
    { if: { sample: 'req.hdr(user-agent)', match: 'sub', values: ['sqlmap', 'nikto'] }, do: { deny: { status: 403 } } },
    { if: path('beg', '/admin', '/internal'), do: { deny: { status: 403 } } },
    { if: path('end', '.php', '.asp', '.env'), do: { deny: { status: 404 } } },
    { if: path('reg', String.raw`\.(?:bak|old|swp)$`), do: { deny: { status: 404 } } },
    { if: path('str', '/old'), do: { redirect: { location: '/new', code: 301 } } },
    { if: path('beg', '/wiki/'), do: { redirect: { prefix: 'https://wiki.example.com' } } },
    {
      if: { sample: 'req.hdr(host)', match: 'beg', values: ['m.'] },
      do: { redirect: { prefix: 'https://www.example.com' } },
    },
    { if: { sample: 'url_param(debug)', match: 'found' }, do: { setHeader: { name: 'x-debug', value: '1' } } },
    { if: path('beg', '/api/v1/'), do: { replacePath: { match: '^/api/v1/(.*)', with: String.raw`/v1/\1` } } },
    header('x-real-ip', '%[src]'),
    header('x-request-start', '%[date]'),
    { do: { delHeader: 'proxy' } },
    { if: path('beg', '/static/'), do: { useBackend: BACKEND } },
    { if: { sample: 'req.hdr(host)', match: 'str', values: ['api.example.com'] }, do: { useBackend: BACKEND } },
  ],
  responseRules: [
    header('strict-transport-security', 'max-age=31536000'),
    header('x-content-type-options', 'nosniff'),
    { do: { delHeader: 'server' } },
  ],
}
