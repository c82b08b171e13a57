// Finding and evaluating a configuration, with the `env` that the Worker would have.

import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { CliError } from './cli-error.ts'
import { loadConfig } from './load-config.ts'
import { placeText } from './place.ts'
import { directoryWith, temporaryDirectory } from './testing.ts'

const SERVERS = "[{ name: 's1', url: 'https://s1.example.com' }]"
const TS = `export default { backends: [{ name: 'app', servers: ${SERVERS} }] }`
const WRITTEN = { backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.com' }] }] }

const load = (files: Readonly<Record<string, string>>, name: string, environment?: string) =>
  loadConfig(join(directoryWith(files), name), [], environment)

async function refusalOf(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CliError)
  return (error as CliError).message
}

describe('a configuration', () => {
  it.each([
    ['limpet.config.ts', `const typed: object = {}\n${TS}`],
    ['limpet.config.mts', TS],
    ['limpet.config.js', TS],
    ['limpet.config.mjs', TS],
    ['limpet.json', JSON.stringify(WRITTEN)],
  ])('may be %s', async (name, text) => {
    const { written, path, statsSockets, placeOf } = await load({ [name]: text }, name)
    expect(written).toEqual(WRITTEN)
    expect(path).toMatch(new RegExp(`^/.*/${name}$`))
    expect(statsSockets).toEqual([])
    expect(placeText(placeOf({ keys: ['backends'], code: 'no-backend' }))).toMatch(new RegExp(`${name}:\\d+:\\d+$`))
  })

  it('may import what stands beside it', async () => {
    const files = {
      'limpet.config.ts': `import { list } from './list.ts'\nexport default { backends: list }`,
      'list.ts': 'export const list = [1 as number]',
    }
    expect((await load(files, 'limpet.config.ts')).written).toEqual({ backends: [1] })
  })

  it('may be a haproxy.cfg, whose lines and sockets are reported', async () => {
    const cfg = 'global\n stats socket /run/x.sock level admin\nlisten app\n mode http\n server s1 127.0.0.1:9401\n'
    const loaded = await load({ 'haproxy.cfg': cfg }, 'haproxy.cfg')
    expect(loaded.written).toMatchObject({ backends: [{ name: 'app' }] })
    expect(loaded.statsSockets).toEqual([{ bind: 'unix@/run/x.sock mode 600', level: 'admin' }])
    expect(loaded.diagnostics!.map(({ line }) => line)).toContain(5)
    const issue = { keys: ['backends', 0, 'servers', 0, 'url'], code: 'invalid-value' } as const
    expect(placeText(loaded.placeOf(issue))).toMatch(/haproxy\.cfg:5:2$/)
    expect(placeText(loaded.placeOf({ ...issue, keys: ['nowhere'] }))).toMatch(/haproxy\.cfg$/)
  })

  it('is refused with its name and what to do', async () => {
    const directory = directoryWith({
      'bad.json': '{ backends',
      'x.yaml': 'a: b',
      'none.ts': 'export const config = 1',
      'broken.ts': 'export default {',
      'throws.ts': "throw new Error('at the start')",
      'asks.ts': 'export default (env) => ({ backends: env.HOSTS.split() })',
      'missing.ts': "import './not-there.ts'\nexport default {}",
    })
    const refused = async (name: string) => {
      const file = join(directory, name)
      return (await refusalOf(loadConfig(file))).replace(file, 'FILE')
    }
    expect(await refused('gone.ts')).toBe(
      'FILE: there is no such file. Write one (README.md shows how), or name another.',
    )
    expect(await refused('bad.json')).toMatch(/^FILE:1:\d+: is not JSON: unknown word: put text in double quotes$/)
    expect(await refused('x.yaml')).toBe('FILE: a configuration ends in .ts, .js, .json, .jsonc or .cfg')
    expect(await refused('none.ts')).toBe('FILE: has no default export; write `export default defineConfig({ ... })`')
    expect(await refused('broken.ts')).toMatch(/^FILE:1:\d+: could not be loaded: /)
    expect(await refused('throws.ts')).toBe('FILE:1:7: could not be loaded: at the start')
    expect(await refused('missing.ts')).toMatch(/^FILE:1:\d+: could not be loaded: .*not-there/)
    // The function of `env` is the operator's, too.
    expect(await refused('asks.ts')).toBe(
      "FILE:1:48: env.HOSTS is not set: its function of env failed: Cannot read properties of undefined (reading 'split'). Set it in [vars] of the wrangler file or in .dev.vars; from the shell's environment env takes LIMPET_* alone.",
    )
  })
})

describe('files that are joined', () => {
  it('are HAProxy’s, and all there', async () => {
    const directory = directoryWith({
      'a.cfg': 'defaults\nmode http\nretries 7\n',
      'b.cfg': 'listen app\nbind :8401\nserver s1 127.0.0.1:9401\n',
      'c.ts': TS,
    })
    const at = (name: string) => join(directory, name)
    expect((await loadConfig(at('a.cfg'), [at('b.cfg')])).written).toMatchObject({
      backends: [{ name: 'app', retries: 7 }],
    })
    const only = (name: string) => `${at(name)}: only files of HAProxy's can be joined; -f takes FILE.cfg`
    expect(await refusalOf(loadConfig(at('a.cfg'), [at('c.ts')]))).toBe(only('c.ts'))
    expect(await refusalOf(loadConfig(at('c.ts'), [at('b.cfg')]))).toBe(only('b.cfg'))
    expect(await refusalOf(loadConfig(at('a.cfg'), [at('d.cfg')]))).toMatch(/d\.cfg: there is no such file/)
  })
})

describe('its env', () => {
  const CONFIG = { 'limpet.config.ts': 'export default (env) => ({ env })' }
  const WRANGLER = '[vars]\nA = "top"\nB = "top"\n[env.staging.vars]\nA = "staging"\n'
  const envOf = async (files: Readonly<Record<string, string>>, environment?: string) =>
    ((await load({ ...CONFIG, ...files }, 'limpet.config.ts', environment)).written as { env: object }).env

  it('is empty where there is nothing', async () => {
    expect(await envOf({})).toEqual({})
    expect((await loadConfig(join(directoryWith(CONFIG), 'limpet.config.ts'))).wrangler).toBeUndefined()
  })

  it('has the vars of the wrangler file, then those of .dev.vars', async () => {
    expect(await envOf({ 'wrangler.toml': WRANGLER })).toEqual({ A: 'top', B: 'top' })
    const loaded = await load(
      { ...CONFIG, 'wrangler.toml': WRANGLER, '.dev.vars': 'B=dev\nC="x y"\n' },
      'limpet.config.ts',
    )
    expect(loaded.vars).toEqual({ A: 'top', B: 'dev', C: 'x y' })
    expect(loaded.devVars).toEqual(['B', 'C'])
    expect(loaded.wrangler!.name).toBe('wrangler.toml')
  })

  it('has those of an environment, and of its own .dev.vars in place of the general one', async () => {
    expect(await envOf({ 'wrangler.toml': WRANGLER, '.dev.vars': 'C=general' }, 'staging')).toEqual({
      A: 'staging',
      C: 'general',
    })
    const both = { '.dev.vars': 'C=general\nD=general', '.dev.vars.staging': 'C=own' }
    expect(await envOf({ 'wrangler.toml': WRANGLER, ...both }, 'staging')).toEqual({ A: 'staging', C: 'own' })
    expect(await envOf({ 'wrangler.toml': WRANGLER, ...both })).toMatchObject({ A: 'top', D: 'general' })
  })

  it('has of the process’s own environment what is Limpet’s, before all others', async () => {
    process.env['LIMPET_TEST_ONLY'] = 'process'
    process.env['TEST_ONLY'] = 'process'
    onTestFinished(() => {
      delete process.env['LIMPET_TEST_ONLY']
      delete process.env['TEST_ONLY']
    })
    expect(await envOf({ '.dev.vars': 'LIMPET_TEST_ONLY=dev' })).toEqual({ LIMPET_TEST_ONLY: 'process' })
  })
})

it('a directory is no file of any kind', async () => {
  expect(await refusalOf(loadConfig(temporaryDirectory()))).toMatch(
    /: is a directory; name the file in it, such as .*\/limpet\.config\.ts$/,
  )
})
