import { expect, it } from 'vitest'

import { told } from './testing.ts'

const HASH = '$6$salt$hash'
const list = (...users: object[]) => told({ userlists: [{ name: 'staff', users }] })

it('a user has one password, hashed or not', () => {
  expect(list({ name: 'ann', password: HASH }, { name: 'bob', insecurePassword: 'x' })).toEqual([])
  const message = 'needs one of password and insecurePassword'
  expect(list({ name: 'ann' }, { name: 'bob', password: HASH, insecurePassword: 'x' })).toEqual([
    `error: userlists[0].users[0]: ${message}`,
    `error: userlists[0].users[1]: ${message}`,
  ])
})

it('names are taken once: of lists, and of users in one list', () => {
  const user = { name: 'ann', password: HASH }
  const userlists = [
    { name: 'a', users: [user] },
    { name: 'b', users: [user] },
  ]
  expect(told({ userlists })).toEqual([])
  expect(told({ userlists: [...userlists, userlists[0]] })).toEqual([
    'error: userlists[2].name: is taken by userlists[0]; names must be unique (found "a")',
  ])
  expect(list(user, user)).toEqual([
    'error: userlists[0].users[1].name: is taken by userlists[0].users[0]; names must be unique (found "ann")',
  ])
})
