import { expect, it } from 'vitest'

import type { Target } from '../issue.ts'
import { told, toldOf } from './testing.ts'

const ACCOUNTS = [{ name: 'ann', password: 'x' }]
const RULES = [{ do: 'auth' }]
const RESPONSE = { sample: 'status', values: '200' }
const at = (level: string, option: string, text: string) => `${level}: backends[0].stats${option}: ${text}`

it.each<[object, Target, readonly string[]]>([
  [{}, 'cloudflare', []],
  [{ accounts: ACCOUNTS }, 'cloudflare', []],
  [{ rules: RULES }, 'cloudflare', []],
  [{ open: true }, 'serve', []],
  [
    { open: true },
    'cloudflare',
    [
      at(
        'warning',
        '.open',
        'only `limpet serve` shows this page without a password; on Cloudflare it needs accounts or LIMPET_ADMIN_TOKEN (found true)',
      ),
    ],
  ],
  [{ open: true, accounts: ACCOUNTS }, 'serve', [at('error', '.open', 'and accounts exclude each other (found true)')]],
  [{ open: true, rules: RULES }, 'serve', [at('error', '.open', 'and rules exclude each other')]],
  [{ accounts: ACCOUNTS, rules: RULES }, 'serve', [at('error', '.accounts', 'and rules exclude each other')]],
  [{ admin: true }, 'serve', []],
  [
    { admin: RESPONSE, rules: [{ if: RESPONSE, do: 'allow' }] },
    'serve',
    [
      at('error', '.rules[0].if.sample', 'is known in responseRules only (found "status")'),
      at('error', '.admin.sample', 'is known in responseRules only (found "status")'),
    ],
  ],
  [{ scope: ['app'] }, 'serve', []],
  [{ scope: 'ap' }, 'serve', [at('error', '.scope', 'no such frontend or backend; there are: app (found "ap")')]],
])('%j, %s', (stats, target, issues) => {
  expect(toldOf({ stats }, target)).toEqual(issues)
})

it('a frontend has a page, too, and either may be shown', () => {
  const frontends = [{ name: 'www', defaultBackend: 'app', stats: { scope: ['www', 'app', 'x'] } }]
  expect(told({ frontends })).toEqual([
    'error: frontends[0].stats.scope: no such frontend or backend; there are: www, app (found "x")',
  ])
})
