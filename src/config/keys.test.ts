import { describe, expect, it } from 'vitest'

import { isKeyOf, proxyKey, serverKey, serverKeys } from './keys.ts'

describe('what is kept and deployed goes by these texts', () => {
  it.each([
    [serverKey('app', 's1'), 'app/s1'],
    [proxyKey('frontend', 'www'), 'frontend:www'],
    [proxyKey('backend', 'app'), 'backend:app'],
    [proxyKey('server', 'app', 's1'), 'server:app/s1'],
  ])('%s', (key, text) => {
    expect(key).toBe(text)
  })

  it("a server that was renamed: today's names first, then every former one of both", () => {
    expect(serverKeys({ name: 'app', formerly: ['web'] }, { name: 's1', formerly: ['a', 'b'] })).toEqual([
      'app/s1',
      'app/a',
      'app/b',
      'web/s1',
      'web/a',
      'web/b',
    ])
  })
})

it('tells kinds apart, whatever the names are', () => {
  expect(isKeyOf('backend', proxyKey('backend', 'server'))).toBe(true)
  expect(isKeyOf('server', proxyKey('backend', 'server'))).toBe(false)
  expect(isKeyOf('backend', 'backends')).toBe(false)
})
