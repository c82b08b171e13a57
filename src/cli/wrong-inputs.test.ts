// Sixty things that operators write by mistake, and what `limpet check` says: one line for each, with its place, and no stack.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { check } from './check.ts'
import { directoryWith, printedBy } from './testing.ts'

const S = "{ name: 's1', url: 'https://s1.example' }"
const ts = (backend: string, before = '') =>
  `${before}export default {\n  backends: [{ name: 'app', ${backend} }],\n}\n`
const SERVERS = `servers: [${S}]`
const json = (backend: object) =>
  JSON.stringify({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }], ...backend }] })
const cfg = (...lines: readonly string[]) =>
  `listen app\n mode http\n bind :8401\n${lines.map((line) => ` ${line}\n`).join('')}`

async function saidOf(name: string, write: (directory: string) => void): Promise<readonly string[]> {
  const directory = directoryWith({})
  write(directory)
  const { stdout, stderr, error } = await printedBy(() =>
    check([join(directory, name)], [], { for: 'serve', format: 'text', quiet: true }),
  )
  expect(error).toBeUndefined()
  expect(stderr).toBe('')
  expect(stdout).not.toMatch(/^\s+at |node:internal|base64/m)
  return stdout.replaceAll(`${directory}/`, '').trimEnd().split('\n').slice(0, -1)
}

const of = (name: string, content: string | Uint8Array) =>
  saidOf(name, (directory) => writeFileSync(join(directory, name), content))

describe('a file that is none', () => {
  it.each<[string, string, (directory: string) => void, string]>([
    [
      'is missing',
      'gone.ts',
      () => undefined,
      'gone.ts: error: there is no such file. Write one (README.md shows how), or name another. [unreadable-file]',
    ],
    [
      'is a directory',
      'dir',
      (at) => mkdirSync(join(at, 'dir')),
      'dir: error: is a directory; name the file in it, such as dir/limpet.config.ts [unreadable-file]',
    ],
    [
      'is a link to itself',
      'loop.ts',
      (at) => symlinkSync('loop.ts', join(at, 'loop.ts')),
      "loop.ts: error: cannot be read: ELOOP: too many symbolic links encountered, stat 'loop.ts' [unreadable-file]",
    ],
  ])('%s', async (_, name, write, line) => {
    expect(await saidOf(name, write)).toEqual([line])
  })

  const MEGABYTES = 'and a configuration has at most 8 MB; is it the right file? [unreadable-file]'
  it.each<[string, string, string | Uint8Array, string]>([
    [
      'binary',
      'a.json',
      new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1]),
      'a.json: error: is a binary file, not a text [unreadable-file]',
    ],
    [
      'UTF-16',
      'a.json',
      Buffer.from('\ufeff{}', 'utf16le'),
      'a.json: error: is UTF-16; save it as UTF-8 [unreadable-file]',
    ],
    [
      'of another ending',
      'a.yaml',
      'a: 1',
      'a.yaml: error: a configuration ends in .ts, .js, .json, .jsonc or .cfg [unreadable-file]',
    ],
    [
      'of no ending',
      'limpet',
      '{}',
      'limpet: error: a configuration ends in .ts, .js, .json, .jsonc or .cfg [unreadable-file]',
    ],
    ['huge, as JSON', 'a.json', `[${'1,'.repeat(5_300_000)}1]`, `a.json: error: has 10 MB, ${MEGABYTES}`],
    ['huge, as a module', 'a.ts', `export default [${'1,'.repeat(5_300_000)}]`, `a.ts: error: has 10 MB, ${MEGABYTES}`],
    ['huge, as a haproxy.cfg', 'a.cfg', '# x\n'.repeat(2_700_000), `a.cfg: error: has 10 MB, ${MEGABYTES}`],
  ])('%s', async (_, name, content, line) => {
    expect(await of(name, content)).toEqual([line])
  })
})

describe('a text that is not what its name says', () => {
  const UNCLOSED = 'could not be loaded: Expected identifier but found end of file [syntax-error]'
  const YAML = 'is not JSON: it looks like YAML; write it as JSON, or as limpet.config.ts [syntax-error]'
  const TOML = 'is not JSON: it looks like TOML; write it as JSON, or as limpet.config.ts [syntax-error]'
  const DEEP = 'is nested more than 500 levels deep; a configuration needs 20 [too-deep]'
  const NO_DEFAULT = 'has no default export; write `export default defineConfig({ ... })` [no-default-export]'
  it.each<[string, string, string, string]>([
    ['nothing, as JSON', 'a.json', '', 'a.json:1:1: error: is not JSON: it is empty [syntax-error]'],
    ['nothing but a comment', 'a.jsonc', '// later\n', 'a.jsonc:2:1: error: is not JSON: it is empty [syntax-error]'],
    ['nothing, as a module', 'a.ts', '', `a.ts: error: ${NO_DEFAULT}`],
    ['nothing, as a haproxy.cfg', 'a.cfg', '', 'a.cfg: error: backends: at least one backend is needed [no-backend]'],
    ['YAML', 'a.json', 'backends:\n  - name: app\n', `a.json:1:1: error: ${YAML}`],
    ['YAML behind a line', 'a.json', '---\nbackends: []\n', `a.json:1:1: error: ${YAML}`],
    ['TOML', 'a.json', '[[backends]]\nname = "app"\n', `a.json:1:3: error: ${TOML}`],
    [
      'a haproxy.cfg',
      'a.json',
      'listen app\n bind :80\n',
      'a.json:1:1: error: is not JSON: it looks like a haproxy.cfg, whose name ends in .cfg [syntax-error]',
    ],
    [
      'single quotes',
      'a.json',
      "{\n  'backends': []\n}",
      'a.json:2:3: error: is not JSON: unknown word: put text in double quotes [syntax-error]',
    ],
    [
      'an open brace',
      'a.json',
      '{ "backends": [] ',
      'a.json:1:18: error: is not JSON: expected a closing brace [syntax-error]',
    ],
    [
      'a missing comma',
      'a.json',
      '{ "log": "off"\n  "backends": [] }',
      'a.json:2:3: error: is not JSON: expected a comma [syntax-error]',
    ],
    [
      'more behind the end',
      'a.json',
      '{ "backends": [] }}',
      'a.json:1:19: error: is not JSON: expected nothing more [syntax-error]',
    ],
    ['an open brace, as a module', 'a.ts', 'export default {\n  backends: [],\n', `a.ts:3:1: error: ${UNCLOSED}`],
    [
      'JSON, as a module',
      'a.ts',
      '{ "backends": [] }',
      'a.ts:1:13: error: could not be loaded: Expected ";" but found ":" [syntax-error]',
    ],
    [
      'an import that is not there',
      'a.ts',
      "import './gone.ts'\nexport default {}\n",
      'a.ts:1:8: error: could not be loaded: Could not resolve "./gone.ts" [syntax-error]',
    ],
    ['nested 20,000 deep, as JSON', 'a.json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, `a.json:1: error: ${DEEP}`],
    [
      'nested 20,000 deep, as a module',
      'a.ts',
      `export default ${'{a:'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      `a.ts:1: error: ${DEEP}`,
    ],
    [
      'nested 20,000 deep, in parentheses',
      'a.js',
      `export default ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `a.js:1: error: ${DEEP}`,
    ],
  ])('%s', async (_, name, content, line) => {
    expect(await of(name, content)).toEqual([line])
  })
})

describe('a module that comes to nothing', () => {
  const PLAIN =
    'write plain data in its place: an object, a list, a text, a number (computed from what stands here) [invalid-value]'
  const MUST_BE = 'it must be an object, or a function of env that returns one [no-default-export]'
  const ORIGIN =
    "Set it in [vars] of the wrangler file or in .dev.vars; from the shell's environment env takes LIMPET_* alone."
  it.each<[string, string, string]>([
    [
      'no default export',
      'export const config = {}',
      'a.ts: error: has no default export; write `export default defineConfig({ ... })` [no-default-export]',
    ],
    ['a class', 'export default class Config {}', `a.ts: error: its default export is a class; ${MUST_BE}`],
    ['a list', 'export default []', `a.ts: error: its default export is a list; ${MUST_BE}`],
    ['null', 'export default null', `a.ts: error: its default export is null; ${MUST_BE}`],
    ['a text', "export default 'x'", 'a.ts:1:16: error: must be an object (found "x") [invalid-value]'],
    [
      'throws',
      "const x = 1\nthrow new Error('at the\\n start')\nexport default x",
      'a.ts:2:7: error: could not be loaded: at the start [failed-to-evaluate]',
    ],
    ['throws what is no error', "throw 'text'", 'a.ts: error: could not be loaded: text [failed-to-evaluate]'],
    [
      'a name that is not there',
      'export default {\n  backends: nothing,\n}',
      'a.ts:2:13: error: could not be loaded: nothing is not defined [failed-to-evaluate]',
    ],
    [
      'an async function',
      'export default async () => ({})',
      'a.ts: error: its function of env returns a Promise, and a Worker does not wait: make it a plain function [no-default-export]',
    ],
    [
      'a function that returns nothing',
      'export default () => { ({}) }',
      'a.ts: error: its function of env returns nothing; it must return a configuration [no-default-export]',
    ],
    [
      'a function that throws',
      "export default () => {\n  throw new Error('no')\n}",
      'a.ts:2:9: error: its function of env failed: no [failed-to-evaluate]',
    ],
    [
      'a variable that is not set',
      'export default (env) => ({\n  backends: env.ORIGIN.split(","),\n})',
      `a.ts:2:24: error: env.ORIGIN is not set: its function of env failed: Cannot read properties of undefined (reading 'split'). ${ORIGIN} [unset-variable]`,
    ],
    [
      'a variable that is not set, as a value',
      "export default (env) => ({\n  backends: [{ name: 'app', servers: [{ name: 's1', url: env.ORIGIN }] }],\n})",
      "a.ts:2:58: error: app/s1.url: must be a URL such as 'https://app1.example.com' or 'http://10.0.0.5:8080'; env.ORIGIN is not set (computed from what stands here) [missing-option]",
    ],
    [
      'a circle',
      `const a = {}\na.b = a\nexport default { a }`,
      'a.ts:1:11: error: a.b: contains itself; a configuration is a tree [circular-value]',
    ],
    [
      'no end',
      'let a = {}\nfor (let i = 0; i < 20_000; i++) a = { a }\nexport default { a }',
      'a.ts:3:18: error: a.a.a.a: is nested more than 100 levels deep (computed from what stands here) [too-deep]',
    ],
    [
      'a getter that throws',
      "export default {\n  get backends() { throw new Error('no') },\n}",
      'a.ts:2:15: error: backends: its getter failed: no (computed from what stands here) [failed-to-evaluate]',
    ],
    [
      'a Proxy that refuses',
      "export default {\n  backends: new Proxy({}, { ownKeys() { throw new Error('no') } }),\n}",
      'a.ts:2:13: error: backends: cannot be listed: no (computed from what stands here) [failed-to-evaluate]',
    ],
    [
      'a Proxy that refuses all',
      "export default new Proxy({}, { getPrototypeOf() { throw new Error('no') } })",
      'a.ts:1:16: error: configuration: cannot be read: no (computed from what stands here) [failed-to-evaluate]',
    ],
    [
      'an object that inherits',
      "export default {\n  frontends: [{ __proto__: { rules: [] }, name: 'www' }],\n}",
      'a.ts:2:15: error: frontends[0]: inherits from another object; copy what it inherits with `...` [invalid-value]',
    ],
    [
      'an own key __proto__',
      "export default {\n  admin: { ['__proto__']: { path: '/x' } }, backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }] }],\n}",
      'a.ts:2:13: error: admin.__proto__: unknown key; allowed: enabled, path, access [unknown-option]',
    ],
    [
      'a Map',
      'export default {\n  maps: new Map([["a", {}]]),\n}',
      `a.ts:2:9: error: maps: is an instance of Map; ${PLAIN}`,
    ],
    [
      'a Date',
      'export default {\n  admin: new Date(0),\n}',
      `a.ts:2:10: error: admin: is an instance of Date; ${PLAIN}`,
    ],
    [
      'an instance of a class',
      'class Admin { get path() { return "/x" } }\nexport default {\n  admin: new Admin(),\n}',
      `a.ts:3:10: error: admin: is an instance of Admin; ${PLAIN}`,
    ],
    [
      'a Promise',
      'export default {\n  backends: Promise.resolve([]),\n}',
      `a.ts:2:13: error: backends: is an instance of Promise; ${PLAIN}`,
    ],
  ])('%s', async (_, content, line) => {
    expect(await of('a.ts', content)).toEqual([line])
  })
})

describe('a value that is wrong', () => {
  const RETRIES = 'app.retries: must be a whole number from 0 to 20'
  it('each of several is told, in the order of the file', async () => {
    const written = {
      backends: [
        {
          name: 'app',
          servers: [{ name: 's1', url: 'https://s1.example', wieght: 3 }],
          cookie: { name: 'S', indirekt: true },
        },
        { name: 'api', servers: [], retries: 99 },
      ],
      admin: { pfad: '/x' },
    }
    expect(await of('a.json', JSON.stringify(written, null, 1))).toEqual([
      'a.json:1:1: error: frontends: several backends need a frontend that says which requests each one gets [no-frontend]',
      "a.json:9:6: error: app/s1.wieght: unknown key; did you mean 'weight'? [unknown-option]",
      "a.json:14:5: error: app.cookie.indirekt: unknown key; did you mean 'indirect'? [unknown-option]",
      'a.json:19:15: error: api.servers: a backend needs at least one server [no-server]',
      'a.json:20:15: error: api.retries: must be a whole number from 0 to 20 (found 99) [invalid-value]',
      'a.json:24:3: error: admin.pfad: unknown key; allowed: enabled, path, access [unknown-option]',
    ])
  })

  it.each<[string, string, string, string]>([
    [
      'a typing error',
      'a.ts',
      ts(`${SERVERS}, retrys: 3`),
      "a.ts:2:83: error: app.retrys: unknown key; did you mean 'retries'? [unknown-option]",
    ],
    [
      'a text for a number',
      'a.ts',
      ts(`retries: 'three', ${SERVERS}`),
      `a.ts:2:38: error: ${RETRIES} (found "three") [invalid-value]`,
    ],
    [
      'NaN',
      'a.ts',
      ts(`retries: NaN, ${SERVERS}`),
      `a.ts:2:38: error: ${RETRIES} (found NaN, computed from what stands here) [invalid-value]`,
    ],
    [
      'Infinity',
      'a.ts',
      ts(`retries: -Infinity, ${SERVERS}`),
      `a.ts:2:38: error: ${RETRIES} (found -Infinity) [invalid-value]`,
    ],
    ['a BigInt', 'a.ts', ts(`retries: 3n, ${SERVERS}`), `a.ts:2:38: error: ${RETRIES} (found 3n) [invalid-value]`],
    [
      'a Date',
      'a.ts',
      ts(`retries: new Date(0), ${SERVERS}`),
      'a.ts:2:38: error: app.retries: is an instance of Date; write plain data in its place: an object, a list, a text, a number (computed from what stands here) [invalid-value]',
    ],
    [
      'a function',
      'a.ts',
      ts(`retries: () => 3, ${SERVERS}`),
      `a.ts:2:38: error: ${RETRIES} (found a function) [invalid-value]`,
    ],
    [
      'a symbol',
      'a.ts',
      ts(`retries: Symbol('x'), ${SERVERS}`),
      `a.ts:2:38: error: ${RETRIES} (found nothing, computed from what stands here) [invalid-value]`,
    ],
    ['null', 'a.json', json({ retries: null }), `a.json:1:91: error: ${RETRIES} (found null) [invalid-value]`],
    [
      'an object for a list',
      'a.json',
      '{ "backends": {} }',
      'a.json:1:15: error: backends: must be a list of backends (found {}) [invalid-value]',
    ],
    ['a list for an object', 'a.json', '[]', 'a.json:1:1: error: must be an object (found []) [invalid-value]'],
    [
      'a hole in a list',
      'a.ts',
      ts(`servers: [, ${S}]`),
      'a.ts:2:38: error: app.servers[0]: required [missing-option]',
    ],
    [
      'no url',
      'a.json',
      '{"backends":[{"name":"app","servers":[{"name":"s1"}]}]}',
      'a.json:1:39: error: app/s1.url: required [missing-option]',
    ],
    [
      'a path behind a url',
      'a.jsonc',
      '{"backends":[{"name":"app","servers":[{"name":"s1","url":"https://a.example/x",},],},],}',
      'a.jsonc:1:58: error: app/s1.url: must be an origin only, without a path or query (found "https://a.example/x") [invalid-value]',
    ],
    [
      'behind a byte order mark',
      'a.json',
      `\ufeff${json({ retries: 99 })}`,
      `a.json:1:91: error: ${RETRIES} (found 99) [invalid-value]`,
    ],
    [
      'behind CR LF',
      'a.ts',
      ts(`\r\n retries: 99, ${SERVERS}`),
      `a.ts:3:11: error: ${RETRIES} (found 99) [invalid-value]`,
    ],
    [
      'behind characters of two units',
      'a.ts',
      ts(`/* 😀 */ retries: 99, ${SERVERS}`),
      `a.ts:2:47: error: ${RETRIES} (found 99) [invalid-value]`,
    ],
    [
      'a key __proto__, which a parser would take for the prototype',
      'a.json',
      json({ retries: 3 }).replace('"retries":3', '"__proto__":{"retries":99}'),
      'a.json:1:81: error: __proto__: unknown key; remove it [unknown-option]',
    ],
    [
      'a server that is not there',
      'a.ts',
      ts(`${SERVERS}, useServer: [{ server: 's9' }]`),
      'a.ts:2:105: error: app.useServer[0].server: no such server; there are: s1 (found "s9") [unknown-server]',
    ],
    [
      'a name that is taken',
      'a.ts',
      ts(`servers: [${S}, ${S}]`),
      'a.ts:2:90: error: app.servers[1].name: is taken by backends[0].servers[0]; names must be unique (found "s1") [duplicate-name]',
    ],
    [
      'a very long text',
      'a.ts',
      ts(`retries: 'x'.repeat(1e6), ${SERVERS}`),
      `a.ts:2:38: error: ${RETRIES} (found "${'x'.repeat(76)}..., computed from what stands here) [invalid-value]`,
    ],
  ])('%s', async (_, name, content, line) => {
    expect(await of(name, content)).toEqual([line])
  })
})

describe('a line of a haproxy.cfg that is wrong', () => {
  const SERVER = 'server s1 127.0.0.1:9401'
  it.each<[string, string, readonly string[]]>([
    [
      'an unknown keyword',
      cfg(SERVER, 'frobnicate 1'),
      [
        `a.cfg:5:2: error: HAProxy 2.6 has no keyword 'frobnicate': correct it, or remove it (found "frobnicate 1") [invalid-line]`,
      ],
    ],
    [
      'what Limpet does not have',
      cfg(SERVER, 'option transparent'),
      ['a.cfg:5:2: error: option transparent is not available (found "option transparent") [unsupported-line]'],
    ],
    [
      'an open quote',
      cfg(SERVER, "http-request set-header X 'a"),
      [`a.cfg:5:28: error: the quote ' is never closed (found "http-request set-header X 'a") [invalid-line]`],
    ],
    [
      'before the first section',
      'retries 3\n',
      [
        'a.cfg:1:1: error: stands before the first section (found "retries 3") [invalid-line]',
        'a.cfg: error: backends: at least one backend is needed [no-backend]',
      ],
    ],
    [
      'a backend that is not there',
      cfg(SERVER, 'use_backend nope if { path /x }'),
      [
        'a.cfg:5:14: error: frontend app.rules[0].do.useBackend: no such backend; there are: app (found "nope") [unknown-backend]',
      ],
    ],
    [
      'both kinds at once',
      cfg(SERVER, 'retries 99', 'frobnicate'),
      [
        'a.cfg:5:10: error: app.retries: must be a whole number from 0 to 20 (found 99) [invalid-value]',
        `a.cfg:6:2: error: HAProxy 2.6 has no keyword 'frobnicate': correct it, or remove it (found "frobnicate") [invalid-line]`,
      ],
    ],
  ])('%s', async (_, content, lines) => {
    expect(await of('a.cfg', content)).toEqual(lines)
  })
})
