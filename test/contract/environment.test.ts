// docs/environment.md names every variable, secret and binding that the code reads, and no other.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { BINDINGS, ISOLATE_BINDING } from '../../src/config/bindings.ts'
import { proxyKey } from '../../src/config/keys.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const PAGE = read('docs/environment.md')
const SOURCES = globSync(['src/**/*.ts', 'bin/*'], { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'))
const CODE = SOURCES.map(read).join('\n')

function documentedUnder(heading: string): readonly string[] {
  const section = PAGE.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name!)
}

const secrets = documentedUnder('Secrets')
const variables = documentedUnder('Variables')
const bindings = documentedUnder('Bindings')
const made = documentedUnder('Made by `limpet serve`')

it('every LIMPET_ name of the code is documented, and no other', () => {
  const named = new Set([...CODE.matchAll(/\bLIMPET_[A-Z]+(?:_[A-Z]+)*\b/g)].map(([name]) => name))
  const documented = [...secrets, ...variables, ...made].filter((name) => name.startsWith('LIMPET_'))
  expect(documented.toSorted()).toEqual([...named].toSorted())
})

it('every variable of the process that the command reads is documented, and no other', () => {
  const byName = [...CODE.matchAll(/process\.env(?:\['|\.)([A-Z_]+)/g), ...CODE.matchAll(/\.env\(\s*'([A-Z_]+)'/g)]
  const named = new Set(byName.map(([, name]) => name!))
  const ofTheWorker = ['LIMPET_NAME']
  expect(variables.filter((name) => !ofTheWorker.includes(name)).toSorted()).toEqual(
    [...named].filter((name) => !secrets.includes(name)).toSorted(),
  )
})

it('every binding of the Worker is documented, and no other', () => {
  const [, body = ''] = /export interface Env \{\n([^]*?)\n\}/.exec(read('src/cloudflare/env.ts')) ?? []
  const fields = [...body.matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name!)
  expect(fields.length).toBeGreaterThan(10)
  const documented = [...secrets, ...variables, ...bindings, ...made].filter((name) => /^[A-Z_]+$/.test(name))
  const ofTheCommand = [
    'LIMPET_URL',
    'CLOUDFLARE_ENV',
    'WRANGLER_COMMAND',
    'GITHUB_ACTIONS',
    'GITHUB_WORKSPACE',
    'NOTIFY_SOCKET',
    'NO_COLOR',
    'PATH',
  ]
  expect(documented.filter((name) => !ofTheCommand.includes(name)).toSorted()).toEqual(fields.toSorted())
  expect(bindings).toEqual(expect.arrayContaining(BINDINGS.map(({ name }) => name)))
})

it('`limpet serve` binds services by these names', () => {
  expect(made).toContain(`${ISOLATE_BINDING}N`)
  expect(made).toContain(proxyKey('server', 'BACKEND', 'NAME'))
})
