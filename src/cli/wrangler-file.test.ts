// What is read of a project's wrangler file: which of its forms, which environment, and what an environment inherits.

import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { CliError } from './cli-error.ts'
import { directoryWith } from './testing.ts'
import { readWrangler } from './wrangler-file.ts'

const read = (files: Readonly<Record<string, string>>, environment?: string) =>
  readWrangler(directoryWith(files), environment)
const namesOf = (files: Readonly<Record<string, string>>, environment?: string) =>
  read(files, environment)!.environments.map(({ name }) => name)

describe('the file', () => {
  it('is the first in the order of wrangler', () => {
    const toml = { 'wrangler.toml': 'name = "x"' }
    expect(read({})).toBeUndefined()
    expect(read(toml)!.name).toBe('wrangler.toml')
    expect(read({ ...toml, 'wrangler.jsonc': '{}' })!.name).toBe('wrangler.jsonc')
    expect(read({ ...toml, 'wrangler.jsonc': '{}', 'wrangler.json': '{}' })!.name).toBe('wrangler.json')
  })

  it.each([
    ['wrangler.toml', 'name = ', /^FILE:1:8: is not TOML: /],
    ['wrangler.jsonc', '{\n  // a comment\n  "vars": {,}\n}', /^FILE:3:12: is not JSON: expected a value$/],
    ['wrangler.json', '{ "vars": {}', /^FILE:1:13: is not JSON: expected a closing brace$/],
  ])('is refused with its name when it cannot be read: %s', (name, text, message) => {
    const directory = directoryWith({ [name]: text })
    let error: unknown
    try {
      readWrangler(directory)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(CliError)
    expect((error as CliError).message.replace(join(directory, name), 'FILE')).toMatch(message)
  })

  it('may hold anything: what is no section is none', () => {
    const [top] = read({
      'wrangler.json': '{ "vars": [], "triggers": 5, "routes": {}, "env": null, "kv_namespaces": {} }',
    })!.environments
    expect(top).toMatchObject({ name: undefined, vars: {}, crons: [], routes: [], bindings: new Set() })
    expect(read({ 'wrangler.json': '[]' })!.environments).toHaveLength(1)
  })
})

describe('the environment', () => {
  const files = { 'wrangler.toml': '[env.staging]\n[env.eu]\n' }

  it('is the one that is named, else the top level and every other', () => {
    expect(namesOf(files)).toEqual([undefined, 'staging', 'eu'])
    expect(namesOf(files, 'eu')).toEqual(['eu'])
    expect(namesOf({ 'wrangler.toml': '' }, 'eu')).toEqual([undefined])
    expect(() => namesOf(files, 'us')).toThrow(
      "there is no environment 'us' (--env or CLOUDFLARE_ENV); there are: staging, eu",
    )
  })

  it('inherits triggers, logs, flags and routes, and no variables, bindings and secrets', () => {
    const text = `
compatibility_flags = ["a"]
routes = ["x.example/*"]
[vars]
V = "1"
[triggers]
crons = ["* * * * *"]
[observability]
enabled = true
[secrets]
required = ["S"]
[[kv_namespaces]]
binding = "STICK_KV"
[env.bare]
[env.own]
compatibility_flags = []
routes = [{ pattern = "y.example/*", zone_name = "y.example" }]
vars = { W = 2 }
triggers = { crons = [] }
observability = { logs = { enabled = false } }
secrets = {}
`
    const [top, bare, own] = read({ 'wrangler.toml': text })!.environments
    const inherited = { crons: ['* * * * *'], hasLogs: true, flags: ['a'], builtInPlaceOf: undefined, mayBuild: false }
    const routes = [{ pattern: 'x.example/*', zone: undefined, isCustomDomain: false }]
    expect(top).toMatchObject({
      ...inherited,
      name: undefined,
      routes,
      vars: { V: '1' },
      bindings: new Set(['STICK_KV']),
      requiredSecrets: ['S'],
    })
    expect(bare).toMatchObject({
      ...inherited,
      name: 'bare',
      routes,
      vars: {},
      bindings: new Set(),
      requiredSecrets: undefined,
    })
    expect(own).toMatchObject({
      name: 'own',
      crons: [],
      hasLogs: false,
      flags: [],
      routes: [{ pattern: 'y.example/*', zone: 'y.example', isCustomDomain: false }],
      vars: { W: 2 },
      bindings: new Set(),
      requiredSecrets: [],
    })
  })

  it('knows which Durable Object classes are bound, and what makes them', () => {
    const text = `
[durable_objects]
bindings = [{ name = "A", class_name = "A" }, { name = "B", class_name = "B", script_name = "other" }]
[[migrations]]
tag = "v1"
new_sqlite_classes = ["A"]
[[migrations]]
tag = "v2"
renamed_classes = [{ from = "A", to = "C" }]
[env.own]
exports = { D = { type = "durable-object", storage = "sqlite" } }
migrations = []
`
    const [top, own] = read({ 'wrangler.toml': text })!.environments
    expect(top).toMatchObject({ boundClasses: ['A'], madeClasses: new Set(['A', 'C']), hasExports: false })
    expect(top!.migrationTags).toEqual(new Set(['v1', 'v2']))
    expect(own).toMatchObject({ boundClasses: [], madeClasses: new Set(['D']), hasExports: true })
  })

  it('has bindings of each kind by their names, routes of each form, and logs by either switch', () => {
    const [top] = read({
      'wrangler.json': JSON.stringify({
        durable_objects: { bindings: [{ name: 'MONITOR', class_name: 'Monitor' }] },
        kv_namespaces: [{ binding: 'STICK_KV', id: 'x' }],
        send_email: [{ name: 'EMAIL' }],
        route: { pattern: 'app.example.com', custom_domain: true },
        observability: { logs: { enabled: true } },
      }),
    })!.environments
    expect(top!.bindings).toEqual(new Set(['MONITOR', 'STICK_KV', 'EMAIL']))
    expect(top!.routes).toEqual([{ pattern: 'app.example.com', zone: undefined, isCustomDomain: true }])
    expect(top!.hasLogs).toBe(true)
  })
})
