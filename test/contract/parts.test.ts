// The parts that only some Workers have: the list is complete, a configuration gets all that it needs, and one that lacks a part does
// not start. That every scenario recorded from HAProxy runs with the parts it needs alone is test/replay's.

import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

import * as policies from '../../src/balance/policies.ts'
import { createStick } from '../../src/balancer/persist/stick.ts'
import { ARRIVAL, holdBalancer } from '../../src/balancer/testing.ts'
import type { Config } from '../../src/config/config.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { missingPart } from '../../src/config/missing-part.ts'
import { KNOWN_PARTS, moduleOf, neededParts, needsOf, partsFor, PARTS } from '../../src/config/parts.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import { EVERYTHING, HARD } from '../../src/config/testing.ts'
import { patternOf } from '../../src/pattern/compile.ts'
import { allTools } from '../../src/rules/all-tools.ts'
import { createRulesEngine } from '../../src/rules/engine.ts'

const FOLDER = fileURLToPath(new URL('../../src/cloudflare/parts', import.meta.url))

// By names that TypeScript does not follow: what they import has the runtime's types.
const { ALL_PARTS } = (await import(`${FOLDER}/../all-parts.ts`)) as { ALL_PARTS: object }
const ofTheWorker = (await import(`${FOLDER}/../parts.ts`)) as {
  withStandIns(parts: object): object
  KNOWN_PARTS: string
}

const exportsOf = async (module: string) => Object.keys((await import(join(FOLDER, `${module}.ts`))) as object)
const isSet = (row: (typeof PARTS)[number]) => 'membersFor' in row

it('a row, a module that exports its name, and a place among all parts: each part has the three, and nothing else has', async () => {
  const single = PARTS.filter((row) => !isSet(row))
  expect(await Promise.all(single.map(({ name }) => exportsOf(moduleOf(name))))).toEqual(
    single.map(({ name }) => [name]),
  )
  expect(readdirSync(FOLDER).toSorted()).toEqual(PARTS.map(({ name }) => `${moduleOf(name)}.ts`).toSorted())
  const names = PARTS.map(({ name }) => name).toSorted()
  expect(Object.keys(ALL_PARTS).toSorted()).toEqual(names)
  expect(KNOWN_PARTS).toBe(ofTheWorker.KNOWN_PARTS)
  expect(Object.keys(ofTheWorker.withStandIns({})).toSorted()).toEqual(names)
})

describe.each(PARTS.filter(isSet))('the set $name', ({ name }) => {
  const module = moduleOf(name)

  it('has all members of its module where a Worker validates', async () => {
    const { [name]: members } = ALL_PARTS as unknown as Record<string, object>
    expect(Object.keys(members!)).toEqual(await exportsOf(module))
  })

  it('calls nothing while it is imported: a bundler leaves out each member that nobody names', async () => {
    // As if the files of its members had effects, so that what stays is what a bundler cannot leave out.
    const depths = new Map([['<stdin>', 0]])
    const bundled = await build({
      stdin: { contents: `import './${module}.ts'`, resolveDir: FOLDER },
      bundle: true,
      format: 'esm',
      minify: true,
      write: false,
      plugins: [
        {
          name: 'with-effects',
          setup({ onResolve }) {
            onResolve({ filter: /^\./ }, ({ path, importer, resolveDir }) => {
              const found = resolve(resolveDir, path)
              depths.set(found, Math.min(depths.get(found) ?? Infinity, depths.get(importer)! + 1))
              return { path: found, sideEffects: depths.get(found)! <= 3 }
            })
          },
        },
      ],
    })
    expect(bundled.outputFiles[0]!.text).toBe('')
  })
})

/** The parts that are no sets. */
const namesOf = (config: Config) => neededParts(config).flatMap(({ name, members }) => (members ? [] : [name]))

/** `frontend`, `backend`, `server`: besides what every one has. */
interface Written {
  readonly frontend?: object
  readonly backend?: object
  readonly server?: object
  readonly top?: object
}

const configWith = ({ frontend, backend, server, top }: Written) =>
  configOrThrow(
    {
      frontends: [{ name: 'www', defaultBackend: 'app', ...frontend }],
      backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://192.0.2.1', ...server }], ...backend }],
      ...top,
    },
    'serve',
  )

const REG = { sample: 'path', match: 'reg', values: ['^/a'] }
const SAMPLE = { sample: 'path', values: ['/a'] }
const ON_PATH = { path: '/a' }
const REPLACEMENT = { match: '^/a', with: '/b' }
const METRICS = { useService: 'prometheus-exporter' }
const DENY = { deny: { status: 403 } }
const MAP_REG = '%[path,map_reg(m)]'
const MAPS = { maps: { m: { '^/a': 'app' } } }
const STICK = { stickTable: { type: 'ip', size: 10 }, stick: [{ on: 'src' }] }

describe('a configuration needs', () => {
  it.each<[string, Written, readonly string[]]>([
    ['nothing to balance', {}, []],
    [
      'nothing for a cookie, a hash, checks and a page',
      {
        backend: {
          cookie: { name: 'S' },
          balance: 'source',
          check: { expect: [{ string: 'ok' }, { status: '200' }, { hdr: { name: 'x' } }] },
          stats: { admin: true },
        },
      },
      [],
    ],
    ['nothing for users that nobody asks for', { top: { userlists: EVERYTHING.userlists } }, []],
    ['rules to look into the body of a POST', { backend: { balance: 'url_param x check_post' } }, ['rules']],
    ['access tokens', { top: { admin: EVERYTHING.admin } }, ['accessTokens']],
    ['a limit of a server', { server: { maxconn: 9 } }, ['inFlight', 'maxconn']],
    ['a limit of a frontend', { frontend: { maxconn: 9 } }, ['inFlight', 'maxconn']],
    ['a policy that looks at requests in progress', { backend: { balance: 'leastconn' } }, ['inFlight']],
    ['a server whose requests are cut off', { server: { onMarkedDown: 'shutdown-sessions' } }, ['inFlight']],
    ['a server that takes requests back', { server: { onMarkedUp: 'shutdown-backup-sessions' } }, ['inFlight']],
    ['bytes that are counted', { top: { countBytes: true } }, ['inFlight']],
    [
      'the number of its requests in progress',
      { backend: { rules: [{ if: { sample: 'fe_conn(www)', values: ['gt 9'] }, do: DENY }] } },
      ['inFlight', 'maxconn', 'rules'],
    ],
    ['metrics as a service', { frontend: { rules: [{ do: METRICS }] } }, ['exporter', 'rules']],
    ['alerts', { top: { alerts: [{ webhook: 'https://x.example' }] } }, ['alerts']],
    ['a table that no rule uses', { backend: { stickTable: STICK.stickTable } }, ['stickTables']],
    ['a table, and the sample of its key', { backend: STICK }, ['rules', 'stickTables']],
    ['rules of a frontend', { frontend: { rules: [{ do: DENY }] } }, ['rules']],
    ['rules for its responses', { frontend: { responseRules: [{ do: { delHeader: 'x' } }] } }, ['rules']],
    ['its own answers', { frontend: { errors: { 503: { body: 'gone' } } } }, ['rules']],
    ['captures', { frontend: { captures: { request: [{ sample: 'req.hdr(x)', len: 9 }] } } }, ['rules']],
    ['a unique ID', { frontend: { uniqueId: { format: '%ci' } } }, ['rules']],
    ['rules of a page', { frontend: { stats: { rules: [{ if: ON_PATH, do: 'allow' }] } } }, ['rules']],
    ['a condition on who may change servers', { frontend: { stats: { admin: ON_PATH } } }, ['rules']],
    ['rules of a backend', { backend: { rules: [{ do: DENY }] } }, ['rules']],
    ['rules for its responses', { backend: { responseRules: [{ do: { delHeader: 'x' } }] } }, ['rules']],
    ['its own answers', { backend: { errors: { 503: { body: 'gone' } } } }, ['rules']],
    ['rules of its page', { backend: { stats: { rules: [{ do: 'deny' }] } } }, ['rules']],
    ['rules of persistence', { backend: { persistRules: [{ if: ON_PATH, do: 'ignore' }] } }, ['rules']],
    ['an agent', { server: { agent: { port: 9777 } } }, ['agents']],
    ['a sample to hash', { backend: { balance: 'hash req.cook(x)' } }, ['rules']],
    ['a server by rule', { backend: { useServer: [{ if: ON_PATH, server: 's1' }] } }, ['rules']],
    ['a pattern in a condition', { frontend: { rules: [{ if: REG, do: DENY }] } }, ['patterns', 'rules']],
    [
      'one deep in it',
      { backend: { rules: [{ if: { not: { any: [SAMPLE, { all: [REG] }] } }, do: DENY }] } },
      ['patterns', 'rules'],
    ],
    [
      'one in the condition of a table',
      { backend: { ...STICK, stick: [{ on: 'src', if: REG }] } },
      ['patterns', 'rules', 'stickTables'],
    ],
    ['one in a page', { frontend: { stats: { admin: REG } } }, ['patterns', 'rules']],
    ['one of persistence', { backend: { persistRules: [{ if: REG, do: 'force' }] } }, ['patterns', 'rules']],
    ['a path replaced', { frontend: { rules: [{ do: { replacePath: REPLACEMENT } }] } }, ['patterns', 'rules']],
    ['with its query', { backend: { rules: [{ do: { replacePathq: REPLACEMENT } }] } }, ['patterns', 'rules']],
    [
      'a header replaced',
      { backend: { rules: [{ do: { replaceHeader: { name: 'x', ...REPLACEMENT } } }] } },
      ['patterns', 'rules'],
    ],
    [
      'one of the response',
      { frontend: { responseRules: [{ do: { replaceHeader: { name: 'x', ...REPLACEMENT } } }] } },
      ['patterns', 'rules'],
    ],
    [
      'a map of patterns',
      { frontend: { rules: [{ do: { useBackend: MAP_REG } }] }, top: MAPS },
      ['lists', 'patterns', 'rules'],
    ],
    [
      'one in an answer',
      { backend: { errors: { 503: { bodyTemplate: MAP_REG } } }, top: MAPS },
      ['lists', 'patterns', 'rules'],
    ],
    [
      'one in a key',
      {
        backend: { ...STICK, stickTable: { type: 'string', size: 10 }, stick: [{ on: 'path,map_reg(m)' }] },
        top: MAPS,
      },
      ['lists', 'patterns', 'rules', 'stickTables'],
    ],
    ['a list that nothing asks for', { top: { lists: { l: ['x'] } } }, ['lists']],
    ['the body of a check', { backend: { check: { expect: [{ rstring: '^ok' }] } } }, ['patterns']],
    ['its status', { backend: { check: { steps: [{ expect: { rstatus: '^2' } }] } } }, ['patterns']],
    [
      'the name of its header',
      { backend: { check: { expect: [{ hdr: { name: '^x', nameMatch: 'reg' } }] } } },
      ['patterns'],
    ],
    [
      'and its value',
      { backend: { check: { expect: [{ hdr: { name: 'x', value: '^a', valueMatch: 'reg' } }] } } },
      ['patterns'],
    ],
  ])('for %s', (_, written, names) => {
    expect(namesOf(configWith(written))).toEqual([...names, 'window'])
  })

  it.each<[string, Written, readonly string[]]>([
    ['nothing', {}, []],
    ['the page of a frontend', { frontend: { stats: {} } }, ['window']],
    ['the page of a backend', { backend: { stats: {} } }, ['window']],
  ])('the window, once the admin API is left out, for %s', (_, written, names) => {
    expect(namesOf(configWith({ ...written, top: { admin: { enabled: false } } }))).toEqual(names)
  })

  it.each<[string, object, readonly string[]]>([
    ['unless it says another', {}, ['roundrobin']],
    ['once, however many have it', { balance: 'leastconn', backends: ['leastconn', 'leastconn'] }, ['leastconn']],
    [
      'of each backend',
      { balance: 'static-rr', backends: ['first', 'random(3)', 'leastconn'] },
      ['first', 'leastconn', 'random', 'static-rr'],
    ],
    ['by the hash type where a key is hashed', { balance: 'source', backends: ['uri', 'hdr(x)'] }, ['rendezvous']],
    ['a hash type', { balance: 'hdr(x)', hashType: 'consistent' }, ['consistent']],
    ['and the other', { balance: 'url_param x', hashType: 'map-based' }, ['map-based']],
    ['no hash type where nothing is hashed', { balance: 'first', hashType: 'map-based' }, ['first']],
  ])('the policy: %s', (_, { backends = [], ...backend }: { backends?: readonly string[] }, members) => {
    const config = configOrThrow(
      {
        frontends: [{ name: 'www', defaultBackend: 'app' }],
        backends: ['', ...backends].map((balance, i) => ({
          name: `app${i || ''}`,
          servers: [{ name: 's1', url: 'http://192.0.2.1' }],
          ...(balance === '' ? backend : { balance }),
        })),
      } as LimpetConfig,
      'serve',
    )
    expect(neededParts(config).find(({ name }) => name === 'policies')?.members).toEqual(members)
  })
})

const COMPLETE = configOrThrow(
  {
    ...HARD,
    ...EVERYTHING,
    frontends: [
      { ...HARD.frontends[0], maxconn: 9, rules: [...HARD.frontends[0]!.rules, { if: ON_PATH, do: METRICS }] },
    ],
    backends: [...HARD.backends.slice(1), ...EVERYTHING.backends],
  },
  'serve',
)

const missing = (config: Config, parts: object) => missingPart(needsOf(config), parts)

/** One after the other is left out: a part, or a member of a set. */
const LEFT_OUT = PARTS.flatMap((row): readonly { what: string; place: string | undefined; without: object }[] =>
  'neededBy' in row
    ? [{ what: row.name, place: row.neededBy(COMPLETE), without: { [row.name]: undefined } }]
    : [...row.membersFor(COMPLETE)].map(([member, place]) => {
        const { [row.name]: all } = ALL_PARTS as Record<string, object>
        return { what: `${row.name}/${member}`, place, without: { [row.name]: { ...all, [member]: undefined } } }
      }),
)

it.each([...LEFT_OUT, { what: 'policies/roundrobin', place: "'api'", without: { policies: undefined } }])(
  'without $what a configuration that needs it does not start, and says why',
  ({ what, place, without }) => {
    expect(missing(COMPLETE, ALL_PARTS)).toBeUndefined()
    expect(missing(COMPLETE, { ...ALL_PARTS, ...without })).toBe(
      `built without '${what}', which ${place} needs: run limpet build again`,
    )
  },
)

it('what a configuration needs is enough for it, and for no other that needs more', () => {
  const plain = configWith({})
  expect(missing(plain, partsFor(plain, ALL_PARTS))).toBeUndefined()
  expect(missing(COMPLETE, partsFor(COMPLETE, ALL_PARTS))).toBeUndefined()
  expect(missing(COMPLETE, partsFor(plain, ALL_PARTS))).toMatch(/^built without /)
  const hashes = configWith({ backend: { balance: 'source' } })
  expect(missing(hashes, partsFor(plain, ALL_PARTS))).toContain("'policies/rendezvous', which 'app' needs")
})

const CHOICES = {
  frontend: [
    { rules: [{ if: REG, do: DENY }] },
    {
      rules: [
        { if: { pathBeg: '/b' }, do: { redirectScheme: { scheme: 'https' } } },
        { do: { setHeader: { name: 'x-was', value: '%[path]' } } },
      ],
    },
    { responseRules: [{ do: { addHeader: { name: 'x-a', value: '%[status]' } } }] },
    { errors: { 403: { bodyTemplate: 'not %[src]' } } },
    { captures: { request: [{ sample: 'req.hdr(host)', len: 9 }] } },
    { uniqueId: { format: '%rt-%ci' } },
  ],
  backend: [
    STICK,
    { rules: [{ if: SAMPLE, do: { return: { status: 200, body: 'own' } } }] },
    { rules: [{ do: { replacePath: REPLACEMENT } }] },
    { responseRules: [{ if: { sample: 'status', values: ['200'] }, do: { setHeader: { name: 'x-b', value: 'b' } } }] },
    { errors: { 503: { body: 'gone' } } },
    { persistRules: [{ if: ON_PATH, do: 'ignore' }] },
    { useServer: [{ if: ON_PATH, server: 's2' }] },
    { cookie: { name: 'S', format: 'haproxy' } },
    { balance: 'uri' },
    { hashType: 'consistent' },
    { balance: 'static-rr' },
  ],
}

/** A third of the choices, by number. */
function randomWritten(seed: number): LimpetConfig {
  let state = seed
  const isChosen = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31 < 1 / 3
  const some = (choices: readonly object[]) => Object.assign({}, ...choices.filter(isChosen)) as object
  return {
    frontends: [{ name: 'www', defaultBackend: 'app', ...some(CHOICES.frontend) }],
    backends: [
      {
        name: 'app',
        servers: ['s1', 's2', 's3'].map((name, i) => ({ name, url: `http://192.0.2.${i}` })),
        ...some(CHOICES.backend),
      },
    ],
  }
}

async function sightings(written: LimpetConfig, ports: Parameters<typeof holdBalancer>[1]): Promise<unknown> {
  const held = await holdBalancer(configOrThrow(written, 'serve'), { now: () => 1_800_000_000_000, ...ports })
  held.setStates({ 'app/s3': { health: 'down' } })
  const answers: unknown[] = []
  for (const path of ['/a', '/a/x', '/b', '/c', '/a']) {
    const request = new Request(`http://www.example.com${path}`, { headers: { cookie: 'S=s2' } })
    const { status, headers, body } = await held.handle(request, ARRIVAL)
    answers.push([status, [...headers], await new Response(body).text()])
  }
  return {
    answers,
    lines: held.lines.map((line) => ({ ...line, wire: line.wire() })),
    sent: held.sent.map(({ server, url, headers }) => [server, url.href, [...headers]]),
  }
}

it('100 random configurations do the same with the parts that they need as with all of them', async () => {
  const all = { rules: createRulesEngine(allTools(patternOf)), createStick, policies }
  const kinds = new Set<string>()
  for (let seed = 0; seed < 100; seed++) {
    const written = randomWritten(seed)
    kinds.add(namesOf(configOrThrow(written, 'serve')).join())
    expect([seed, await sightings(written, {})]).toEqual([seed, await sightings(written, all)])
  }
  expect([...kinds].toSorted()).toEqual([
    'patterns,rules,stickTables,window',
    'patterns,rules,window',
    'rules,stickTables,window',
    'rules,window',
    'window',
  ])
})
