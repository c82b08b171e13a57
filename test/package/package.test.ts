// `npm pack`, and what people do with it: types, Workers of their own, the command; and what a machine has to have for which part.

import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'

import { parseSync } from 'oxc-parser'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { type } from '../e2e/fresh-copy.ts'
import { exchange, startOrigins, temporaryDirectory, until } from '../e2e/harness.ts'
import type { Origin } from '../e2e/harness.ts'
import { freePort } from '../free-ports.ts'
import { install } from './install.ts'

const packed = inject('packed')
const projects: string[] = []

afterAll(() => {
  for (const each of projects) rmSync(each, { recursive: true, force: true })
})

function project(more: readonly string[], from?: string): string {
  const directory = install(packed, more, from)
  projects.push(directory)
  return directory
}

/** Commands of the project as npm's scripts find them: npx would take a second each. */
function start(directory: string, line: string) {
  return type(directory, line, { PATH: `${directory}/node_modules/.bin:${process.env['PATH']}` })
}

/** What a command says, and its exit status. */
async function run(directory: string, line: string) {
  const typed = start(directory, line)
  const status = await typed.ended
  return { status, said: typed.said() }
}

const WRANGLER = ['wrangler', 'typescript']

const haproxyFile = (port: number, servers: readonly number[]) => `
frontend www
  bind 127.0.0.1:${port}
  default_backend app
backend app
  cookie SERVERID insert
${servers.map((each, i) => `  server s${i + 1} 127.0.0.1:${each} cookie s${i + 1}`).join('\n')}
`

const textOf = (file: string) => readFileSync(join(packed.directory, file), 'utf8')

/** By a parser: `limpet init` has texts in which imports stand. */
function importsOf(file: string): readonly string[] {
  const text = textOf(file)
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module
  const fromExports = staticExports.flatMap(({ entries: all }) => all.map(({ moduleRequest }) => moduleRequest?.value))
  const loaded = dynamicImports.map(
    ({ moduleRequest }) => /^["'](.*)["']$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[1],
  )
  const names = [...staticImports.map(({ moduleRequest }) => moduleRequest.value), ...fromExports, ...loaded]
  return names.filter((name) => name !== undefined)
}

/** Modules that `file` leads to, with the names that they import. */
function reached(file: string, seen = new Map<string, readonly string[]>()): ReadonlyMap<string, readonly string[]> {
  if (seen.has(file)) return seen
  const imports = importsOf(file)
  seen.set(file, imports)
  for (const each of imports) if (each.startsWith('.')) reached(join(dirname(file), each), seen)
  return seen
}

const entries = () =>
  Object.values(packed.manifest.exports).flatMap((entry) => {
    const file = typeof entry === 'string' ? entry : entry.default
    return file.endsWith('.js') ? [file] : []
  })

describe('the tarball', () => {
  it('is JavaScript, types and documents, and small', () => {
    const folders = new Set(packed.files.map((file) => file.split('/')[0]))
    expect([...folders].toSorted()).toEqual([
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'bin',
      'dist',
      'docs',
      'examples',
      'limpet.schema.json',
      'package.json',
    ])
    expect(packed.files.filter((file) => /^(?:bin|dist)\/.*test/.test(file))).toEqual([])
    expect(packed.files.filter((file) => /^dist\/.*\.d\.ts$/.test(file)).length).toBeLessThanOrEqual(6)
    expect(packed.bytes).toBeLessThan(5_230_000)
  })

  it('has a module for each of src, since a built configuration imports some of them by their files', () => {
    const sources = globSync('**/*.ts', { cwd: join(import.meta.dirname, '../../src') })
      .filter((file) => !/\.test\.ts$|(?:^|\/)testing\.ts$|^worker-config\.ts$/.test(file))
      .map((file) => `dist/${file.replace(/\.ts$/, '.js')}`)
    expect(sources.filter((file) => !packed.files.includes(file))).toEqual([])
    expect(sources).toContain('dist/cli/own-modules.js')
  })

  it('has nothing that publint finds', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed.directory, strict: true, pack: false })
    expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>, { color: false }))).toEqual(
      [],
    )
  })

  it('imports what it declares, and nothing else', () => {
    const own = new Set(['limpet/validator', './worker-config.js'])
    const declared = Object.keys(packed.manifest.dependencies)
    const files = packed.files.filter((file) => file.endsWith('.js'))
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => !name.startsWith('.') && !/^(?:node|cloudflare):/.test(name) && !own.has(name))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    )
    expect([...new Set(foreign)].filter((name) => !declared.includes(name))).toEqual([])
    expect(foreign).toEqual(expect.arrayContaining(['hono', 'valibot', 'commander']))
  })

  it('has a library that needs nothing of Node, and a limpet/config that needs no Worker', () => {
    const names = (file: string) => [...reached(file).values()].flat()
    const isOfNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name)
    expect(entries().map((file) => [file, names(file).filter(isOfNode)])).toEqual(entries().map((file) => [file, []]))
    expect(names('dist/cli/main.js').some(isOfNode)).toBe(true)
    expect(names('dist/config-entry.js').filter((name) => /^cloudflare:|^hono/.test(name))).toEqual([])
    expect(names('dist/index.js')).toContain('cloudflare:workers')
  })

  it('has a validator that one alias leaves out', () => {
    const built = reached('dist/index.js')
    expect([...built.keys()].filter((file) => file.startsWith('dist/cloudflare/'))).toContain('dist/cloudflare/app.js')
    expect(built.get('dist/cloudflare/limpet.js')).toContain('limpet/validator')
  })
})

describe('a project as create-cloudflare makes it, with Limpet before its own routes', () => {
  let directory: string
  beforeAll(() => void (directory = project(WRANGLER, 'hello-world')))

  it('has no type error beside what `wrangler types` writes, whether libraries are checked or not', async () => {
    expect(await run(directory, 'wrangler types')).toMatchObject({ status: 0 })
    expect(textOfProject(directory, 'worker-configuration.d.ts')).toContain('import("./src/index").Monitor>')
    for (const check of ['true', 'false'])
      expect(await run(directory, `tsc --skipLibCheck ${check}`)).toEqual({ status: 0, said: '' })
    writeFileSync(
      join(directory, 'src/wrong.ts'),
      "import { createLimpet } from 'limpet'\ncreateLimpet({ backend: [] })\n",
    )
    expect(await run(directory, 'tsc')).toMatchObject({ status: 1, said: expect.stringContaining("'backend'") })
    rmSync(join(directory, 'src/wrong.ts'))
  })

  it('is the one that docs/library.md shows', () => {
    const [code, bindings, aliases] = [...textOf('docs/library.md').matchAll(/^```(?:ts|toml)\n([^]*?)^```/gm)]
      .map(([, block]) => block!)
      .filter((block) => /createLimpet|durable_objects|alias/.test(block))
    expect(textOfProject(directory, 'src/index.ts')).toContain(code)
    const wrangler = textOfProject(directory, 'wrangler.jsonc').replaceAll(/^ *\/\/.*$|,(?=\s*[\]}])/gm, '')
    const { secrets, durable_objects, migrations, triggers, alias } = JSON.parse(wrangler) as Record<string, unknown>
    expect(parse(bindings!)).toEqual({ secrets, durable_objects, migrations, triggers })
    expect(parse(aliases!)).toMatchObject({ alias })
  })

  it('is built and bundled for a deploy, without the validator', async () => {
    const { status, said } = await run(directory, 'wrangler deploy --dry-run --outdir out')
    expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining('built into .limpet/config.js') })
    const bundle = textOfProject(directory, 'out/index.js')
    expect(bundle).toContain('limpet build')
    // A sentence of the validator's, and one of what every Worker has.
    expect(bundle).not.toContain('did you mean')
    expect(bundle).toContain('LIMPET_COOKIE_KEYS')
    const [, kilobytes] = /gzip: ([\d.]+) KiB/.exec(said) ?? []
    expect(Number(kilobytes)).toBeLessThan(110)
  })

  it('balances under wrangler dev, and keeps each client on its server', async () => {
    const origins = await startOrigins(2)
    const config = join(directory, 'limpet.config.ts')
    const before = readFileSync(config, 'utf8')
    writeFileSync(
      config,
      before.replaceAll(/https:\/\/s(\d)\.example\.com/g, (_, n: string) => origins[Number(n) - 1]!.url),
    )
    writeFileSync(join(directory, '.dev.vars'), `LIMPET_COOKIE_KEYS=${'k'.repeat(43)}=\n`)
    const port = await freePort()
    const dev = start(directory, `wrangler dev --port ${port} --inspector-port 0`)
    await until(() => dev.said().includes('Ready on'))
    const url = `http://localhost:${port}`

    expect((await exchange(`${url}/hello`)).body).toBe('Hello World!')
    expect(await exchange(`${url}/teapot`)).toMatchObject({ status: 418, body: 'short and stout' })
    const clients = await Promise.all([0, 1, 2, 3].map(() => exchange(`${url}/echo`)))
    const serverOf = ({ body }: { body: string }) => (JSON.parse(body) as { name: string }).name
    expect(new Set(clients.map(serverOf)).size).toBe(2)
    for (const client of clients) {
      const [cookie = ''] = client.setCookie
      const again = await exchange(`${url}/echo`, { headers: { cookie: cookie.split(';')[0]! } })
      expect(serverOf(again)).toBe(serverOf(client))
    }
    await dev.interrupt()
    writeFileSync(config, before)
  })
})

describe('a project as create-hono makes it', () => {
  let directory: string
  beforeAll(() => void (directory = project([...WRANGLER, '@cloudflare/workers-types'], 'hono')))

  it('has no type error beside @cloudflare/workers-types, whether libraries are checked or not', async () => {
    for (const check of ['true', 'false'])
      expect(await run(directory, `tsc --skipLibCheck ${check}`)).toEqual({ status: 0, said: '' })
  })

  it('is bundled with the validator, since its configuration is a function of env that nothing has built', async () => {
    const { status, said } = await run(directory, 'wrangler deploy --dry-run --outdir out')
    expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining('env.MONITOR (Monitor)') })
    expect(textOfProject(directory, 'out/index.js')).toContain('did you mean')
  })
})

describe('a project that limpet init writes', () => {
  const newProject = () => project([...WRANGLER, '@cloudflare/workers-types'])

  it('has no type error, balances under wrangler dev at once, and keeps each client on its server', async () => {
    const directory = newProject()
    const [s1, s2] = await startOrigins(2)
    const made = await run(directory, `limpet init . --server ${s1!.url} --server second=${s2!.url}`)
    expect(made).toEqual({ status: 0, said: expect.stringContaining('\nNext:\n  npm install\n') })
    for (const check of ['true', 'false'])
      expect(await run(directory, `tsc --skipLibCheck ${check}`)).toEqual({ status: 0, said: '' })

    const port = await freePort()
    const dev = start(directory, `npm run dev -- --port ${port} --inspector-port 0`)
    await until(() => dev.said().includes('Ready on'))
    expect(dev.said()).toContain('wrangler deploy refuses this')
    const url = `http://localhost:${port}/echo`
    const serverOf = ({ body }: { body: string }) => (JSON.parse(body) as { name: string }).name
    const first = await exchange(url)
    expect(serverOf(await exchange(url))).not.toBe(serverOf(first))
    const cookie = String(first.setCookie).split(';')[0]!
    expect(cookie).toMatch(/^SERVERID=/)
    for (let i = 0; i < 3; i++) expect(serverOf(await exchange(url, { headers: { cookie } }))).toBe(serverOf(first))
    await dev.interrupt()
  })

  // Of a function of env the built module imports the source in whose place it stands: both must be in the bundle.
  it.each([
    ['without the validator', '', (text: string) => text, false],
    [
      'with it for a function of env',
      '--jsonc',
      (text: string) => text.replace('defineConfig({', 'defineConfig(() => ({').replace(/\}\)\n$/, '}))\n'),
      true,
    ],
  ])('passes its check, and is bundled for a deploy %s', async (_, options, edited, hasValidator) => {
    const directory = newProject()
    const servers = '--server https://s1.site.example --server api/s2=https://s2.site.example'
    await run(directory, `limpet init . --name shop ${options} ${servers}`)
    const file = join(directory, 'limpet.config.ts')
    writeFileSync(file, edited(readFileSync(file, 'utf8')))
    const check = await run(directory, 'limpet check --for cloudflare --strict')
    expect(check).toEqual({ status: 0, said: 'limpet.config.ts: 0 errors, 0 warnings for cloudflare\n' })
    const { status, said } = await run(directory, 'wrangler deploy --dry-run --outdir out')
    expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining('env.STATS (Stats)') })
    expect(said.includes('a function of env')).toBe(hasValidator)
    const bundle = textOfProject(directory, 'out/index.js')
    expect(bundle).toContain('https://s1.site.example')
    expect(bundle.includes('did you mean')).toBe(hasValidator)
  })
})

describe('a machine with nothing but the package', () => {
  let directory: string
  beforeAll(() => void (directory = project([])))

  it('validates a configuration in Node', async () => {
    writeFileSync(
      join(directory, 'validate.mjs'),
      `const before = Object.keys(globalThis).length
      const { defineConfig, validateConfig } = await import('limpet/config')
      const schema = await import('limpet/schema.json', { with: { type: 'json' } })
      const config = defineConfig({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.org', wieght: 1 }] }] })
      const { isValid, issues } = validateConfig(config, 'cloudflare')
      console.log(isValid, issues[0].message, schema.default.title, Object.keys(globalThis).length - before)`,
    )
    expect(await run(directory, 'node validate.mjs')).toEqual({
      status: 0,
      said: expect.stringMatching(/^false unknown key.+'weight'.* 0\n$/),
    })
  })

  it('checks and imports a haproxy.cfg, and checks JSON', async () => {
    writeFileSync(join(directory, 'haproxy.cfg'), haproxyFile(8080, [1, 2]))
    writeFileSync(join(directory, 'limpet.json'), '{ "backends": [] }')
    const lines = 'limpet check haproxy.cfg; limpet import haproxy.cfg; limpet check limpet.json'
    const { said } = await run(directory, lines)
    expect(said).toContain('haproxy.cfg: 0 errors, 4 warnings for serve')
    expect(said).toContain("import { defineConfig } from 'limpet/config'")
    expect(said).toMatch(/limpet\.json:1:\d+: error: backends/)
  })

  it.each([
    ['limpet.config.ts', 'limpet check', 'limpet.config.ts needs esbuild, which is'],
    ['haproxy.cfg', 'limpet serve haproxy.cfg', 'limpet serve needs workerd, which is'],
  ])('says of what is missing for %s how to install it', async (file, command, problem) => {
    writeFileSync(join(directory, file), 'export default {}')
    const { status, said } = await run(directory, `${command}`)
    expect(status).toBe(1)
    expect(said).toMatch(new RegExp(`^${problem} not installed: npm install --save-dev (?:workerd@1|esbuild@0) `))
  })
})

describe('the command in a project with wrangler, whose workerd and esbuild it takes', () => {
  let directory: string
  beforeAll(() => void (directory = project(WRANGLER)))

  it('serves a haproxy.cfg', async () => {
    const [{ port: to }] = (await startOrigins(1)) as [Origin]
    const port = await freePort()
    writeFileSync(join(directory, 'haproxy.cfg'), haproxyFile(port, [to]))
    const serving = start(directory, 'limpet serve haproxy.cfg')
    await until(() => serving.said().includes('listening on'))
    const answer = await exchange(`http://127.0.0.1:${port}/echo`)
    expect(answer.setCookie).toEqual([expect.stringMatching(/^SERVERID=s1;/)])
    await serving.interrupt()
  })

  it('checks a limpet.config.ts in a folder that has no package', async () => {
    const elsewhere = temporaryDirectory()
    writeFileSync(
      join(elsewhere, 'limpet.config.ts'),
      readFileSync(new URL('projects/hello-world/limpet.config.ts', import.meta.url)),
    )
    const { status, said } = await run(directory, `limpet check ${elsewhere}/limpet.config.ts`)
    expect({ status, said }).toEqual({
      status: 0,
      said: expect.stringMatching(/limpet\.config\.ts: 0 errors, 2 warnings/),
    })
  })
})

function textOfProject(directory: string, file: string): string {
  return readFileSync(join(directory, file), 'utf8')
}
