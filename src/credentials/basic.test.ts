import { describe, expect, it } from 'vitest'

import { basicChallenge, parseBasic } from './basic.ts'

const encoded = (text: string) => Buffer.from(text).toString('base64')

describe('credentials of HTTP Basic', () => {
  it.each([
    ['bob:secret', { name: 'bob', password: 'secret' }],
    ['bob:a:b', { name: 'bob', password: 'a:b' }],
    ['bob:', { name: 'bob', password: '' }],
    [':token', { name: '', password: 'token' }],
    ['jürgen:pässword€', { name: 'jürgen', password: 'pässword€' }],
  ])('are read of %s', (text, credentials) => {
    expect(parseBasic(`Basic ${encoded(text)}`)).toEqual(credentials)
  })

  it.each([`basic ${encoded('bob:x')}`, `BASIC   ${encoded('bob:x')}`, `Basic ${encoded('bob:x')} `])(
    '%s',
    (header) => {
      expect(parseBasic(header)).toEqual({ name: 'bob', password: 'x' })
    },
  )

  it.each([
    null,
    '',
    'Basic',
    'Basic ',
    `Bearer ${encoded('bob:x')}`,
    ` Basic ${encoded('bob:x')}`,
    `Basic ${encoded('bob:x')} more`,
    `Basic ${encoded('nobody')}`,
    'Basic Ym9iOng_',
    'Basic not-base64',
  ])('are not in %j', (header) => {
    expect(parseBasic(header)).toBeUndefined()
  })
})

it('are asked for by realm', () => {
  expect(basicChallenge('Limpet')).toBe('Basic realm="Limpet"')
})
