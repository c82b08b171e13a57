import { expect, it } from 'vitest'

import type { Target } from '../issue.ts'
import { told } from './testing.ts'

const MAIL = { from: 'a@example.com', to: 'b@example.com', smtp: 'smtp://mail.example.com' }
const { smtp: _, ...NO_SERVER } = MAIL
const WEBHOOK = 'https://hooks.example.com'

it.each<[object, Target, readonly string[]]>([
  [{ mail: MAIL }, 'serve', []],
  [{ webhook: WEBHOOK, format: 'json', backends: 'app' }, 'serve', []],
  [{}, 'serve', ['error: alerts[0]: needs either webhook or mail; for both, write two recipients']],
  [
    { mail: MAIL, webhook: WEBHOOK },
    'serve',
    ['error: alerts[0]: needs either webhook or mail; for both, write two recipients'],
  ],
  [{ mail: MAIL, format: 'json' }, 'serve', ['error: alerts[0].format: is the format of a webhook (found "json")']],
  [{ mail: { ...MAIL, to: [] } }, 'serve', ['error: alerts[0].mail.to: names no recipient']],
  [{ mail: NO_SERVER }, 'cloudflare', []],
  [
    { mail: NO_SERVER },
    'serve',
    ["error: alerts[0].mail.smtp: is needed here: a mail server such as 'smtp://mail.example.com:587'"],
  ],
  [
    { webhook: WEBHOOK, backends: ['app', 'api'] },
    'serve',
    ['error: alerts[0].backends: there is no such backend (found "api")'],
  ],
])('%j, %s', (alert, target, issues) => {
  expect(told({ alerts: [alert] }, target)).toEqual(issues)
})
