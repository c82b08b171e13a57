// The files of a new project: what is in them parses, agrees, and is what this release was tested with.

import { readFileSync } from 'node:fs'

import { parse as parseJsonc } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, it } from 'vitest'

import { VERSION } from '../../deployment.ts'
import { configOrThrow } from '../../config/validate.ts'
import { cookieKeysProblem } from '../../persistence/sealed.ts'
import { checkWrangler } from '../check-wrangler.ts'
import { directoryWith } from '../testing.ts'
import { readWrangler } from '../wrangler-file.ts'
import { projectFiles, TESTED_WITH } from './project.ts'
import type { Project } from './project.ts'

const ROOT = new URL('../../../', import.meta.url)
const own = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  version: string
  devDependencies: Record<string, string>
}
const PROJECT: Project = {
  name: 'shop',
  version: VERSION,
  hosts: [],
  format: 'toml',
  configText: 'the text\n',
  cookieKey: 'k'.repeat(44),
}
const files = (more: Partial<Project> = {}) => projectFiles({ ...PROJECT, ...more })
const json = (name: string, more: Partial<Project> = {}) =>
  JSON.parse(files(more).get(name)!) as Record<string, unknown>

it('are these', () => {
  expect([...files().keys()]).toEqual([
    'limpet.config.ts',
    'src/index.ts',
    'wrangler.toml',
    'package.json',
    'tsconfig.json',
    'README.md',
    '.gitignore',
    '.dev.vars.example',
    '.dev.vars',
  ])
  expect(files({ format: 'jsonc' }).has('wrangler.jsonc')).toBe(true)
  expect(files().get('limpet.config.ts')).toBe('the text\n')
  for (const [name, text] of files()) expect([name, text.endsWith('\n')]).toEqual([name, true])
})

describe('package.json', () => {
  it('has the versions that this release was tested with', () => {
    expect(own.version).toBe(VERSION)
    expect(own.devDependencies).toMatchObject(TESTED_WITH)
    expect(json('package.json')).toMatchObject({
      name: 'shop',
      dependencies: { limpet: `^${own.version}` },
      devDependencies: {
        wrangler: `^${own.devDependencies['wrangler']}`,
        typescript: `^${own.devDependencies['typescript']}`,
      },
    })
  })

  it.each(['limpet', 'wrangler'])('is not called %s as what it depends on', (name) => {
    expect(json('package.json', { name })['name']).toBe(`${name}-worker`)
  })
})

describe.each(['toml', 'jsonc'] as const)('wrangler.%s', (format) => {
  const textOf = (hosts: readonly string[] = []) => files({ format, hosts }).get(`wrangler.${format}`)!
  const read = (text: string) => (format === 'toml' ? parseToml(text) : (parseJsonc(text) as object))

  it('leaves nothing to say, whatever the configuration needs', () => {
    const config = {
      frontends: [{ name: 'www', maxconn: 9, defaultBackend: 'app' }],
      backends: [
        {
          name: 'app',
          cookie: { name: 'A' },
          check: true,
          stickTable: { type: 'ip', size: 10 },
          servers: [{ name: 's1', url: 'https://s1.example' }],
        },
      ],
    }
    const wrangler = readWrangler(directoryWith({ [`wrangler.${format}`]: textOf() }))
    expect(checkWrangler(configOrThrow(config, 'cloudflare'), wrangler, ['LIMPET_COOKIE_KEYS'])).toEqual([])
  })

  it('has Custom Domains where there are hosts, and examples that can be uncommented', () => {
    expect(read(textOf())).not.toHaveProperty('routes')
    expect(read(textOf(['a.example', 'b.example']))).toHaveProperty('routes', [
      { pattern: 'a.example', custom_domain: true },
      { pattern: 'b.example', custom_domain: true },
    ])
    const uncommented = textOf().replaceAll(/^( *)(?:#|\/\/) (?=[[\]{}" ]|\w+ = )(?!.*", zone_name)/gm, '$1')
    expect(read(uncommented)).toMatchObject({
      routes: [{ pattern: 'app.example.com', custom_domain: true }],
      kv_namespaces: [{ binding: 'SNAPSHOT' }, { binding: 'STICK_KV' }],
      send_email: [{ name: 'EMAIL' }],
    })
  })
})

it('a key is in .dev.vars, which git ignores, and not in the example', () => {
  const all = files({ cookieKey: 'the-key' })
  expect([...all].filter(([, text]) => text.includes('the-key')).map(([name]) => name)).toEqual(['.dev.vars'])
  expect(all.get('.gitignore')!.split('\n')).toEqual(
    expect.arrayContaining(['.dev.vars*', '!.dev.vars.example', '.limpet/']),
  )
  expect(cookieKeysProblem(PROJECT.cookieKey)).toBeUndefined()
})

it('the README has five lines', () => {
  expect(
    files()
      .get('README.md')!
      .split('\n')
      .filter((line) => line !== ''),
  ).toHaveLength(5)
})
