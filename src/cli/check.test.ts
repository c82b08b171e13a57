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
  const cfg = `listen app\n  bind :8401\n  server s1 127.0.0.1:9401\n${more}`
  const { lines, exitCode } = await run({ 'x.cfg': cfg }, ['x.cfg'])
  expect(lines[0]).toMatch(/^x\.cfg:1 {2}differs {6}listen app/)
  expect(lines.at(-1)).toMatch(
    /^x\.cfg: \d errors?, \d warnings for serve; lines: \d+ translated, 0 platform, \d+ differs, \d unsupported, \d error$/,
  )
  expect(exitCode).toBe(status)
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
