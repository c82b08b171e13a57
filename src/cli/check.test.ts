// `limpet check`: every issue of every file, with its place, and an exit status that a build can stand on.

import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { check } from './check.ts'
import type { CheckOptions } from './check.ts'
import { UsageError } from './cli-error.ts'
import { directoryWith, printedBy } from './testing.ts'

const configOf = (backend: object) =>
  JSON.stringify({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }], ...backend }] })
const GOOD = configOf({})
const BAD = configOf({ retries: 'many', cookie: {} })

async function run(
  files: Readonly<Record<string, string>>,
  names: readonly string[],
  options: Partial<CheckOptions> = {},
  joined: readonly string[] = [],
) {
  const directory = directoryWith(files)
  const at = (name: string) => join(directory, name)
  const printed = await printedBy(() => check(names.map(at), joined.map(at), { for: 'serve', ...options }))
  return { ...printed, lines: printed.stdout.replaceAll(`${directory}/`, '').trimEnd().split('\n') }
}

it('a good file has no error, and exit status 0', async () => {
  expect(await run({ 'a.json': GOOD }, ['a.json'])).toMatchObject({
    lines: ['a.json: 0 errors, 0 warnings for serve'],
    exitCode: 0,
    error: undefined,
  })
})

it('every issue of every file is told, and one error is exit status 1', async () => {
  const { lines, exitCode } = await run({ 'a.json': BAD, 'b.json': GOOD }, ['a.json', 'b.json'])
  const errors = lines.filter((line) => /^a\.json:1:\d+: error: /.test(line))
  expect(errors.length).toBeGreaterThan(1)
  expect(lines).toContain(`a.json: ${errors.length} errors, 0 warnings for serve`)
  expect(lines.at(-1)).toBe('b.json: 0 errors, 0 warnings for serve')
  expect(exitCode).toBe(1)
})

it('for Cloudflare what only it refuses is an error, too, and the wrangler file is looked at', async () => {
  const plain = configOf({ servers: [{ name: 's1', url: 'http://10.0.0.1' }] })
  const file = { 'a.json': plain, 'wrangler.toml': 'name = "x"\n' }
  expect((await run(file, ['a.json'])).exitCode).toBe(0)
  const { lines, exitCode } = await run(file, ['a.json'], { for: 'cloudflare' })
  expect(lines[0]).toMatch(/^a\.json:1:\d+: error: app\/s1\.url: Cloudflare refuses/)
  expect(lines.at(-1)).toMatch(/^a\.json: 1 error, 0 warnings for cloudflare$/)
  expect(exitCode).toBe(1)
  const checked = { 'a.json': configOf({ check: true }), 'wrangler.toml': 'name = "x"\n' }
  const around = await run(checked, ['a.json'], { for: 'cloudflare' })
  expect(around.lines.join('\n')).toMatch(/^wrangler\.toml: error: /m)
  expect(around.exitCode).toBe(1)
})

it('under wrangler dev what only a deploy refuses is a warning', async () => {
  process.env['WRANGLER_COMMAND'] = 'dev'
  onTestFinished(() => void delete process.env['WRANGLER_COMMAND'])
  const file = { 'a.json': configOf({ servers: [{ name: 's1', url: 'http://10.0.0.1' }] }) }
  const { lines, exitCode } = await run(file, ['a.json'], { for: 'cloudflare' })
  expect(lines[0]).toMatch(/^a\.json:1:\d+: warning: .*wrangler deploy refuses this: Cloudflare refuses/)
  expect(lines.at(-1)).toMatch(/ 0 errors, \d+ warnings? for wrangler dev$/)
  expect(exitCode).toBe(0)
})

it.each([
  ['', 0],
  ['  frobnicate\n', 1],
  ['  option transparent\n', 1],
])('of a haproxy.cfg each line is told, and one that is lost (%j) is exit status %d', async (more, status) => {
  const cfg = `listen app\n  bind :8401\n  cookie A insert\n  server s1 127.0.0.1:9401\n${more}`
  const { lines, exitCode } = await run({ 'x.cfg': cfg }, ['x.cfg'])
  // What is wrong stands first.
  const [first] = lines.filter((line) => !/^x\.cfg:\d+:\d+: error: /.test(line))
  expect(first).toMatch(/^x\.cfg:1 {2}differs {6}listen app/)
  expect(lines.findIndex((line) => line === first)).toBe(status)
  expect(lines.at(-1)).toMatch(
    /^x\.cfg: \d errors?, \d warnings for serve; lines: \d+ translated, 0 platform, \d+ differs, \d unsupported, \d error$/,
  )
  expect(exitCode).toBe(status)
})

it('--summary is one line a file, and --quiet errors only', async () => {
  const bad = { 'a.json': GOOD, 'x.cfg': 'listen app\n  mode http\n  frob\n  server s1 app.internal:80\n' }
  const { lines, exitCode } = await run(bad, ['a.json', 'x.cfg'], { summary: true })
  expect([lines, exitCode]).toEqual([
    [
      'a.json: 0 errors, 0 warnings for serve',
      'x.cfg: 1 error, 0 warnings for serve; lines: 3 translated, 0 platform, 0 differs, 0 unsupported, 1 error',
    ],
    1,
  ])
  const { lines: quiet } = await run(bad, ['a.json', 'x.cfg'], { quiet: true })
  expect(quiet.map((line) => line.slice(0, 17))).toEqual(['x.cfg:3:3: error:', 'x.cfg: 1 error, 0'])
  const { error } = await run(bad, ['x.cfg'], { summary: true, quiet: true })
  expect(error).toEqual(new UsageError('--summary prints one line a file: remove --quiet, --cost and --json'))
})

it('files that are joined are one', async () => {
  const files = {
    'a.cfg': 'listen app\n  bind :8401\n',
    'b.cfg': '  server s1 127.0.0.1:9401\nlisten b\n  server s1 x:1\n',
  }
  const { lines } = await run(files, [], {}, ['a.cfg', 'b.cfg'])
  expect(lines.filter((line) => line.includes(' for serve'))).toHaveLength(1)
})

it('the bill is of Cloudflare, and of a configuration that can be deployed', async () => {
  const { error } = await run({ 'a.json': GOOD }, ['a.json'], { cost: 1e6 })
  expect(error).toEqual(new UsageError('--cost is a bill of Cloudflare: add --for cloudflare'))
  const { stdout, exitCode } = await run({ 'a.json': GOOD }, ['a.json'], { cost: 1e6, for: 'cloudflare' })
  expect([stdout.includes('cost of 1,000,000 requests a month'), exitCode]).toEqual([true, 0])
  const bad = await run({ 'a.json': BAD }, ['a.json'], { cost: 1e6, for: 'cloudflare' })
  expect([bad.stdout.includes('cost of'), bad.exitCode]).toEqual([false, 1])
})

const LINES = `[
  { "name": "app", "servers": [{ "name": "s1", "url": "https://a.example.com" }], "retries": 99 },
  { "name": "b", "servers": [] }
]`
const TWO = `{ "backends": ${LINES},\n"frontends": [{ "name": "f", "defaultBackend": "app" }] }`

it('JSON has every issue with its place, its code and its parts', async () => {
  const { stdout, exitCode } = await run({ 'a.json': TWO }, ['a.json'], { format: 'json' })
  const told = JSON.parse(stdout) as { issues: { file: string }[] }
  expect(told).toMatchObject({ for: 'serve', errors: 2, warnings: 2, lines: [] })
  expect(told.issues.map(({ file, ...issue }) => [file.endsWith('/a.json'), issue])).toEqual([
    [
      true,
      {
        line: 2,
        column: 55,
        code: 'placeholder-server',
        level: 'warning',
        path: 'app/s1.url',
        message: 'is a name for examples (RFC 2606): write your own',
        found: '"https://a.example.com"',
      },
    ],
    [
      true,
      {
        line: 2,
        column: 94,
        code: 'invalid-value',
        level: 'error',
        path: 'app.retries',
        message: 'must be a whole number from 0 to 20',
        found: '99',
      },
    ],
    [true, expect.objectContaining({ line: 3, column: 13, code: 'unused-backend', path: 'b.name' })],
    [true, expect.objectContaining({ line: 3, column: 29, code: 'no-server', path: 'b.servers', found: null })],
  ])
  expect(exitCode).toBe(1)
  const missing = await run({}, ['gone.ts'], { format: 'json' })
  expect(JSON.parse(missing.stdout)).toMatchObject({
    errors: 1,
    issues: [{ line: null, column: null, code: 'unreadable-file', path: '', found: null }],
  })
  const cfg = await run({ 'x.cfg': 'listen app\n mode http\n bind :8401\n frob\n' }, ['x.cfg'], { format: 'json' })
  expect(JSON.parse(cfg.stdout)).toMatchObject({
    issues: [
      { code: 'answers-503', line: 1 },
      { code: 'invalid-line', line: 4, column: 2 },
    ],
    lines: [
      { status: 'translated' },
      { status: 'translated' },
      { status: 'translated' },
      { status: 'error', text: 'frob' },
    ],
  })
})

it('GitHub’s annotations name the file from the workspace on, and escape what its commands would take', async () => {
  const directory = directoryWith({ 'a,b.json': configOf({ cookie: { name: 'a%b:c,d;\n' } }) })
  process.env['GITHUB_WORKSPACE'] = directory
  onTestFinished(() => void delete process.env['GITHUB_WORKSPACE'])
  const { stdout } = await printedBy(() => check([join(directory, 'a,b.json')], [], { for: 'serve', format: 'github' }))
  expect(stdout.split('\n')[0]).toBe(
    '::error file=a%2Cb.json,line=1,col=98,title=invalid-value::app.cookie.name: would break a header: letters, digits and ' +
      '!#$%25&\'*+-.^_`|~ are allowed (found "a%25b:c,d;\\n")',
  )
})

it('an environment that the wrangler file does not have is an issue, as JSON, too', async () => {
  const files = { 'a.json': configOf({}), 'wrangler.json': '{ "env": { "staging": {} } }' }
  const { stdout, exitCode } = await run(files, ['a.json'], { for: 'cloudflare', env: 'zz', format: 'json' })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    errors: 1,
    issues: [
      {
        file: expect.stringMatching(/wrangler\.json$/),
        code: 'unknown-environment',
        message: "there is no environment 'zz' (--env or CLOUDFLARE_ENV); there are: staging",
      },
    ],
  })
})

it('quiet says nothing where nothing is wrong, and errors alone where something is', async () => {
  const warned = { 'a.json': configOf({ servers: [{ name: 's1', url: 'https://a.example.com' }] }), 'b.json': TWO }
  expect(await run(warned, ['a.json'], { quiet: true })).toMatchObject({ stdout: '', exitCode: 0 })
  const { lines } = await run(warned, ['b.json'], { quiet: true })
  expect(lines.map((line) => line.split(': ')[1])).toEqual(['error', 'error', '2 errors, 2 warnings for serve'])
})

it('strict is exit status 1 for warnings, too', async () => {
  const warned = { 'a.json': configOf({ servers: [{ name: 's1', url: 'https://a.example.com' }] }), 'b.json': GOOD }
  expect((await run(warned, ['a.json'])).exitCode).toBe(0)
  expect((await run(warned, ['a.json'], { strict: true })).exitCode).toBe(1)
  expect((await run(warned, ['b.json'], { strict: true })).exitCode).toBe(0)
})

it('what only the second look shows stands beside malformed values, in both of them', async () => {
  const two = JSON.stringify({
    frontends: [{ name: 'f', rules: [{ if: { pathBeg: '/x' }, do: { useBackend: 'b' } }], defaultBackend: 'a' }],
    backends: ['a', 'b'].map((name) => ({
      name,
      retries: 99,
      cookie: { name: 'SRV', maxidle: '2h', maxlife: '1h' },
      servers: [{ name: 's1', url: 'https://s1.example:8443' }],
      host: 'client',
    })),
  })
  const { lines } = await run({ 'a.json': two }, ['a.json'], { for: 'cloudflare' })
  const codes = lines.slice(0, -1).map((line) => /\[([a-z-]+)\]$/.exec(line)?.[1])
  expect(new Set(codes)).toEqual(
    new Set([
      'invalid-value',
      'maxlife-below-maxidle',
      'cookie-name-shared',
      'client-host-port',
      'client-host-any-scheme',
    ]),
  )
})

it('a key that stands twice is told, in JSON and in a module', async () => {
  const files = {
    'a.json': '{\n"log": "off",\n"log": "json",\n"backends": []}',
    'a.ts': 'export default {\n backends: [],\n backends: [] }',
  }
  expect((await run(files, ['a.json'])).lines[0]).toMatch(
    /^a\.json:3:1: warning: this key stands twice .* \[duplicate-key\]$/,
  )
  expect((await run(files, ['a.ts'])).lines[0]).toMatch(
    /^a\.ts:3:2: warning: this key stands twice .* \[duplicate-key\]$/,
  )
})

it('one file that is missing hides no other', async () => {
  const { lines } = await run({ 'b.json': BAD }, ['gone.ts', 'b.json'])
  expect(lines[0]).toMatch(/^gone\.ts: error: there is no such file/)
  expect(lines[1]).toBe('gone.ts: 1 error, 0 warnings for serve')
  expect(lines.at(-1)).toBe('b.json: 2 errors, 0 warnings for serve')
})

it('both kinds of usage that make no sense are told', async () => {
  expect((await run({}, [], { cost: 1, for: 'cloudflare', format: 'json' })).error).toEqual(
    new UsageError('--cost prints no JSON: remove --json'),
  )
})

it('a wrangler file that does not parse is an issue, too, and no stack', async () => {
  const of = async (name: string, text: string) => (await run({ 'a.json': GOOD, [name]: text }, ['a.json'])).lines[0]
  expect(await of('wrangler.toml', 'name = "x"\nvars = {\n')).toMatch(
    /^wrangler\.toml:\d:\d+: error: is not TOML: [^\n]+ \[syntax-error\]$/,
  )
  expect(await of('wrangler.jsonc', '{\n "name": }')).toMatch(
    /^wrangler\.jsonc:2:10: error: is not JSON: expected a value \[syntax-error\]$/,
  )
  expect(await of('wrangler.toml/x', '')).toMatch(/^wrangler\.toml: error: is a directory; .* \[unreadable-file\]$/)
  expect(await of('.dev.vars/x', '')).toMatch(/^\.dev\.vars: error: is a directory; .* \[unreadable-file\]$/)
})

it('a password is not printed', async () => {
  const users = [{ name: 'ann', password: 'geheim' }]
  const text = JSON.stringify({ ...(JSON.parse(GOOD) as object), userlists: [{ name: 'u', users }] })
  const { lines } = await run({ 'a.json': text }, ['a.json'])
  expect(lines[0]).toMatch(/^a\.json:1:\d+: error: userlist u\/ann\.password: /)
  expect(lines.join()).not.toContain('geheim')
})
