// What rules do to a request and to a response, and what they answer themselves.

import { describe, expect, it } from 'vitest'

import type { ActionInput } from '../config/rules/action.ts'
import { resolveResponseRules, resolveRule } from '../config/rules/rule.ts'
import type { ResponseRuleInput, RuleInput } from '../config/rules/rule.ts'
import { fieldsOf } from '../http/fields.ts'
import type { Ended } from './ended.ts'
import { reply } from './replies.ts'
import { resolveErrors } from '../config/rules/reply.ts'
import { createRefusals, createResponseRules, createRules } from './rules.ts'
import type { Suspended } from './rules.ts'
import { BARE_VIEW, transactionOf, TOOLS } from './testing.ts'
import { createErrorReplies } from './worded-replies.ts'

const URL = 'http://www.example.com/a/b?x=1'

function after(
  actions: readonly ActionInput[],
  url = URL,
  headers: Record<string, string> = { 'x-a': '1', 'x-b': 'b' },
) {
  const transaction = transactionOf({ url, headers })
  const rules = actions.map((action) => resolveRule({ do: action } as RuleInput, 'limpet'))
  return { transaction, ended: createRules(rules, TOOLS)(transaction, BARE_VIEW) as Ended | undefined }
}

const responseOf = (ended: Ended | Suspended | undefined): Response => (ended as { response: Response }).response

describe('a rule that changes a request', () => {
  it.each([
    [{ setHeader: { name: 'X-A', value: '2' } }, '2'],
    [{ addHeader: { name: 'X-A', value: '2' } }, '1, 2'],
    [{ delHeader: 'X-A' }, null],
    [{ replaceHeader: { name: 'X-A', match: '^(\\d)$', with: '<\\1>' } }, '<1>'],
    [{ replaceHeader: { name: 'X-A', match: '^2$', with: 'no' } }, '1'],
    [{ replaceHeader: { name: 'X-A', match: '(1)|(2)', with: '\\1\\2\\x41\\-' } }, '1A-'],
    [{ replaceHeader: { name: 'X-C', match: '.*', with: 'no' } }, '1'],
    [{ delHeader: { name: 'X-A', match: 'str' } }, null],
    [{ delHeader: { name: 'X-A', match: 'beg' } }, null],
    [{ delHeader: { name: '-a', match: 'end' } }, null],
    [{ delHeader: { name: '-A', match: 'sub' } }, null],
    [{ delHeader: { name: '^x-[ac]$', match: 'reg' } }, null],
    [{ delHeader: { name: '^X-[AC]$', match: 'reg' } }, '1'],
    [{ delHeader: { name: 'a', match: 'beg' } }, '1'],
  ] as [ActionInput, string | null][])('%j leaves %j', (action, value) => {
    const { transaction, ended } = after([action])
    expect(ended).toBeUndefined()
    expect(transaction.forOrigin.headers.get('x-a')).toBe(value)
    expect(transaction.forOrigin.headers.get('x-b')).toBe('b')
  })

  it.each([
    [{ setPath: '/new/%[method]' }, '/new/GET', '?x=1'],
    [{ setQuery: 'y=%[method]' }, '/a/b', '?y=GET'],
    [{ replacePath: { match: '^/a(.*)', with: '/z\\1' } }, '/z/b', '?x=1'],
    [{ replacePath: { match: 'x=1', with: '/no' } }, '/a/b', '?x=1'],
    [{ replacePathq: { match: '^/a/b\\?x=(.)', with: '/n?y=\\1?z' } }, '/n', '?y=1?z'],
    [{ replacePathq: { match: '.*', with: '/n' } }, '/n', ''],
    [{ replacePathq: { match: '.*', with: '/n?' } }, '/n', '?'],
    [{ setPathq: '/n?y=%[path]' }, '/n', '?y=/a/b'],
    [{ setPathq: '/n' }, '/n', ''],
    [{ setUri: '/n?y' }, '/n', '?y'],
    [{ setUri: 'https://other.example/n?y' }, '/n', '?y'],
    [{ setUri: 'https://other.example?y' }, '/', '?y'],
  ] as [ActionInput, string, string][])('%j leads to %s%s', (action, path, query) => {
    const { transaction, ended } = after([action])
    expect(ended).toBeUndefined()
    const { target } = transaction.forOrigin
    expect([target.path, target.pathAndQuery]).toEqual([path, path + query])
  })

  it('lets the rules go on, each upon what the one before left', () => {
    const { transaction } = after([
      { setHeader: { name: 'x-a', value: '2' } },
      { setHeader: { name: 'x-b', value: '%[req.hdr(x-a)]' } },
      { disableL7Retry: true } as ActionInput,
    ])
    expect(transaction.forOrigin.headers.get('x-b')).toBe('2')
    expect(transaction.isL7RetryOff).toBe(true)
    expect(after([{ delHeader: 'x-a' }]).transaction.isL7RetryOff).toBe(false)
  })
})

describe('a rule that ends it', () => {
  it('chooses a backend, by a name or by a sample', () => {
    expect(after([{ useBackend: 'app' }]).ended).toEqual({ backend: 'app' })
    expect(after([{ useBackend: 'app-%[method]' }]).ended).toEqual({ backend: 'app-GET' })
    expect(after([{ useBackend: '%[method]' }]).ended).toEqual({ backend: 'GET' })
  })

  it('is the first whose condition holds', () => {
    expect(after([{ useBackend: 'a' }, { useBackend: 'b' }]).ended).toEqual({ backend: 'a' })
    const rules = [
      resolveRule({ if: { path: '/no' }, do: { useBackend: 'a' } }, 'limpet'),
      resolveRule({ if: { path: '/a/b' }, do: { useBackend: 'b' } }, 'limpet'),
    ]
    expect(createRules(rules, TOOLS)(transactionOf({ url: URL }), BARE_VIEW)).toEqual({ backend: 'b' })
  })

  it('refuses, in words of its own or not', async () => {
    expect(after([{ deny: { status: 403 } }]).ended).toEqual({ status: 403 })
    const { ended } = after([{ deny: { status: 429, body: 'slow', contentType: 'text/plain' } }] as ActionInput[])
    expect(ended).toMatchObject({ isDenied: true })
    expect([responseOf(ended).status, await responseOf(ended).text()]).toEqual([429, 'slow'])
  })

  it('asks for a password', () => {
    expect(after([{ auth: { realm: 'here' } }] as ActionInput[]).ended).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('here'),
    })
  })

  it('answers', async () => {
    const { ended } = after([
      { return: { status: 200, contentType: 'text/plain', body: 'hi', headers: { 'X-M': 'm' } } },
    ] as ActionInput[])
    const response = responseOf(ended)
    expect(ended).not.toHaveProperty('isDenied')
    expect([response.status, response.headers.get('x-m'), await response.text()]).toEqual([200, 'm', 'hi'])
  })

  it.each([204, 205, 304])('answers a %i without a body', async (status) => {
    const { ended } = after([{ return: { status, body: 'hi' } }] as ActionInput[])
    expect([responseOf(ended).status, responseOf(ended).body]).toEqual([status, null])
  })

  it.each([
    [{ redirect: { location: 'https://n.example/%[method]', code: 302 } }, 'https://n.example/GET'],
    [{ redirect: { prefix: 'https://n.example' } }, 'https://n.example/a/b?x=1'],
    [{ redirect: { prefix: 'https://n.example', dropQuery: true } }, 'https://n.example/a/b'],
    [{ redirect: { prefix: 'https://n.example', appendSlash: true } }, 'https://n.example/a/b/?x=1'],
    [{ redirectScheme: 'https' }, 'https://www.example.com/a/b?x=1'],
  ] as [ActionInput, string][])('%j leads to %s', (action, location) => {
    expect(responseOf(after([action]).ended).headers.get('location')).toBe(location)
  })

  it('appends no second slash', () => {
    const { ended } = after([{ redirect: { prefix: 'https://n.example', appendSlash: true } }], 'http://w.example/a/')
    expect(responseOf(ended).headers.get('location')).toBe('https://n.example/a/')
  })

  it.each([
    [301, null],
    [302, 'no-cache'],
    [303, 'no-cache'],
    [307, 'no-cache'],
    [308, null],
  ] as const)('may be kept for ever when it is a %i, and only then: %j', (code, cacheControl) => {
    const response = responseOf(after([{ redirect: { location: '/', code } }]).ended)
    expect([response.status, response.headers.get('cache-control')]).toEqual([code, cacheControl])
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('rules of the operator’s own paths', () => {
  it.each([
    [{ deny: { status: 403 } }, true],
    [{ useBackend: 'app' }, true],
    [{ return: { status: 404 } }, true],
    [{ return: { status: 400 } }, true],
    [{ return: { status: 399 } }, false],
    [{ redirect: { location: '/' } }, false],
    [{ auth: { realm: 'x' } }, false],
  ] as [ActionInput, boolean][])('%j: refuses or leads away: %s', (action, isEnd) => {
    const rules = [resolveRule({ do: action } as RuleInput, 'limpet')]
    expect(createRefusals(rules, TOOLS)(transactionOf(), BARE_VIEW) !== undefined).toBe(isEnd)
  })
})

describe('rules for responses', () => {
  const judged = (...rules: ResponseRuleInput[]) => {
    const headers = new Headers({ 'x-a': '1' })
    const judge = createResponseRules(resolveResponseRules(rules, 'limpet'), TOOLS)!
    const ended = judge({ status: 404, headers: fieldsOf(headers) }, transactionOf(), BARE_VIEW)
    return { headers, ended }
  }

  it('are none where there are none: nobody has to copy a response', () => {
    expect(createResponseRules([], TOOLS)).toBeUndefined()
  })

  it('see the response, and change its headers', () => {
    const { headers, ended } = judged(
      { do: { setHeader: { name: 'x-b', value: '%[status] %[res.hdr(x-a)]' } } },
      { if: { sample: 'status', values: '200' }, do: { delHeader: 'x-a' } },
    )
    expect([headers.get('x-b'), headers.get('x-a'), ended]).toEqual(['404 1', '1', undefined])
  })

  it('end with the first that refuses', () => {
    const { headers, ended } = judged(
      { do: { deny: { status: 502 } } },
      { do: { setHeader: { name: 'x-b', value: 'late' } } },
    )
    expect([ended, headers.get('x-b')]).toEqual([{ status: 502 }, null])
  })
})

describe('an answer of the balancer’s own', () => {
  it.each([
    [404, undefined, '404 Not Found', 'Nothing is served'],
    [400, 'Send less.', '400 Bad Request', 'Send less.'],
    [418, undefined, '418 Error', 'The request was refused.'],
  ])('to a %i, %s, is short, and kept by no cache', async (status, why, title, text) => {
    const response = reply(status, why)
    const body = await response.text()
    expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-cache'])
    expect(body).toContain(title)
    expect(body).toContain(text)
  })

  it('is the operator’s where there is one', async () => {
    const errors = createErrorReplies(
      resolveErrors({ 503: { bodyTemplate: 'sorry %[method]', contentType: 'text/plain' } } as never),
      TOOLS,
    )
    expect(errors(404, transactionOf(), BARE_VIEW)).toBeUndefined()
    const response = errors(503, transactionOf(), BARE_VIEW)!
    expect([response.status, await response.text()]).toEqual([503, 'sorry GET'])
  })
})

it.each([
  ['public', 'private'],
  ['public, public, max-age=1', 'private,private, max-age=1'],
  ['max-age=1, public', 'max-age=1,private'],
  ['max-age=1, "a, public", x', 'max-age=1, "a, public", x'],
  ['publics', 'publics'],
  ['', ''],
])('replaceValue makes %j into %j', (value, replaced) => {
  const { transaction } = after([{ replaceValue: { name: 'X-A', match: '^(p)ublic$', with: '\\1rivate' } }], URL, {
    'x-a': value,
  })
  expect(transaction.forOrigin.headers.get('x-a')).toBe(replaced)
})

it.each([
  ['PUT', 'PUT'],
  ['not one', 'GET'],
  ['TRACE', 'GET'],
])('setMethod %j leaves %s', (method, left) => {
  expect(after([{ setMethod: method }]).transaction.forOrigin.method).toBe(left)
})

it('a URL with a Host changes the one that the server gets', () => {
  const { transaction } = after([{ setUri: 'http://other.example:81/' }])
  expect([transaction.forOrigin.target.host, transaction.forOrigin.headers.get('host')]).toEqual([
    'other.example:81',
    'other.example:81',
  ])
})

it('allow ends the rules, but not the choice of a backend', () => {
  const { ended, transaction } = after([
    { allow: true },
    { setHeader: { name: 'x-a', value: 'no' } },
    { deny: { status: 403 } },
    { useBackend: 'b' },
    { useBackend: 'c' },
  ])
  expect(ended).toEqual({ backend: 'b' })
  expect(transaction.forOrigin.headers.get('x-a')).toBe('1')
})

it('a rule that always runs does so after an allow', () => {
  const rules = [
    { if: null, do: { allow: true } },
    { if: null, do: { delHeader: 'x-a' } },
    { if: null, do: { delHeader: 'x-b' }, always: true },
  ] as const
  const transaction = transactionOf({ headers: { 'x-a': '1', 'x-b': '2' } })
  createRules(rules, TOOLS)(transaction, BARE_VIEW)
  expect([transaction.forOrigin.headers.get('x-a'), transaction.forOrigin.headers.get('x-b')]).toEqual(['1', null])
})
