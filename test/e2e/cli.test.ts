// The commands as an operator types them: what they print, what they exit with.

import { execFile } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../src/cli/bundle.ts'
import { loadConfig } from '../../src/cli/load-config.ts'
import { freePort } from '../free-ports.ts'
import { CLI, startLimpet, startOrigins, temporaryDirectory, TOKEN } from './harness.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
// docs/design/build.md says what is in it.
const MAX_GZIP_KB = 78.5

interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

function run(command: string, args: readonly string[], cwd = ROOT): Promise<Ran> {
  const { LIMPET_URL: _, LIMPET_ADMIN_TOKEN: __, ...env } = process.env
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...env, NO_COLOR: '1', CI: '1' } }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

const limpet = (...args: string[]) => run(process.execPath, [CLI, ...args])

function written(name: string, text: string): string {
  const file = join(temporaryDirectory(), name)
  writeFileSync(file, text)
  return file
}

describe('limpet check', () => {
  it('passes the configuration of the package, for both targets', async () => {
    for (const target of ['serve', 'cloudflare']) {
      expect(await limpet('check', '--for', target)).toMatchObject({ status: 0 })
    }
  })

  it('names every issue of every file and exits with 1', async () => {
    const bad = written(
      'bad.json',
      '{"backends":[{"name":"app","retrys":1,"servers":[{"name":"s","url":"http://10.0.0.1"}]}]}',
    )
    const { status, stdout, stderr } = await limpet('check', '--for', 'cloudflare', 'limpet.config.ts', bad)
    expect(status).toBe(1)
    const said = stdout + stderr
    expect(said).toContain(`${bad}:1:28: error: app.retrys: unknown key; did you mean 'retries'? [unknown-option]`)
    expect(said).toContain(`${bad}:1:68: error: app/s.url: Cloudflare refuses to fetch an address`)
    expect(said).toMatch(/limpet\.config\.ts: 0 errors, 2 warnings for cloudflare/)
  })

  it('prints the bill of so many requests a month, of a configuration without an error', async () => {
    const { status, stdout } = await limpet('check', '--for', 'cloudflare', '--cost', '10000000')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^ {2}all +5\.37$/m)
    expect(stdout).toMatch(/^free plan: not enough; .* requests 330 %/m)
    const bad = written('bad.json', '{"backends":[{"name":"app","servers":[{"name":"s","url":"http://10.0.0.1"}]}]}')
    expect((await limpet('check', '--for', 'cloudflare', '--cost', '1', bad)).stdout).not.toContain('free plan')
    expect(await limpet('check', '--cost', '1')).toMatchObject({
      status: 2,
      stderr: '--cost is a bill of Cloudflare: add --for cloudflare\n',
    })
  })

  it("passes the README's configuration", async () => {
    const [, code] = /```ts\n(import { defineConfig }[^]+?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))!
    const file = written('limpet.config.ts', code!)
    const { status, stdout } = await limpet('check', '--for', 'cloudflare', file)
    const warnings = stdout.split('\n').filter((line) => line.includes(': warning: '))
    expect(status).toBe(0)
    expect(warnings.length).toBeGreaterThan(0)
    expect(warnings.filter((line) => !line.endsWith('[placeholder-server]'))).toEqual([])
  })

  it('reads the wrangler file beside the configuration: a binding that is needed and missing is an error', async () => {
    const mail = { from: 'a@example.com', to: 'b@example.com' }
    const servers = [{ name: 's1', url: 'https://s1.example.com' }]
    const file = written(
      'limpet.config.json',
      JSON.stringify({ alerts: [{ mail }], backends: [{ name: 'app', servers }] }),
    )
    const shipped = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
    const toml = join(dirname(file), 'wrangler.toml')
    writeFileSync(toml, shipped)
    const { status, stdout } = await limpet('check', '--for', 'cloudflare', file)
    expect(status).toBe(1)
    expect(stdout).toContain(
      'wrangler.toml: error: send_email: the binding EMAIL is missing, needed by alerts by mail: without it no mail is sent. ' +
        'Add to send_email: name = "EMAIL"',
    )
    writeFileSync(toml, `${shipped}\n[[send_email]]\nname = "EMAIL"\n[env.staging]\n`)
    const checked = await limpet('check', '--for', 'cloudflare', file)
    expect(checked).toMatchObject({ status: 0, stdout: expect.stringContaining('(only in [env.staging])') })
    const staging = await limpet('check', '--for', 'cloudflare', '--env', 'staging', file)
    expect(staging).toMatchObject({ status: 1, stdout: expect.stringContaining('error: send_email: ') })
    // What runs on this machine needs none of it.
    writeFileSync(toml, 'name = "x"\n')
    expect((await limpet('check', file)).stdout).not.toContain('wrangler.toml')
  })

  it.each([
    ['bad.json', '{', /is not JSON/],
    ['bad.ts', 'export default {', /could not be loaded/],
    ['bad.ts', 'export const x = 1', /has no default export; write/],
    ['bad.ts', "throw new Error('by the operator')", /could not be loaded: by the operator/],
    ['bad.yaml', '', /a configuration ends in \.ts, \.js, \.json, \.jsonc or \.cfg/],
    [
      'bad.ts',
      'export default Promise.resolve({})',
      /is a Promise, and a Worker does not wait: write `export default await/,
    ],
  ])('says what is wrong with a %s that holds %j', says)

  it('says what is wrong with brackets that are nested 20,000 deep', () =>
    says('bad.json', '['.repeat(20_000), /is nested more than 500 levels deep/))

  async function says(name: string, text: string, message: RegExp) {
    const { status, stdout, stderr } = await limpet('check', '--quiet', written(name, text))
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(stdout).toMatch(message)
    // The issue and the summary: no stack.
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
  }

  it('takes standard input, and tells JSON from a haproxy.cfg', async () => {
    const piped = (text: string, ...args: string[]) =>
      new Promise<Ran>((resolve) => {
        const child = execFile(process.execPath, [CLI, 'check', ...args, '-'], { cwd: ROOT }, (error, stdout, stderr) =>
          resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
        )
        child.stdin!.end(text)
      })
    expect((await piped('// ours\n{ "backends": 1 }')).stdout).toMatch(
      /^stdin\.json:2:15: error: backends: must be a list/,
    )
    expect((await piped('listen app\n bind :80\n frob\n')).stdout).toContain('stdin.cfg:3:2: error: ')
    const ts = 'import { x } from "./gone.ts"\nexport default x'
    expect((await piped(ts, '--stdin-name', 'limpet.config.ts')).stdout).toMatch(/^limpet\.config\.ts:1:19: error: /)
  })

  it('writes annotations under GitHub Actions, but for wrangler and who asks for another format', async () => {
    const bad = written('bad.json', '{ "backends": 1 }')
    const under = (env: Readonly<Record<string, string>>, ...args: string[]) =>
      new Promise<string>((resolve) => {
        execFile(process.execPath, [CLI, 'check', bad, ...args], { env: { ...process.env, ...env } }, (_, stdout) =>
          resolve(stdout),
        )
      })
    const GITHUB_ACTIONS = 'true'
    expect(await under({ GITHUB_ACTIONS, GITHUB_WORKSPACE: dirname(bad) })).toMatch(
      /^::error file=bad\.json,line=1,col=15,title=invalid-value::backends: must be a list/,
    )
    expect(await under({ GITHUB_ACTIONS, WRANGLER_COMMAND: 'deploy' })).toMatch(/bad\.json:1:15: error: /)
    expect(await under({ GITHUB_ACTIONS }, '--format', 'text')).toMatch(/bad\.json:1:15: error: /)
    expect(JSON.parse(await under({ GITHUB_ACTIONS }, '--json'))).toMatchObject({ errors: 1 })
  })

  it.each([
    [['check', '--nonsense'], "unknown option '--nonsense'"],
    [['check', '--for', 'nowhere'], "argument 'nowhere' is invalid"],
    [['nonsense'], "unknown command 'nonsense'"],
    [['import'], "missing required argument 'FILE'"],
    [['serve', '--isolates', 'x'], "'x' must be a whole number from 1 to 64"],
    [['serve', '--listen', 'x', 'limpet.config.ts'], '--listen x: must be HOST:PORT'],
    [['show', 'stat', '--url', 'x', '--admin-token', 'x'], '--url x: must be a URL'],
  ])('wrong usage is exit status 2: %j', async (args, message) => {
    const { status, stderr } = await limpet(...args)
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) })
  })
})

describe('limpet show and set', () => {
  it('show the servers, change them, and say what was configured', async () => {
    const [a, b] = await startOrigins(2)
    const servers = [a!, b!].map(({ name, url }) => ({ name, url }))
    const serving = await startLimpet({ backends: [{ name: 'app', servers, check: { inter: '200ms' } }] })
    const remote = ['--url', serving.url, '--admin-token', TOKEN]
    expect((await limpet('set', 'server', 'app/s1', 'state', 'drain', ...remote)).stdout).toMatch(
      /app\/s1 +drain \(configured ready\) +DRAIN/,
    )
    expect((await limpet('set', 'server', 'app/s2', 'weight', '7', ...remote)).stdout).toMatch(/7 \(configured 1\)/)
    const { stdout } = await limpet('show', 'servers', '--json', ...remote)
    expect(JSON.parse(stdout)).toMatchObject([
      { server: 's1', state: 'drain' },
      { server: 's2', state: 'ready', weight: 7 },
    ])

    const failures = [
      [['app/s9', 'state', 'drain'], /there is no server app\/s9/],
      [['app', 'state', 'drain'], /'app' must be BACKEND\/SERVER/],
      [['app/s1', 'state', 'gone'], /state must be ready, drain or maint/],
      [['app/s1', 'weight', '257'], /weight must be a whole number from 0 to 256/],
    ] as const
    for (const [args, message] of failures) {
      const { status, stderr } = await limpet('set', 'server', ...args, ...remote)
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) })
    }
    const wordless = await limpet('set', 'server', 'app/s1', 'weight', 'x', ...remote)
    expect(wordless).toMatchObject({ status: 2, stderr: expect.stringContaining("'x' must be a whole number") })
    // The secret's own words do as well.
    const named = `ann/admin:${TOKEN},bob:other`
    expect(await limpet('show', 'servers', '--url', serving.url, '--admin-token', named)).toMatchObject({ status: 0 })
    const wrong = await limpet('show', 'servers', '--url', serving.url, '--admin-token', 'wrong')
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('a valid bearer token is needed') })
    const nowhere = await limpet(
      'show',
      'servers',
      '--url',
      `http://127.0.0.1:${await freePort()}`,
      '--admin-token',
      'x',
    )
    expect(nowhere).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/cannot be reached: .*--url or LIMPET_URL/),
    })
    expect(await limpet('show', 'servers', '--url', serving.url)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--admin-token-file, LIMPET_ADMIN_TOKEN or --admin-token'),
    })
  })
})

describe('a haproxy.cfg', () => {
  const CFG = `
frontend www
  bind 127.0.0.1:8401
  use_backend api if { hdr(host) -i Api.example.com } || { path_beg /it\\'s }
  default_backend app
backend app
  cookie SRV insert indirect nocache
  http-request set-header X-Quote "\\"q\\" %[src]"
  server s1 127.0.0.1:9401 cookie A check
  compression algo gzip
  server s2 127.0.0.1:9402 cookie B
backend api
  server a1 127.0.0.1:9403
`

  it('is checked line by line', async () => {
    const file = written('x.cfg', `${CFG}  frobnicate\n`)
    const { status, stdout } = await limpet('check', file)
    expect(status).toBe(1)
    expect(stdout).toContain(`${file}:3  translated   bind 127.0.0.1:8401`)
    expect(stdout).toContain(`${file}:10  differs      compression algo gzip  (answers go out as the servers made them`)
    expect(stdout).toContain(`${file}:14  error        frobnicate  (HAProxy 2.6 has no keyword 'frobnicate'`)
    expect(stdout).toMatch(/\d+ translated, 0 platform, \d+ differs, 0 unsupported, 1 error/)
    const broken = written('broken.cfg', `${CFG.replace('default_backend app', 'default_backend nope')}  frobnicate\n`)
    const served = await limpet('serve', broken)
    expect(served.status).toBe(1)
    expect(served.stderr).toContain(`${broken}:14  error        frobnicate`)
    expect(served.stderr).toContain('frontend www.defaultBackend: no such backend')
    expect(served.stderr).toContain('not started; correct or remove the lines that are marked error')
    expect(await limpet('import', 'limpet.config.ts')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('only a haproxy.cfg can be imported'),
    })
    const directory = join(temporaryDirectory(), 'x.cfg')
    mkdirSync(directory)
    expect(await limpet('check', directory)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^[^\n]*x\.cfg: error: is a directory; name the file in it/),
    })
  })

  it('may be in several files, read as one', async () => {
    const first = written('a.cfg', 'defaults\nmode http\nretries 7\n')
    const second = written('b.cfg', 'listen app\nbind :8401\nserver s1 127.0.0.1:9401\n')
    const { status, stdout } = await limpet('check', '-f', first, '-f', second)
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining(`${second}:3  differs`) })
    expect((await loadConfig(first, [second])).written).toMatchObject({ backends: [{ name: 'app', retries: 7 }] })
    expect(await limpet('check', first)).toMatchObject({ status: 1 })
    expect(await limpet('serve', '-f', first, '-f', 'limpet.config.ts')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("limpet.config.ts: only files of HAProxy's can be joined"),
    })
  })

  it('is imported as the same configuration, with public names and what to do next', async () => {
    const file = written('x.cfg', CFG)
    const output = join(temporaryDirectory(), 'limpet.config.ts')
    const names = ['app/s1=https://s1.example.com', 'app/s2=https://s2.example.com', 'api/a1=https://a1.example.com']
    const servers = names.flatMap((name) => ['--server', name])
    expect(await limpet('import', file, '-o', output)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('before wrangler deploy: error: app/s1.url: Cloudflare refuses'),
    })
    expect((await loadConfig(output)).written).toEqual((await loadConfig(file)).written)
    expect(await limpet('import', file, '-o', output)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('already exists'),
    })
    expect(await limpet('import', file, '-o', output, '--force', ...servers)).toMatchObject({ status: 0 })
    expect(await limpet('check', '--for', 'cloudflare', output)).toMatchObject({ status: 0 })
    const text = readFileSync(output, 'utf8')
    expect(text).toContain('// pattern = "api.example.com"')
    expect(text).toContain('// line 10, differs: compression algo gzip')
    expect(await limpet('import', file, '--server', 'app/s9=https://x.example')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--server app/s9: there is no such server'),
    })
  })
})

it('the JSON Schema in the package is the one that limpet schema prints', async () => {
  expect((await limpet('schema')).stdout).toBe(readFileSync(join(ROOT, 'limpet.schema.json'), 'utf8'))
})

it('limpet serve runs with the compatibility settings that are deployed', () => {
  const { compatibility_date: date, compatibility_flags: flags } = parse(
    readFileSync(join(ROOT, 'wrangler.toml'), 'utf8'),
  )
  expect({ date, flags }).toEqual({ date: COMPATIBILITY_DATE, flags: COMPATIBILITY_FLAGS })
})

describe('wrangler deploy', () => {
  /** A checkout whose configuration can be broken. */
  function checkout(config: string): string {
    const directory = temporaryDirectory()
    for (const name of ['src', 'bin', 'node_modules', 'package.json', 'tsconfig.json', 'tsconfig.base.json']) {
      symlinkSync(join(ROOT, name), join(directory, name))
    }
    writeFileSync(join(directory, 'wrangler.toml'), readFileSync(join(ROOT, 'wrangler.toml')))
    writeFileSync(join(directory, 'limpet.config.ts'), config)
    mkdirSync(join(directory, 'out'))
    return directory
  }
  const dryRun = (cwd: string) => run('npx', ['wrangler', 'deploy', '--dry-run', '--outdir', 'out', '--metafile'], cwd)

  /** Of a deploy that succeeds: the bundle, and the files that are in it. */
  async function deployed(config: string, toml = '') {
    const directory = checkout(config)
    appendFileSync(join(directory, 'wrangler.toml'), toml)
    const { status, stdout, stderr } = await dryRun(directory)
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 })
    const { outputs } = JSON.parse(readFileSync(join(directory, 'out/bundle-meta.json'), 'utf8')) as {
      outputs: Record<string, { entryPoint?: string; inputs: object }>
    }
    const files = Object.values(outputs).find(({ entryPoint }) => entryPoint !== undefined)!.inputs
    return { bundle: readFileSync(join(directory, 'out/worker.js')), files: Object.keys(files).join('\n') }
  }

  const partsIn = (files: string) =>
    [...files.matchAll(/cloudflare\/parts\/(.*)\.ts/g)].map(([, name]) => name).toSorted()

  /** What only a Worker needs that validates: the schema, the resolver, the words of their messages, and their library. */
  const VALIDATOR = /valibot|src\/config\/(?:option|fields|validate|resolve|cross-checks|haproxy|rules)/
  const ITS_WORDS = /did you mean|must be one condition|unknown key/

  it(`bundles the package in less than ${MAX_GZIP_KB} KB gzipped, with nothing that reads a configuration`, async () => {
    const { bundle, files } = await deployed(readFileSync(join(ROOT, 'limpet.config.ts'), 'utf8'))
    expect(gzipSync(bundle).length).toBeLessThan(MAX_GZIP_KB * 1024)
    expect(files).toMatch(/^\.limpet\/config\.js$/m)
    expect(files).not.toMatch(VALIDATOR)
    expect(bundle.toString()).not.toMatch(ITS_WORDS)
    // Of a set, the module itself leaves nothing in the bundle.
    expect(files).not.toMatch(
      /src\/(?:pattern\/compile|rules\/engine|flow\/queue|balancer\/persist\/stick|alert\/outbox|balance\/consistent-hash)\.ts/,
    )
    expect(partsIn(files)).toEqual(['window'])
    expect(files).toContain('src/balance/roundrobin.ts')
    expect(files).not.toMatch(/jose|ipaddr/)
  })

  it('bundles what checks tokens of Cloudflare Access where the configuration says so', async () => {
    const { files } = await deployed(
      `export default { admin: { access: { team: 'https://t.cloudflareaccess.com', audience: 'x' } },
        backends: [{ name: 'app', servers: [{ name: 's', url: 'https://s1.example.com' }] }] }`,
    )
    expect(files).toContain('jose')
    expect(partsIn(files)).toEqual(['access-tokens', 'window'])
    expect(files).not.toMatch(VALIDATOR)
  })

  it('bundles the validator for a function of env, and nothing that it returned here', async () => {
    const { bundle, files } = await deployed(
      "export default (env) => ({ backends: [{ name: 'app', servers: [{ name: 's', url: env.S1_URL }] }] })",
      '[vars]\nS1_URL = "https://from-the-environment.example.com"\n',
    )
    expect(files).toMatch(VALIDATOR)
    expect(bundle.toString()).toMatch(ITS_WORDS)
    expect(bundle.toString()).not.toContain('from-the-environment')
  })

  it('refuses a configuration with an error', async () => {
    const { status, stdout, stderr } = await dryRun(
      checkout("export default { backends: [{ name: 'app', servers: [{ name: 's', url: 'http://10.0.0.1' }] }] }"),
    )
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain('Cloudflare refuses to fetch an address')
  })

  it('refuses a configuration whose binding wrangler.toml lacks', async () => {
    const directory = checkout(
      "export default { backends: [{ name: 'app', check: true, servers: [{ name: 's', url: 'https://s1.example.com' }] }] }",
    )
    const toml = join(directory, 'wrangler.toml')
    writeFileSync(toml, readFileSync(toml, 'utf8').replace('name = "MONITOR"', 'name = "MONITORS"'))
    const { status, stdout, stderr } = await dryRun(directory)
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain('the binding MONITOR is missing, needed by the check of app/s')
  })
})
