// `limpet import`: what it writes, says and refuses.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { CliError, ConfigError } from './cli-error.ts'
import { importHaproxy } from './import.ts'
import type { ImportOptions } from './import.ts'
import { loadConfig } from './load-config.ts'
import { directoryWith, printedBy } from './testing.ts'

const CFG = `frontend www
  bind 127.0.0.1:8401
  acl api hdr(host) -i api.example.com API.example.com:8080
  use_backend api if api
  default_backend app
backend app
  cookie SRV insert
  server s1 127.0.0.1:9401 cookie A check
  compression algo gzip
backend api
  server a1 127.0.0.1:9403
`

async function run(text: string, options: Partial<ImportOptions> = {}, more: Readonly<Record<string, string>> = {}) {
  const directory = directoryWith({ 'x.cfg': text, ...more })
  const file = join(directory, 'x.cfg')
  const output = options.output === undefined ? {} : { output: join(directory, options.output) }
  const printed = await printedBy(() => importHaproxy(file, { server: [], ...options, ...output }))
  const { error } = printed
  if (error !== undefined) expect(error).toBeInstanceOf(CliError)
  const message = error instanceof Error ? error.message.replaceAll(directory, 'DIR') : undefined
  const said = printed.stderr.replaceAll(directory, 'DIR').trimEnd().split('\n')
  return { directory, file, stdout: printed.stdout, said, message }
}

describe('what it writes', () => {
  it('is a configuration that is the file’s, with what is not quite the same', async () => {
    const { directory, file, message } = await run(CFG, { output: 'limpet.config.ts' })
    expect(message).toBeUndefined()
    const path = join(directory, 'limpet.config.ts')
    const text = readFileSync(path, 'utf8')
    expect(text).toContain(`// Imported from ${file}. What is not written has HAProxy's default`)
    expect(text).toMatch(
      /\n\/\/ What is not quite the same:\n\/\/ line 1, differs: frontend www\n\/\/ {3}served as http/,
    )
    expect(text).toMatch(/\n\/\/ line 9, differs: compression algo gzip\n\/\/ {3}answers go out as/)
    expect(text).not.toContain('Its cookies, sealed')
    expect((await loadConfig(path)).written).toEqual((await loadConfig(file)).written)
  })

  it('names for wrangler.toml each host once, without case and port', async () => {
    const { stdout } = await run(CFG)
    expect(stdout.match(/^\/\/ pattern = .*/gm)).toEqual(['// pattern = "api.example.com"'])
    expect((await run(CFG.replace(/^ {2}(acl|use_backend).*\n/gm, ''))).stdout).not.toContain('[[routes]]')
  })

  it('goes to the terminal, and what is said of it beside it', async () => {
    const { stdout, said } = await run(CFG)
    expect(stdout).toMatch(/^\/\/ Imported from /)
    expect(stdout).toMatch(
      /\nimport \{ defineConfig \} from '\.[./]*.*src\/config-entry\.ts'\n\nexport default defineConfig\(\{/,
    )
    expect(said[0]).toMatch(/^DIR\/x\.cfg: \d+ translated, 0 platform, \d+ differs, 0 unsupported, 0 error$/)
    expect(said.filter((line) => line.startsWith('before wrangler deploy: error: '))).toHaveLength(2)
  })

  it('has public names where they are given', async () => {
    const server = ['app/s1=https://s1.example.com', 'api/a1=http://a1.example.com:81']
    const { stdout, said } = await run(CFG, { server })
    expect(stdout).toContain("url: 'https://s1.example.com'")
    expect(stdout).toContain("url: 'http://a1.example.com:81'")
    expect(said.join('\n')).not.toContain('before wrangler deploy: error')
  })

  it('has sealed cookies when they are asked for, and says so', async () => {
    const { stdout } = await run(CFG, { seal: true })
    expect((await run(CFG)).stdout).not.toContain('sealed')
    expect(stdout).toContain("format: 'sealed'")
    // Said is what becomes of cookies that cannot simply be sealed.
    expect(stdout).not.toContain('Its cookies')
    const shared = CFG.replace(/hdr\(host\).*/, 'path_beg /api').replace(
      'backend api\n',
      'backend api\n  cookie SRV insert\n',
    )
    expect((await run(shared, { seal: true })).stdout).toContain(
      '\n// Its cookies, sealed:\n// app: its cookie is called SRV-app from now on, ',
    )
  })
})

describe('what it refuses', () => {
  it.each<[string, Partial<ImportOptions>, string]>([
    [
      'a name that is no name',
      { server: ['s1=https://x.example'] },
      '--server s1=https://x.example: must be BACKEND/SERVER=https://host',
    ],
    [
      'a name without a scheme',
      { server: ['app/s1=x.example'] },
      '--server app/s1=x.example: must be BACKEND/SERVER=https://host',
    ],
    ['a name for nobody', { server: ['app/s9=https://x.example'] }, '--server app/s9: there is no such server'],
    [
      'to overwrite a file',
      { output: 'there.ts' },
      'DIR/there.ts: already exists; choose another name, or overwrite it with --force',
    ],
  ])('%s', async (_, options, message) => {
    const { message: told, stdout, directory } = await run(CFG, options, { 'there.ts': 'mine' })
    expect([told, stdout]).toEqual([message, ''])
    expect(readFileSync(join(directory, 'there.ts'), 'utf8')).toBe('mine')
  })

  it('writes over a file with --force', async () => {
    const { message, directory } = await run(CFG, { output: 'there.ts', force: true }, { 'there.ts': 'mine' })
    expect(message).toBeUndefined()
    expect(readFileSync(join(directory, 'there.ts'), 'utf8')).toContain('defineConfig')
  })

  it.each([
    ['none/x.ts', /^DIR\/none\/x\.ts: cannot be written: ENOENT: [^\n]*$/],
    ['.', /^DIR: cannot be written: EISDIR: [^\n]*$/],
  ])('a place that cannot be written to: %s', async (output, told) => {
    expect((await run(CFG, { output, force: true })).message).toMatch(told)
  })

  it('a file that is none of HAProxy’s, or not there', async () => {
    const refused = async (file: string) => (await printedBy(() => importHaproxy(file, { server: [] }))).error
    expect(await refused('limpet.config.ts')).toEqual(
      new CliError('limpet.config.ts: only a haproxy.cfg can be imported; its name must end in .cfg'),
    )
    expect(await refused('/none/x.cfg')).toEqual(
      new ConfigError(
        'unreadable-file',
        { file: '/none/x.cfg' },
        'there is no such file. Write one (README.md shows how), or name another.',
      ),
    )
  })

  it('a line that is an error, whatever is allowed', async () => {
    const { message, said } = await run(`${CFG}  frobnicate\n`, { allowUnsupported: true })
    expect(said[0]).toMatch(/^DIR\/x\.cfg:12 {2}error {8}frobnicate {2}\('frobnicate' is not a keyword/)
    expect(message).toBe(
      'DIR/x.cfg: not imported; correct or remove the lines that are marked error; --allow-unsupported does not leave them out',
    )
  })

  it('a line that is unsupported, unless that is allowed', async () => {
    const cfg = `${CFG}  option transparent\n`
    const { message, said } = await run(cfg)
    expect(said[0]).toMatch(/^DIR\/x\.cfg:12 {2}unsupported {2}option transparent/)
    expect(message).toBe(
      'DIR/x.cfg: not imported; rewrite or remove the unsupported lines, or leave them out with --allow-unsupported',
    )
    const allowed = await run(cfg, { allowUnsupported: true })
    expect(allowed.message).toBeUndefined()
    expect(allowed.stdout).toContain('// line 12, unsupported: option transparent\n')
  })

  it('a configuration that could not start, with the lines that it comes from', async () => {
    const { message, said } = await run(CFG.replace('default_backend app', 'default_backend nope'))
    expect(said.join('\n')).toMatch(/^DIR\/x\.cfg:\d+: error: frontend www\.defaultBackend: no such backend/m)
    expect(message).toBe('DIR/x.cfg: not imported; fix the errors above')
  })
})
