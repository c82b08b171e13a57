// `limpet init`: what it writes where, what it asks, and that nothing is written when something is wrong.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'

import { CliError, UsageError } from './cli-error.ts'
import { init } from './init.ts'
import type { InitOptions } from './init.ts'
import { openTerminal } from './init/ask.ts'
import { directoryWith, printedBy, temporaryDirectory } from './testing.ts'

async function run(directory: string, options: Partial<InitOptions> = {}) {
  const { stdout, stderr, error } = await printedBy(() => init(directory, { server: [], host: [], ...options }, null))
  const at = (text: string) => text.replaceAll(directory, 'DIR')
  return {
    stdout: at(stdout),
    stderr: at(stderr),
    error,
    message: error instanceof Error ? at(error.message) : undefined,
  }
}
const textIn = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8')
const wranglerIn = (directory: string) => parse(textIn(directory, 'wrangler.toml'))

describe('writes', () => {
  it('a project into a directory that it makes, and says what to do next', async () => {
    const directory = join(temporaryDirectory(), 'My Shop')
    const { stdout, stderr } = await run(directory)
    expect(stdout).toMatch(/^DIR: wrote limpet\.config\.ts, .*, \.dev\.vars\n\nNext:\n {2}cd 'DIR' && npm install\n/)
    expect(stdout.split('Next:\n')[1]!.trimEnd().split('\n')).toHaveLength(3)
    expect(stderr).toBe('')
    expect(wranglerIn(directory)['name']).toBe('my-shop')
    expect(textIn(directory, 'limpet.config.ts')).toContain("url: 'https://s1.example.com'")
    expect(statSync(join(directory, '.dev.vars')).mode & 0o777).toBe(0o600)
  })

  it('another key each time', async () => {
    const keys = []
    for (const directory of [temporaryDirectory(), temporaryDirectory()]) {
      await run(directory)
      keys.push(/^LIMPET_COOKIE_KEYS=([A-Za-z\d+/]{43}=)$/m.exec(textIn(directory, '.dev.vars'))![1])
    }
    expect(new Set(keys).size).toBe(2)
  })

  it('what options say', async () => {
    const directory = temporaryDirectory()
    const { stderr } = await run(directory, {
      name: 'lb',
      host: ['Shop.Site.example'],
      server: ['http://127.0.0.1:3000', 'b=https://shop.site.example'],
    })
    expect(wranglerIn(directory)).toMatchObject({
      name: 'lb',
      routes: [{ pattern: 'shop.site.example', custom_domain: true }],
    })
    expect(textIn(directory, 'limpet.config.ts')).toContain("{ name: 'b', url: 'https://shop.site.example' }")
    // What works under wrangler dev is written; what is left to do before a deploy is said.
    expect(stderr).toMatch(/^before wrangler deploy: error: app\/s1\.url: Cloudflare refuses/m)
    expect(stderr).toMatch(/^before wrangler deploy: error: app\/b\.url: is a Custom Domain of this Worker/m)
  })

  it('a haproxy.cfg, as limpet import does', async () => {
    const directory = directoryWith({
      'haproxy.cfg': 'listen app\n  bind :80\n  cookie SRV insert\n  server s1 10.0.0.1:80 cookie A\n',
    })
    const to = join(directory, 'x')
    const from = join(directory, 'haproxy.cfg')
    const { stderr } = await run(to, { from, server: ['app/s1=https://s1.site.example'] })
    const text = textIn(to, 'limpet.config.ts')
    expect(text).toMatch(/^\/\/ Imported from .*haproxy\.cfg\./)
    expect(text).toContain("import { defineConfig } from 'limpet/config'")
    expect(text).toContain("url: 'https://s1.site.example'")
    expect(stderr).toMatch(/haproxy\.cfg: \d+ translated, /)
  })
})

describe('refuses', () => {
  const isEmpty = (directory: string) => readdirSync(directory).length === 0

  it('to overwrite, and names all that is there', async () => {
    const directory = directoryWith({
      'package.json': '{}',
      'src/index.ts': 'mine',
      'wrangler.json': '{}',
      'other.txt': '',
    })
    symlinkSync('nowhere', join(directory, 'README.md'))
    const { message, error } = await run(directory)
    expect(error).toBeInstanceOf(CliError)
    expect(message).toBe(
      'DIR: src/index.ts, package.json, README.md, wrangler.json are there already; nothing was written. ' +
        'Choose another directory, or overwrite with --force',
    )
    expect(existsSync(join(directory, 'limpet.config.ts'))).toBe(false)
  })

  it('with --force a second wrangler file alone, which wrangler would read in place of this one', async () => {
    const directory = directoryWith({ 'wrangler.json': '{}', 'src/index.ts': 'mine' })
    const { message } = await run(directory, { force: true })
    expect(message).toBe(
      'DIR: wrangler.json is there already, and wrangler reads one such file; nothing was written. Remove it first',
    )
    expect(textIn(directory, 'src/index.ts')).toBe('mine')
  })

  it.each([
    [{ name: 'My Shop' }, UsageError, /^--name My Shop: must be 1 to 63 lowercase letters, digits and dashes/],
    [{ name: `${'a'.repeat(63)}b` }, UsageError, /^--name/],
    [{ server: ['s1.example.com'] }, UsageError, /^--server s1\.example\.com: must be a URL/],
    [{ host: ['*.example.com'] }, UsageError, /^--host \*\.example\.com: must be a DNS name/],
    [{ seal: true }, UsageError, /^--seal is about a haproxy\.cfg: add --from FILE$/],
    [{ from: 'x.json' }, UsageError, /^x\.json: only a haproxy\.cfg can be imported/],
    [{ from: 'none.cfg' }, CliError, /none\.cfg/],
    [
      { server: ['a=https://x.example', 'a=https://y.example'] },
      CliError,
      /^nothing was written; fix the errors above$/,
    ],
    [{ server: ['https://x.example/#part'] }, CliError, /^nothing was written/],
  ])('%j, and writes nothing', async (options, kind, text) => {
    const directory = temporaryDirectory()
    const { error, message } = await run(directory, options)
    expect(error).toBeInstanceOf(kind)
    expect(message).toMatch(text)
    expect(isEmpty(directory)).toBe(true)
  })

  it('a line of a haproxy.cfg that has an error, as limpet import does', async () => {
    const directory = directoryWith({ 'x.cfg': 'listen app\n  bind :80\n  frobnicate\n  server s1 10.0.0.1:80\n' })
    const { message, stderr } = await run(join(directory, 'new'), { from: join(directory, 'x.cfg') })
    expect(message).toMatch(/x\.cfg: not imported; correct or remove the lines that are marked error/)
    expect(stderr).toContain('frobnicate')
    expect(existsSync(join(directory, 'new'))).toBe(false)
  })

  it('what is no directory, before anything is written', async () => {
    const directory = directoryWith({ src: 'a file' })
    expect((await run(directory)).message).toMatch(/^DIR\/src: cannot be written: E/)
    expect(readdirSync(directory)).toEqual(['src'])
    expect((await run(join(directory, 'src'))).message).toMatch(/^DIR.* cannot be written: E/)
  })
})

it('overwrites with --force, and keeps keys', async () => {
  const directory = directoryWith({ 'package.json': '{}', '.dev.vars': 'LIMPET_COOKIE_KEYS=mine\n' })
  const { stderr, stdout } = await run(directory, { force: true })
  expect(stderr).toBe('DIR: kept .dev.vars, which may hold keys\n')
  expect(stdout).not.toMatch(/\.dev\.vars\n/)
  expect(textIn(directory, 'package.json')).toContain('"limpet"')
  expect(textIn(directory, '.dev.vars')).toBe('LIMPET_COOKIE_KEYS=mine\n')
})

describe('on a terminal', () => {
  async function asked(answers: readonly string[], options: Partial<InitOptions> = {}) {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const directory = join(temporaryDirectory(), 'shop')
    let said = ''
    const left = [...answers]
    output.on('data', (data: Buffer) => {
      said += data.toString()
      if (!said.endsWith(']: ')) return
      const answer = left.shift()
      if (answer === undefined) input.end()
      else input.write(`${answer}\n`)
    })
    const terminal = openTerminal(input, output)
    const printed = await printedBy(() => init(directory, { server: [], host: [], ...options }, terminal))
    // It is closed: nothing keeps the process.
    await expect(terminal.ask('', '', String)).rejects.toThrow()
    return { ...printed, said, directory, left }
  }

  it('asks for what no option says, again where an answer is wrong, with defaults', async () => {
    const { directory, said, error, left } = await asked([
      'No Name',
      '',
      'https://a.site.example, b=https://b.site.example',
      'x',
      'app.site.example',
    ])
    expect([error, left]).toEqual([undefined, []])
    expect(said).toMatch(
      /^Name of the Worker \[shop\]: --name No Name: must be .*\nName of the Worker \[shop\]: Servers, as URLs \[/,
    )
    expect(said).toMatch(/Hosts, such as app\.example\.com \[workers\.dev\]: --host x: must be .*\nHosts, /)
    expect(wranglerIn(directory)).toMatchObject({ name: 'shop', routes: [{ pattern: 'app.site.example' }] })
    expect(textIn(directory, 'limpet.config.ts')).toContain("{ name: 'b', url: 'https://b.site.example' }")
  })

  it('asks nothing that options say', async () => {
    const options = { name: 'x', server: ['https://a.site.example'], host: ['b.site.example'] }
    expect((await asked([], options)).said).toBe('')
  })

  it('writes nothing when it is left', async () => {
    const { error, directory } = await asked(['', ''])
    expect(error).toEqual(new CliError('stopped; nothing was written'))
    expect(existsSync(directory)).toBe(false)
  })

  it('asks nothing before it is known that something may be written', async () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'src'))
    writeFileSync(join(directory, 'src/index.ts'), '')
    const output = new PassThrough()
    const terminal = openTerminal(new PassThrough(), output)
    const { error } = await printedBy(() => init(directory, { server: [], host: [] }, terminal))
    expect([String(error).includes('src/index.ts is there already'), output.read()]).toEqual([true, null])
  })
})
