// What an issue shows of what stands there.

import { expect, it } from 'vitest'

import { foundAt } from './issue.ts'

it.each([
  [['userlists', 0, 'users', 0, 'password'], 'hunter5'],
  [['userlists', 0, 'users', 0, 'insecurePassword'], 7],
  [['userlists', 0, 'users', 0], 'ann:hunter5'],
  [['frontends', 0, 'stats', 'accounts', 1], 'ops:hunter5'],
  [['alerts', 0, 'webhook'], 'hooks.slack.com/services/T0/B0/SECRET'],
  [['alerts', 0, 'mail', 'smtp'], 'smtpss://ann:hunter5@mail.example.com'],
  [['alerts', 0, 'mail', 'smtp', 1], 'mail.example.com'],
  [['backends', 0, 'servers', 0, 'url'], 'https://ann:hunter5@s1.example.com'],
])('%j may hold a password, and is not shown', (keys, value) => {
  expect(foundAt(keys, value)).toEqual({})
})

it.each([
  [['backends', 0, 'servers', 0, 'url'], 'ftp://s1.example.com', '"ftp://s1.example.com"'],
  [['userlists', 0, 'users', 0, 'name'], 7, '7'],
])('%j is shown', (keys, value, found) => {
  expect(foundAt(keys, value)).toEqual({ found })
})
