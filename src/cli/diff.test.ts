// `limpet diff`: files and what runs, what is printed of them, and what it comes to.

import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import { configOrThrow } from '../config/validate.ts'
import { visibleJson } from '../config/visible.ts'
import { createServerRegistry } from '../health/server-registry.ts'
import { UsageError } from './cli-error.ts'
import { diff } from './diff.ts'
import type { DiffOptions } from './diff.ts'
import { directoryWith, listening, printedBy } from './testing.ts'

const OPTIONS: DiffOptions = { adminPath: '/.limpet', adminToken: 'the-admin-token-of-this' }
const server = (name: string, at = name) => ({ name, url: `https://${at}.example.org` })
const OLD: LimpetConfig = {
  frontends: [{ name: 'www', defaultBackend: 'app', rules: [{ if: { pathBeg: '/api/' }, do: { useBackend: 'api' } }] }],
  backends: [
    { name: 'app', cookie: { name: 'SRV' }, servers: [server('s1'), server('s2'), server('s3'), server('s4')] },
    { name: 'api', servers: [server('a1')] },
  ],
}
const NEW: LimpetConfig = {
  frontends: [
    {
      name: 'www',
      defaultBackend: 'app',
      rules: [{ if: { pathBeg: ['/api/', '/v2/'] }, do: { useBackend: 'api' } }, { do: { delHeader: 'x-a' } }],
    },
  ],
  backends: [
    {
      name: 'app',
      cookie: { name: 'SRV' },
      servers: [server('s1'), server('web2', 's2'), server('s3', 'new'), server('s5')],
    },
    { name: 'api', retries: 1, servers: [server('a1')] },
  ],
}
function files(old: LimpetConfig | string = OLD, today: LimpetConfig | string = NEW) {
  const text = (config: LimpetConfig | string) => (typeof config === 'string' ? config : JSON.stringify(config))
  const extension = (config: LimpetConfig | string) => (typeof config === 'string' ? 'cfg' : 'json')
  const names = [`old.${extension(old)}`, `new.${extension(today)}`] as const
  const directory = directoryWith({ [names[0]]: text(old), [names[1]]: text(today) })
  return names.map((name) => join(directory, name))
}
const run = (more: Partial<DiffOptions>, named = files()) => printedBy(() => diff(named, { ...OPTIONS, ...more }))

describe('two files', () => {
  it('are told apart by server, cookie, rule and option', async () => {
    const { stdout, exitCode } = await run({})
    expect(stdout).toBe(`backend app
  s1          stays
  s2 -> web2  is renamed; its clients do not follow: write formerly: ['s2'] in web2; its clients: 25 % to any server
  s3          goes from https://s3.example.org to https://new.example.org; clients of its name go there, too; its clients: 25 % to s3
  s4          is gone; its clients: 25 % to any server
  s5          is new
  clients: 75 % move (kept by a cookie)

rules
  frontend www.rules: changed: if the path begins with '/api/': useBackend 'api'
                           to: if the path begins with '/api/' or '/v2/': useBackend 'api'
  frontend www.rules: added: delHeader "x-a"

options
  api.retries: 3 -> 1
`)
    expect(exitCode).toBe(0)
  })

  it('that are alike have no difference', async () => {
    const { stdout, exitCode } = await run({ exitCode: true, maxMoved: 0 }, files(OLD, OLD))
    expect([stdout, exitCode]).toEqual(['no difference\n', 0])
  })

  it.each<[Partial<DiffOptions>, number, string]>([
    [{ exitCode: true }, 1, ''],
    [{ maxMoved: 75 }, 0, ''],
    [{ maxMoved: 74.9 }, 1, "error: 75 % of a backend's clients would move, and --max-moved allows 74.9 %\n"],
    [{ maxMoved: 0, json: true }, 1, "error: 75 % of a backend's clients would move, and --max-moved allows 0 %\n"],
  ])('with %j are exit status %d', async (options, status, said) => {
    const { exitCode, stderr } = await run(options)
    expect([exitCode, stderr]).toEqual([status, said])
  })

  it('are JSON with --json', async () => {
    const { stdout } = await run({ json: true })
    expect(JSON.parse(stdout)).toMatchObject({
      isChanged: true,
      moved: 0.75,
      backends: [
        { before: 'app', clients: { moved: 0.75, keptBy: ['cookie'] } },
        { before: 'api', clients: null },
      ],
      options: [{ path: 'api.retries', before: 3, after: 1 }],
    })
  })

  it('say of releases what changes, and what becomes of their clients', async () => {
    const site = (releases: object, runs: Readonly<Record<string, string>>): LimpetConfig => ({
      frontends: [{ name: 'www', defaultBackend: 'app' }],
      backends: [
        {
          name: 'app',
          cookie: { name: 'SRV' },
          releases: releases as never,
          servers: Object.entries(runs).map(([name, release]) => ({ ...server(name), release })),
        },
      ],
    })
    const old = site({ list: ['r1', 'r2'], current: 'r1' }, { a: 'r1', b: 'r2', c: 'r1' })
    const today = site({ list: ['r2', 'r3'], current: 'r2' }, { b: 'r2', c: 'r3' })
    const { stdout } = await run({}, files(old, today))
    expect(stdout).toBe(`backend app
  a  is gone; its clients: 33.3 % to any server
  b  stays
  c  stays; its clients: 33.3 % to any server
  release r1 is gone; its clients: to r2, with their next request
  release r3 is new
  release r2 is current, in place of r1: new clients get it
  server c runs r3; it ran r1
  clients: 66.7 % move (kept by a cookie)
`)
    const listed = site({ list: ['r1', 'r2', 'r3'], current: 'r1' }, { a: 'r1', b: 'r2', c: 'r1', d: 'r3' })
    const promoted = site({ list: ['r1', 'r2', 'r3'], current: 'r3' }, { a: 'r1', b: 'r2', c: 'r1', d: 'r3' })
    const shown = await run({ exitCode: true }, files(listed, promoted))
    expect(shown.stdout).toContain(
      'release r3 is current, in place of r1: new clients get it; those of r1 stay while it is kept and their pin lasts\n',
    )
    expect(shown.exitCode).toBe(1)
  })

  it('may be of different kinds', async () => {
    const cfg = `frontend www
  bind :80
  mode http
  default_backend app
backend app
  mode http
  cookie SRV insert indirect nocache
  server s1 s1.example.org:80 cookie s1
  server s2 s2.example.org:80 cookie s2
`
    const { stdout, error } = await run({}, files(cfg, cfg.replace('  server s2 s2.example.org:80 cookie s2\n', '')))
    expect(error).toBeUndefined()
    expect(stdout).toContain('s2  is gone; its clients: 50 % to any server\n  clients: 50 % move (kept by a cookie)')
  })

  it('with errors are not compared', async () => {
    const named = files({ backends: [] } as unknown as LimpetConfig)
    const { error } = await run({}, named)
    expect(error).toMatchObject({ message: `${named[0]}: has 1 error; \`limpet check ${named[0]}\` names them` })
  })

  it.each([[[]], [['a.json']], [['a.json', 'b.json', 'c.json']], [['-', '-']]])('%j is wrong usage', async (named) => {
    expect((await run({}, named)).error).toBeInstanceOf(UsageError)
  })
})

describe('what runs and a file', () => {
  /** `sets`: at run time. */
  async function running(config: LimpetConfig, sets: Readonly<Record<string, 'drain' | 'maint'>> = {}) {
    const resolved = configOrThrow(config, 'either')
    const registry = createServerRegistry(resolved, new Map(), 0)
    for (const [key, state] of Object.entries(sets)) registry.setState(key, state, 1)
    const servers = [...registry.entries.values()].map((entry) => registry.view(entry))
    const { url, asked } = await listening((response, { path }) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        path.endsWith('servers') ? JSON.stringify({ servers }) : `{"configuration":${visibleJson(resolved)}}`,
      )
    })
    return { url, asked }
  }

  it('are compared as two files are', async () => {
    const { url, asked } = await running(OLD)
    const [, today] = files()
    const { stdout } = await run({ url }, [today!])
    expect(stdout).toBe((await run({})).stdout)
    expect(asked.map(({ path }) => path).toSorted()).toEqual(['/.limpet/configuration', '/.limpet/servers'])
  })

  it('a server in drain has no clients to lose', async () => {
    const { url } = await running(OLD, { 'app/s4': 'drain' })
    const today = {
      ...OLD,
      backends: [{ ...OLD.backends[0]!, servers: OLD.backends[0]!.servers.slice(0, 3) }, OLD.backends[1]!],
    }
    const { stdout, exitCode } = await run({ url, maxMoved: 0 }, files(OLD, today).slice(1))
    expect(stdout).toContain('s4  is gone; it gets no new clients now, but those that it still has move\n')
    expect(stdout).toContain('clients: 0 % move')
    expect(exitCode).toBe(0)
  })

  it('a server in maint stays there: its share of a hash goes nowhere', async () => {
    const hashed = { backends: [{ name: 'app', balance: 'source' as const, servers: OLD.backends[0]!.servers }] }
    const { url } = await running(hashed, { 'app/s2': 'maint' })
    const { stdout } = await run({ url, exitCode: true }, files(OLD, hashed).slice(1))
    expect(stdout).toBe('no difference\n')
  })

  it('secrets are not compared', async () => {
    const users = (insecurePassword: string): LimpetConfig => ({
      ...OLD,
      userlists: [{ name: 'staff', users: [{ name: 'ann', insecurePassword }] }],
    })
    const { url } = await running(users('first'))
    expect((await run({ url }, files(OLD, users('second')).slice(1))).stdout).toBe('no difference\n')
  })

  it('a balancer of an older release says what to do', async () => {
    const { url } = await listening((response) => {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: 'there are GET servers, PATCH servers/BACKEND/SERVER and POST command' }))
    })
    const { error } = await run({ url }, files().slice(1))
    expect(String(error)).toContain(`${url}: runs a release that does not tell its configuration`)
  })
})
