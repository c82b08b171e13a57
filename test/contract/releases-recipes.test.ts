// The recipes of docs/releases.md are valid, and what `npm run releases:matrix` runs.

import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'

import { expect, it } from 'vitest'

import type { Application } from '../../bench/releases/application.ts'
import { configOf } from '../../bench/releases/cases.ts'
import { validateConfig } from '../../src/config/validate.ts'

const PAGE = readFileSync(new URL('../../docs/releases.md', import.meta.url), 'utf8')
const RECIPES = /^## Recipes$([^]*?)^## /m.exec(PAGE)![1]!
const codes = [...RECIPES.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code!)
const URLS = { r1: 'http://a.example.com', r2: 'http://b.example.com' }

it.each([
  ['ids', 'current'],
  ['stamp', 'current'],
  ['nothing', 'own'],
] as const)('for an application that says its release by %s: `documents` is %s', (says, documents) => {
  const code = codes[['ids', 'stamp', 'nothing'].indexOf(says)]!
  const config = configOf({ name: '', documents }, { says } as Application, URLS, 'r1')
  // Of another context, and so of other classes.
  expect(JSON.parse(JSON.stringify(runInNewContext(`({${code}})`)))).toEqual({ releases: config.backends[0]!.releases })
  expect(validateConfig(config, 'serve').issues.filter(({ level }) => level === 'error')).toEqual([])
})

it('are three', () => expect(codes).toHaveLength(3))
