// Conditions and actions in words.

import { expect, it } from 'vitest'

import { resolveAction } from '../config/rules/resolve-action.ts'
import type { ActionInput } from '../config/rules/action.ts'
import { resolveCondition } from '../config/rules/condition.ts'
import type { ConditionInput } from '../config/rules/condition.ts'
import { actionText } from './action-words.ts'
import { conditionText } from './condition-words.ts'

it.each<[ConditionInput, string]>([
  [
    { all: [{ path: '/' }, { any: [{ method: 'get' }, { scheme: 'http' }] }] },
    'path is / and (method is GET or scheme is http)',
  ],
  [{ not: { host: ['A.example.com', 'b.example.com'] } }, 'not (host is a.example.com or b.example.com)'],
  [{ pathEnd: ['.a', '.b', '.c', '.d', '.e', '.f', '.g'] }, 'path ends with .a, .b, .c, .d, .e or 2 more'],
  [{ src: '10.0.0.0/8' }, 'client address is in 10.0.0.0/8'],
  [{ hdr: { name: 'X-A' } }, 'header x-a is there'],
  [{ hdr: { name: 'X-A', value: '' } }, "header x-a is ''"],
  [{ sample: 'ssl_fc' }, 'ssl_fc is true'],
  [{ sample: 'req.cook(a)' }, 'req.cook(a) is there'],
  [
    { sample: 'req.hdr(x-a,-1),field(2,;),lower', match: 'reg', values: '^a' },
    'req.hdr(x-a,-1),field(2,;),lower matches ^a',
  ],
  [{ sample: 'nbsrv(app)', values: 'lt 2' }, 'nbsrv(app) is lt 2'],
  [{ all: [] }, 'always'],
  [{ any: [] }, 'never'],
])('%j', (written, text) => {
  expect(conditionText(resolveCondition(written)!)).toBe(text)
})

it.each<[ActionInput, string]>([
  [{ useBackend: 'b%[req.hdr(x-n)]' }, 'send to backend b%[req.hdr(x-n)]'],
  [{ deny: { status: 429 } }, 'deny with 429'],
  [{ auth: { realm: 'Staff' } }, 'ask for a name and password (realm Staff)'],
  [{ return: { status: 200, body: 'ok' } }, 'answer 200'],
  [{ redirectScheme: { scheme: 'https', code: 301 } }, 'redirect to https with 301'],
  [{ redirect: { location: '/in', code: 303 } }, 'redirect to /in with 303'],
  [{ redirect: { prefix: '/new' } }, 'redirect to the same path below /new with 302'],
  [{ redirect: {} }, 'redirect to the same path below / with 302'],
  [{ addHeader: { name: 'X-A', value: '%[src]' } }, 'add header x-a: %[src]'],
  [{ replaceHeader: { name: 'cookie', match: 'a', with: 'b' } }, 'in header cookie replace a with b'],
  [{ setQuery: 'a=1' }, 'set the query to a=1'],
  [{ replacePath: { match: '^/a', with: '/b' } }, 'in the path replace ^/a with /b'],
  [{ replacePathq: { match: '^/a', with: '/b' } }, 'in path and query replace ^/a with /b'],
  [{ disableL7Retry: true }, 'retry only after a failed connection'],
])('%j', (written, text) => {
  expect(actionText(resolveAction(written, 'limpet'))).toBe(text)
})
