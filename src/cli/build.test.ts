import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import type { Config } from '../config/config.ts'
import { build } from './build.ts'
import type { BuildOptions } from './build.ts'
import { directoryWith, printedBy } from './testing.ts'

const backends = (url: string) => `{ backends: [{ name: 'app', servers: [{ name: 's1', url: ${url} }] }] }`
const GOOD = `export default ${backends("'https://s1.example.com'")}`

async function run(name: string, text: string, options: BuildOptions = {}) {
  const directory = directoryWith({ [name]: text })
  const printed = await printedBy(() => build(join(directory, name), options))
  return { ...printed, path: join(directory, '.limpet/config.js') }
}

it('checks for Cloudflare, and writes what was checked beside the configuration, for nobody else to read', async () => {
  const { stdout, exitCode, path } = await run('limpet.config.ts', GOOD)
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/limpet\.config\.ts: 0 errors, 1 warning for cloudflare\n.*: built into .*config\.js\n$/)
  const { default: built } = (await import(path)) as { default: { configOf(): Config } }
  expect(built.configOf().backends[0]!.servers[0]).toMatchObject({ name: 's1', origin: 'https://s1.example.com' })
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

it('counts what a new wrangler file would have, and does not show it', async () => {
  const directory = directoryWith({ 'limpet.config.ts': GOOD, 'wrangler.toml': '' })
  const { stdout } = await printedBy(() => build(join(directory, 'limpet.config.ts'), {}))
  expect(stdout).toMatch(/, \d notes for cloudflare\n/)
  expect(stdout).not.toContain('suggested-lines')
})

it('writes where it is told', async () => {
  const directory = directoryWith({
    'site/limpet.config.json': JSON.stringify({
      backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.com' }] }],
    }),
  })
  const output = join(directory, 'out/built.js')
  await printedBy(() => build(join(directory, 'site/limpet.config.json'), { output }))
  expect(readFileSync(output, 'utf8')).toContain("name: 'app'")
  expect(existsSync(join(directory, 'site/.limpet'))).toBe(false)
})

it('says why a module cannot be written', async () => {
  const directory = directoryWith({ 'limpet.config.ts': GOOD })
  const output = join(directory, 'limpet.config.ts/built.js')
  const { error } = await printedBy(() => build(join(directory, 'limpet.config.ts'), { output }))
  expect(String(error)).toMatch(/limpet\.config\.ts\/built\.js: cannot be written: E/)
})

it.each([
  [
    'an error',
    'limpet.config.ts',
    `export default ${backends("'http://10.0.0.1'")}`,
    'Cloudflare refuses to fetch an address',
  ],
  [
    'an unsupported line',
    'haproxy.cfg',
    'listen app\nbind :80\nserver s1 s1.example.com:443 ssl agent-check\n',
    'agent-check',
  ],
])('writes nothing when there is %s', async (_, name, text, message) => {
  const { stdout, exitCode, path } = await run(name, text)
  expect([exitCode, existsSync(path)]).toEqual([1, false])
  expect(stdout).toContain(message)
})

it.each([
  ['an error', backends("'ftp://x'"), 'must be'],
  ['no syntax', '{', 'could not be loaded'],
])(
  'keeps wrangler dev alive when there is %s: the module refuses until it is corrected',
  async (_, written, message) => {
    process.env['WRANGLER_COMMAND'] = 'dev'
    onTestFinished(() => void delete process.env['WRANGLER_COMMAND'])
    const { stdout, stderr, exitCode, path } = await run('limpet.config.ts', `export default ${written}`)
    expect(exitCode).toBe(0)
    expect(stdout + stderr).toContain(message)
    expect(stdout).toContain('limpet.config.ts: every request is answered with 500 until this is corrected')
    const { default: built } = (await import(path)) as { default: { configOf(): Config } }
    expect(() => built.configOf()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  },
)

it('builds a haproxy.cfg, too', async () => {
  const cfg = 'listen app\nmode http\nbind :80\nserver s1 s1.example.com:443 ssl verify required ca-file @system-ca\n'
  const { exitCode, path } = await run('haproxy.cfg', cfg)
  expect([exitCode, readFileSync(path, 'utf8').includes("origin: 'https://s1.example.com'")]).toEqual([0, true])
})

it('leaves a function of env to the Worker', async () => {
  process.env['LIMPET_TEST_URL'] = 'https://secret.example.com'
  onTestFinished(() => void delete process.env['LIMPET_TEST_URL'])
  const { stdout, path } = await run('limpet.config.ts', `export default (env) => (${backends('env.LIMPET_TEST_URL')})`)
  expect(stdout).toContain('(a function of env: the Worker validates it)')
  const text = readFileSync(path, 'utf8')
  expect(text).toContain('"./../limpet.config.ts"')
  expect(text).not.toContain('secret')
})

it.each(['process.env.LIMPET_TEST_URL', "globalThis.process.env['LIMPET_TEST_URL']"])(
  'does not deploy what stands in the environment of this machine: %s',
  async (url) => {
    process.env['LIMPET_TEST_URL'] = 'https://secret.example.com'
    onTestFinished(() => void delete process.env['LIMPET_TEST_URL'])
    const { stdout, path } = await run('limpet.config.ts', `export default ${backends(url)}`)
    expect(stdout).toMatch(
      /could not be loaded: .*; a Worker has no process\.env: make the configuration a function of env/,
    )
    expect(existsSync(path)).toBe(false)
  },
)

it.each([
  ["import process from 'node:process'\n", 'process.env.LIMPET_TEST_URL'],
  ["import { env } from 'process'\n", 'env.LIMPET_TEST_URL'],
  ["import * as os from 'node:os'\n", 'os.hostname()'],
  ["const { env } = await import('node:process')\n", 'env.LIMPET_TEST_URL'],
  ['', "require('node:process').env.LIMPET_TEST_URL"],
  ['', 'global.process.env.LIMPET_TEST_URL'],
  ['', "globalThis?.['process'].env.LIMPET_TEST_URL"],
  ["import { env } from 'cloudflare:workers'\n", "env.LIMPET_TEST_URL ?? 'https://fallback.example'"],
  ["import { env } from 'cloudflare:workers'\n", "'LIMPET_TEST_URL' in env ? '' : 'https://fallback.example'"],
  ["import { env } from 'cloudflare:workers'\n", "{ ...env }.LIMPET_TEST_URL ?? 'https://fallback.example'"],
])('nor what comes from Node, or from an env that is not there: %s%s', async (before, url) => {
  process.env['LIMPET_TEST_URL'] = 'https://secret.example.com'
  onTestFinished(() => void delete process.env['LIMPET_TEST_URL'])
  const { stdout, path } = await run('limpet.config.ts', `${before}export default ${backends(url)}`)
  expect(stdout).toMatch(
    /limpet\.config\.ts:\d+:\d+: error: could not be loaded: .*(?:make the configuration a function of env|write the data that you need)/,
  )
  expect(existsSync(path)).toBe(false)
})

it('takes a package that is called as a module of Node', async () => {
  const directory = directoryWith({
    'limpet.config.ts': `import { url } from 'events'\nexport default ${backends('url')}`,
    'node_modules/events/index.js': "exports.url = 'https://s1.example.com'",
  })
  const { stdout } = await printedBy(() => build(join(directory, 'limpet.config.ts'), {}))
  expect(stdout).toMatch(/: built into /)
})
