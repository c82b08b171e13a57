// The wrangler file beside a configuration: what is missing in it, in each of its three forms and in environments. Notes, and lines to
// paste, are wrangler-advice.test.ts's.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it, onTestFinished } from 'vitest'

import { formatIssue } from '../config/issue.ts'
import { configOrThrow } from '../config/validate.ts'
import { checkWrangler } from './check-wrangler.ts'
import { readWrangler } from './wrangler-file.ts'

const server = { name: 's1', url: 'https://s1.example.com' }
const APP = { name: 'app', servers: [server] }
const SHIPPED = readFileSync(fileURLToPath(new URL('../../wrangler.toml', import.meta.url)), 'utf8')

interface Written {
  readonly name?: string
  readonly text: string
  readonly environment?: string
  readonly devVars?: readonly string[]
}

function told(config: object, { name = 'wrangler.toml', text, environment, devVars = [] }: Written) {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, name), text)
  const wrangler = readWrangler(directory, environment)
  return checkWrangler(configOrThrow(config, 'either'), wrangler, devVars)
    .filter(({ level }) => level !== 'note')
    .map((issue) => `${issue.file} ${formatIssue(issue)}`)
}
const errors = (issues: readonly string[]) => issues.filter((issue) => issue.includes(' error: '))

/** What a wrangler.toml says besides bindings, so that no advice is left. */
const COMFORT = `compatibility_flags = ["enable_request_signal"]
triggers = { crons = ["* * * * *"] }
observability = { enabled = true }
`
const object = (name: string, section = '') =>
  `[[${section}durable_objects.bindings]]\nname = "${name}"\nclass_name = "X"\n`

describe('a wrangler.toml that deploys what limpet build wrote', () => {
  const stale =
    'wrangler error: build.command: the alias of ./worker-config.ts deploys what limpet build wrote last, and this command does ' +
    'not run it. Write: command = "npx limpet build"'
  const alias = 'alias = { "./worker-config.ts" = "./.limpet/config.js" }\n'
  const errorsOf = (text: string) =>
    errors(told({ backends: [APP], maxPassages: false }, { text: `${COMFORT}${text}` }))

  it.each([
    '',
    '[build]\ncommand = "node bin/limpet.js check --for cloudflare"\n',
    '[build]\ncommand = "npx limpet check"\n',
  ])('must run it, and not %j', (build) => {
    expect(errorsOf(alias + build)).toEqual([stale])
    expect(errorsOf(build)).toEqual([])
  })

  it('whatever the alias is of', () => {
    expect(errorsOf('alias = { "../limpet.config.ts" = "./.limpet/config.js" }\n')).toEqual([
      stale.replace('./worker-config.ts', '../limpet.config.ts'),
    ])
    expect(errorsOf('alias = { "./worker-config.ts" = "./out/mine.js" }\n')).toEqual([stale])
    expect(errorsOf('alias = { "x" = "./y.js" }\n')).toEqual([])
  })

  it.each(['node bin/limpet.js build', 'npx limpet check && npx limpet build', './before-deploy.sh'])(
    'may run %s',
    (command) => expect(errorsOf(`${alias}[build]\ncommand = "${command}"\n`)).toEqual([]),
  )
})

describe('the wrangler.toml of the package', () => {
  it('has all that any configuration of the kind needs', () => {
    const config = {
      frontends: [{ name: 'www', maxconn: 9, defaultBackend: 'app' }],
      backends: [{ ...APP, cookie: { name: 'A' }, check: true, stickTable: { type: 'ip', size: 10 } }],
    }
    expect(told(config, { text: SHIPPED })).toEqual([])
  })
})

describe('a binding that is needed and missing', () => {
  it.each([
    ['MONITOR', 'durable_objects.bindings', { maxPassages: false, backends: [{ ...APP, check: true }] }],
    [
      'MONITOR',
      'durable_objects.bindings',
      {
        maxPassages: false,
        backends: [{ ...APP, servers: [{ ...server, release: 'r1' }], releases: { list: ['r1'] } }],
      },
    ],
    ['STICK_TABLE', 'durable_objects.bindings', { backends: [{ ...APP, stickTable: { type: 'ip', size: 10 } }] }],
    ['STICK_KV', 'kv_namespaces', { backends: [{ ...APP, stickTable: { type: 'ip', size: 10, store: 'kv' } }] }],
    ['SLOTS', 'durable_objects.bindings', { backends: [{ ...APP, servers: [{ ...server, maxconn: 1 }] }] }],
    ['EMAIL', 'send_email', { alerts: [{ mail: { from: 'a@b.example', to: 'c@b.example' } }], backends: [APP] }],
  ])('is an error: %s', (name, list, config) => {
    const others = ['MONITOR', 'STATS', 'STICK_TABLE', 'SLOTS'].filter((each) => each !== name)
    const text = COMFORT + others.map((each) => object(each)).join('')
    expect(errors(told(config, { text }))).toEqual([
      expect.stringMatching(
        new RegExp(`^wrangler error: ${list}: the binding ${name} is missing, needed by .*: without`),
      ),
    ])
  })

  it('is found in JSON and JSON with comments, too, which come before TOML', () => {
    const config = { backends: [{ ...APP, check: true }] }
    const lacking = '{ "durable_objects": { "bindings": [{ "name": "STATS", "class_name": "Stats" }] } }'
    expect(errors(told(config, { name: 'wrangler.json', text: lacking }))).toHaveLength(1)
    const jsonc =
      '// as wrangler writes it\n{ "durable_objects": { "bindings": [{ "name": "MONITOR", },], }, /* no more */ }'
    expect(errors(told(config, { name: 'wrangler.jsonc', text: jsonc }))).toEqual([])
  })

  it('is an error of the environment that is named, which inherits no bindings', () => {
    const config = { backends: [{ ...APP, check: true }] }
    const text = `${COMFORT}${object('MONITOR')}${object('STATS')}[env.staging]\n[env.eu]\n${object('MONITOR', 'env.eu.')}`
    expect(errors(told(config, { text, environment: 'staging' }))[0]).toContain('the binding MONITOR is missing')
    expect(errors(told(config, { text, environment: 'eu' }))).toEqual([])
  })

  it('is a warning where no environment is named and another one has it', () => {
    const config = { backends: [{ ...APP, check: true }] }
    const text = `${COMFORT}${object('MONITOR')}${object('STATS')}[env.staging]\n`
    const issues = told(config, { text })
    expect(errors(issues)).toEqual([])
    expect(issues[0]).toMatch(/^wrangler warning: .*MONITOR is missing.*\(only in \[env.staging\]\)$/)
  })
})

describe('what a deployment runs without', () => {
  it('is advice: warnings and no error', () => {
    const config = { backends: [{ ...APP, cookie: { name: 'A' }, check: true }] }
    const issues = told(config, { text: object('MONITOR') })
    expect(issues.map((issue) => issue.split(': ').slice(0, 2).join(': '))).toEqual([
      'wrangler warning: durable_objects.bindings',
      'wrangler warning: triggers.crons',
      'wrangler warning: secrets.required',
      'wrangler warning: observability',
      'wrangler warning: compatibility_flags',
    ])
    expect(issues[0]).toContain('the binding STATS is missing, needed by counters')
  })
})

describe('keys of .dev.vars', () => {
  it('that wrangler dev does not read are told, with the way to pass them', () => {
    const text = `${COMFORT}secrets = { required = ["LIMPET_COOKIE_KEYS"] }\nvars = { S1_URL = "" }\n${object('MONITOR')}${object('STATS')}`
    const devVars = ['LIMPET_COOKIE_KEYS', 'S1_URL', 'LIMPET_ADMIN_TOKEN']
    expect(told({ backends: [APP] }, { text, devVars })).toEqual([
      expect.stringMatching(
        /^\.dev\.vars warning: LIMPET_ADMIN_TOKEN: .*start it with --var LIMPET_ADMIN_TOKEN:VALUE$/,
      ),
    ])
  })
})

describe('a server that is this Worker itself', () => {
  const BINDINGS = object('MONITOR') + object('STATS')
  const own = { backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://app.example.com' }] }] }
  const hosts = { ...own, frontends: [{ name: 'www', hosts: ['*.example.com'], defaultBackend: 'app' }] }
  const routes = (route: string) => `${COMFORT}routes = [${route}]\n${BINDINGS}`

  it('by a Custom Domain is an error', () => {
    expect(told(own, { text: routes('{ pattern = "app.example.com", custom_domain = true }') })).toEqual([
      expect.stringMatching(/^configuration error: backends\[0\]\.servers\[0\]\.url: is a Custom Domain .*with 522/),
    ])
  })

  it('behind a route is an origin like any other', () => {
    expect(told(hosts, { text: routes('{ pattern = "app.example.com/*", zone_name = "example.com" }') })).toEqual([])
    expect(told(hosts, { text: routes('"*.example.com/api/*"') })).toEqual([])
  })

  it('is warned of where a frontend has the name and no route is known', () => {
    expect(told(hosts, { text: COMFORT + BINDINGS })).toEqual([
      expect.stringMatching(/^configuration warning: .*is a host of frontend 'www', so of this Worker/),
    ])
    expect(checkWrangler(configOrThrow(hosts, 'either'), undefined, [])).toHaveLength(1)
  })

  it('is warned of where a fetch comes back by a flag', () => {
    const text = routes('"app.example.com/*"').replace('"enable_', '"global_fetch_strictly_public", "enable_')
    expect(told(own, { text })).toEqual([expect.stringMatching(/^configuration warning: .*end with 508/)])
  })
})

describe("host: 'client'", () => {
  it("needs a server in one of the Worker's zones", () => {
    const config = (host: string) => ({ backends: [{ ...APP, host }] })
    const text = (zone: string) =>
      `${COMFORT}routes = [{ pattern = "app.${zone}/*", zone_name = "${zone}" }]\n${object('MONITOR')}${object('STATS')}`
    expect(told(config('client'), { text: text('example.com') })).toEqual([])
    expect(told(config('server'), { text: text('example.net') })).toEqual([])
    expect(told(config('client'), { text: text('example.net') })).toEqual([
      expect.stringMatching(/^configuration error: .*is in none of this Worker's zones \(example.net\)/),
    ])
  })
})

describe('a wrangler file', () => {
  it.each([
    ['wrangler.toml', 'name =', /wrangler\.toml:1:7: is not TOML/],
    ['wrangler.jsonc', '{\n "name": }', /wrangler\.jsonc:2:\d+: is not JSON: expected a value/],
  ])('%s that cannot be read is said to be none', (name, text, message) => {
    expect(() => told({ backends: [APP] }, { name, text })).toThrow(message)
  })

  it('without the environment that is named names those that there are', () => {
    expect(() => told({ backends: [APP] }, { text: '[env.a]\n[env.b]', environment: 'c' })).toThrow(
      /there is no environment 'c'.*there are: a, b/,
    )
  })
})
