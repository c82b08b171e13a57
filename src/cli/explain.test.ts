// `limpet explain`: what it reads, what it prints, and what it refuses.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, vi } from 'vitest'

import { FAILED_HEADER } from '../admin/answer.ts'
import { COOKIE_KEY } from '../balancer/testing.ts'
import { configOrThrow } from '../config/validate.ts'
import { createCodecs } from '../persistence/create-codecs.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import type { Explanation, MetRule } from '../explain/explanation.ts'
import { explainRequest } from './explain.ts'
import type { ExplainOptions } from './explain.ts'
import { directoryWith, listening, printedBy } from './testing.ts'
import type { Scripted } from './testing.ts'

const CONFIG = {
  frontends: [
    {
      name: 'www',
      redirectScheme: 'https',
      rules: [{ if: { pathBeg: '/api/' }, do: { useBackend: 'api' } }],
      defaultBackend: 'app',
    },
  ],
  backends: [
    {
      name: 'app',
      cookie: { name: 'SRV', maxidle: '30m' },
      servers: [
        { name: 's1', url: 'http://10.0.0.1:8000', maxconn: 5 },
        { name: 's2', url: 'http://10.0.0.2:8000' },
      ],
    },
    {
      name: 'api',
      stickTable: { type: 'string', size: 100 },
      stick: [{ on: 'req.hdr(x-user)' }],
      servers: [
        { name: 'a1', url: 'http://10.0.1.1:8000' },
        { name: 'a2', url: 'http://10.0.1.2:8000' },
      ],
    },
  ],
} as const

const OPTIONS: ExplainOptions = {
  method: 'GET',
  for: 'serve',
  adminPath: '/.limpet',
  file: [],
  cookie: [],
  header: [],
  up: [],
  down: [],
  drain: [],
  maint: [],
  full: [],
  refusing: [],
  at: '2026-11-26T12:00:00Z',
}

/** One pair a line, so that rules have lines of their own. */
function file(config: object = CONFIG): string {
  return join(
    directoryWith({ 'limpet.config.ts': `export default ${JSON.stringify(config, null, 1)}` }),
    'limpet.config.ts',
  )
}

const run = (url: string | undefined, path: string | undefined, options: Partial<ExplainOptions> = {}) =>
  printedBy(() => explainRequest(url, path, { ...OPTIONS, ...options }))

/** What is printed with --json. */
type Told = Omit<Explanation, 'rules' | 'cookie' | 'choice'> & {
  readonly rules: readonly (MetRule & { readonly place: unknown })[]
  readonly cookie: Explanation['cookie'] & object
  readonly choice: Explanation['choice'] & object
  readonly notes: readonly string[]
}

async function json(url: string, path: string, options: Partial<ExplainOptions> = {}) {
  const { stdout, error } = await run(url, path, { ...options, json: true })
  if (error) throw error as Error
  return JSON.parse(stdout) as Told
}

async function sealed(server: string): Promise<string> {
  const [app] = configOrThrow(CONFIG as never, 'serve').backends
  const [codec] = await createCodecs(app!, 'SRV', await importCookieKeys(COOKIE_KEY))
  return codec!.encode(server, { lastS: Date.UTC(2026, 10, 26, 11, 50) / 1000, firstS: null })
}

describe('explain', () => {
  it('tells all parts in order, each rule with its place in the file', async () => {
    const path = file()
    const { stdout, exitCode } = await run('https://app.example.com/api/x', path, {
      src: '203.0.113.7',
      header: ['X-User: ann'],
    })
    const headings = stdout.split('\n').filter((line) => /^\S/.test(line))
    expect(headings).toEqual([
      'Request',
      'Frontend',
      'Rules',
      'Backend',
      'Stick table',
      'Servers',
      'Choice',
      'To the server',
      'Answer',
      'Notes',
    ])
    expect(stdout).toContain('  GET https://app.example.com/api/x from 203.0.113.7, at 2026-11-26T12:00:00.000Z\n')
    expect(stdout).toContain(`  ${path}:5:22, frontend www: redirect to https with 302 if not (scheme is https)\n`)
    expect(stdout).toContain(`  ${path}:7:5, frontend www: send to backend api if path begins with /api/\n`)
    expect(stdout).toContain(`  Configuration: ${path}. No balancer was asked: servers are as configured, and up.`)
    expect(exitCode).toBe(0)
  })

  it('prints the same as JSON, with stable keys', async () => {
    const path = file()
    const explanation = await json('https://app.example.com/', path)
    expect((await json('https://app.example.com/', path, { url: '' })).choice).toEqual(explanation.choice)
    expect(Object.keys(explanation)).toEqual([
      'request',
      'frontend',
      'passedOver',
      'rules',
      'backend',
      'cookie',
      'stick',
      'release',
      'servers',
      'choice',
      'attempts',
      'answer',
      'notes',
    ])
    expect(explanation.rules.map(({ place, holds }) => [place, holds])).toEqual([
      [{ file: path, line: 5, column: 22 }, false],
      [{ file: path, line: 7, column: 5 }, false],
    ])
  })

  it('reads a haproxy.cfg, and names its lines', async () => {
    const cfg = [
      'defaults',
      '  mode http',
      'frontend www',
      '  bind :80',
      '  bind :8080',
      '  use_backend api if { path_beg /api/ }',
      '  default_backend app',
      'frontend inner',
      '  bind :9000',
      '  default_backend app',
      'backend app',
      '  server s1 10.0.0.1:8000',
      'backend api',
      '  server a1 10.0.1.1:8000',
    ]
    const path = join(directoryWith({ 'haproxy.cfg': `${cfg.join('\n')}\n` }), 'haproxy.cfg')
    const explanation = await json('http://app.example.com/api/x', path)
    expect(explanation.rules[0]!.place).toEqual({ file: path, line: 6, column: 3 })
    expect(explanation).toMatchObject({ frontend: 'www', backend: 'api', choice: { server: 'a1' } })
    expect(await json('http://app.example.com:9000/', path)).toMatchObject({
      frontend: 'inner',
      passedOver: [{ frontend: 'www', why: 'socket' }],
    })
    expect((await json('http://app.example.com:7777/', path)).notes).toContain(
      'No frontend listens on port 7777 (there are 80, 8080, 9000): explained as if every one did.',
    )
  })

  it('takes states from its options', async () => {
    const path = file()
    const choice = async (options: Partial<ExplainOptions>) =>
      (await json('https://app.example.com/', path, options)).choice.among
    expect(await choice({})).toEqual(['s1', 's2'])
    for (const option of ['down', 'drain', 'maint', 'full'] as const)
      expect(await choice({ [option]: ['app/s1'] })).toEqual(['s2'])
    expect(await choice({ down: ['app/s1', 'app/s2'] })).toEqual([])
    const { attempts } = await json('https://app.example.com/', path, { refusing: ['app/s1'] })
    expect(attempts.map(({ server, outcome }) => [server, outcome])).toEqual([
      ['s1', 'refused'],
      ['s2', 'answered'],
    ])
  })

  it('reads cookies with the key of the environment, or of the directory of serve', async () => {
    const path = file()
    const cookie = [`SRV=${await sealed('s2')}`]
    expect((await json('https://app.example.com/', path, { cookie })).notes).toContainEqual(
      expect.stringMatching(/^No cookie key is known here/),
    )
    vi.stubEnv('LIMPET_COOKIE_KEYS', COOKIE_KEY)
    try {
      expect((await json('https://app.example.com/', path, { cookie })).choice).toMatchObject({
        by: 'cookie',
        server: 's2',
      })
      // A value alone belongs to the only cookie name that there is.
      expect((await json('https://app.example.com/', path, { cookie: [await sealed('s2')] })).choice).toMatchObject({
        by: 'cookie',
      })
    } finally {
      vi.unstubAllEnvs()
    }
    const state = directoryWith({ 'cookie-keys': `${COOKIE_KEY}\n` })
    expect((await json('https://app.example.com/', path, { cookie, state })).choice).toMatchObject({ by: 'cookie' })
    const later = { cookie, state, at: '1795697400' }
    expect((await json('https://app.example.com/', path, later)).cookie).toMatchObject({ verdict: 'expired' })
  })

  it('believes the Host header, as a balancer does', async () => {
    const config = { ...CONFIG, frontends: [{ name: 'www', hosts: ['a.example.com'], defaultBackend: 'app' }] }
    const { frontend, attempts } = await json('https://127.0.0.1/x', file(config), { header: ['Host: a.example.com'] })
    expect([frontend, attempts[0]!.headers[0]]).toEqual(['www', ['host', 'a.example.com']])
  })

  it('a Host without a port is the whole Host, and the port of the URL stays that of the socket', async () => {
    const path = join(
      directoryWith({
        'haproxy.cfg':
          'frontend f\n mode http\n bind :8080\n use_backend b if { hdr(host) -m str a.example.com } { dst_port 8080 }\nbackend b\n mode http\n server s 10.0.0.1:80\n',
      }),
      'haproxy.cfg',
    )
    const { frontend, backend, attempts } = await json('http://127.0.0.1:8080/', path, {
      header: ['Host: a.example.com'],
    })
    expect([frontend, backend, attempts[0]?.headers[0]]).toEqual(['f', 'b', ['host', 'a.example.com']])
  })

  it('says what it leaves out, and what belongs to the admin API', async () => {
    const cfg =
      'listen app\n bind :80\n cookie SRV insert\n http-request set-priority-class int(1)\n server s1 10.0.0.1:80 cookie a\n'
    const path = join(directoryWith({ 'haproxy.cfg': cfg }), 'haproxy.cfg')
    const { notes, cookie } = await json('http://app.example.com/.limpet/servers', path, { cookie: ['SRV=a'] })
    expect(notes).toContain(`Unsupported lines of ${path} are left out (1 of them): limpet check ${path} lists them.`)
    expect(notes).toContain('Once LIMPET_ADMIN_TOKEN is set, /.limpet belongs to the admin API, not to a server.')
    expect(cookie).toMatchObject({ verdict: 'valid', found: [{ format: 'haproxy', server: 's1' }] })
  })

  it('seals the cookies of a haproxy.cfg where serve does', async () => {
    const cfg = 'listen app\n bind :80\n cookie SRV insert\n server s1 10.0.0.1:80 cookie a\n'
    const path = join(directoryWith({ 'haproxy.cfg': cfg }), 'haproxy.cfg')
    const set = async (seal: boolean) => (await json('http://app.example.com/', path, { seal })).answer.headers
    expect(await set(false)).toContainEqual(['set-cookie', 'SRV=a; path=/'])
    expect(await set(true)).toContainEqual(['set-cookie', 'SRV=(sealed); path=/'])
    const { error } = await run('http://app.example.com/', file(), { seal: true })
    expect((error as Error).message).toMatch(/^--seal: .* is not a haproxy\.cfg; write format: 'sealed'$/)
  })

  it.each<[string, string | undefined, string | undefined, Partial<ExplainOptions>]>([
    ["'app.example.com' is not a URL: it must begin with http:// or https://", 'app.example.com', 'x.ts', {}],
    [
      'a URL is missing, such as limpet explain https://app.example.com/; or --cookie VALUE alone',
      undefined,
      undefined,
      {},
    ],
    [
      "'https://ann:x@a.example.com/' has a name or a password before the host: give it as --header 'Authorization: …'",
      'https://ann:x@a.example.com/',
      '',
      {},
    ],
    [
      "'https://' is not a URL: it must begin with http:// or https://, such as https://app.example.com/",
      'https://',
      '',
      {},
    ],
    ["--header 'X': must be 'NAME: VALUE', such as 'X-User: ann'", 'https://a.example.com/', '', { header: ['X'] }],
    [
      "--header 'X:\u0000': must be 'NAME: VALUE', such as 'X-User: ann'",
      'https://a.example.com/',
      '',
      { header: ['X:\u0000'] },
    ],
    [
      "--src '1.2.3': must be an IP address, such as 203.0.113.7 or 2001:db8::1",
      'https://a.example.com/',
      '',
      { src: '1.2.3' },
    ],
    [
      "--at 'noon': must be a time such as 2026-11-26T12:00:00Z, or Unix seconds",
      'https://a.example.com/',
      '',
      { at: 'noon' },
    ],
    [
      "--method 'G T': must be a method such as GET or POST; CONNECT, TRACE and TRACK cannot be sent",
      'https://a.example.com/',
      '',
      { method: 'G T' },
    ],
    [
      "--down app/s9: there is no such server, as BACKEND/SERVER; did you mean 'app/s1'?",
      'https://a.example.com/',
      '',
      { down: ['app/s9'] },
    ],
    [
      "--cookie 'X=1': no backend has a cookie of this name; the backends' cookies are SRV",
      undefined,
      '',
      { cookie: ['X=1'] },
    ],
  ])('refuses: %s', async (message, url, path, options) => {
    const given = path === '' ? file() : path
    const { error } = url === undefined ? await run(given, undefined, options) : await run(url, given, options)
    expect((error as Error).message).toBe(message)
  })

  it('says what is wrong with a configuration in place of explaining it', async () => {
    const { error, stderr, stdout } = await run(
      'https://a.example.com/',
      file({ backends: [{ name: 'app', servers: [], retires: 3 }] }),
    )
    expect(stderr).toMatch(/limpet\.config\.ts:\d+:\d+: error: .*retires.*did you mean 'retries'/)
    expect((error as Error).message).toMatch(/limpet\.config\.ts: not explained; fix the errors above$/)
    expect(stdout).toBe('')
  })
})

describe('explain against a running balancer', () => {
  const VIEW = {
    keys: [],
    state: 'ready',
    health: 'up',
    healthState: 'up',
    isTransitional: false,
    status: 'UP',
    weight: 1,
    backup: false,
  }
  const view = (backend: string, server: string, origin: string, more: object = {}) => ({
    ...VIEW,
    backend,
    server,
    origin,
    ...more,
  })
  const VIEWS = [
    view('app', 's1', 'http://10.0.0.1:8000'),
    view('app', 's2', 'http://10.0.0.2:8000', { state: 'drain' }),
    view('api', 'a1', 'http://10.0.1.1:8000', { health: 'down', healthState: 'down' }),
    view('api', 'a2', 'http://10.0.1.2:8000'),
  ]

  async function balancer(
    views: readonly object[],
    stat: string,
    entries: readonly object[],
    used: number | null = entries.length,
  ): Promise<Scripted> {
    return listening((response, { path, body }) => {
      const isServers = path.endsWith('/servers')
      response.setHeader('content-type', isServers ? 'application/json' : 'text/plain')
      const table = `${JSON.stringify({ table: 'api', used, entries })}\n\n`
      response.end(isServers ? JSON.stringify({ servers: views }) : body === 'show stat' ? stat : table)
    })
  }

  it('goes by its states, its full servers and its tables, and changes nothing', async () => {
    const stat = '# pxname,svname,scur,slim,\napp,s1,5,5,\napp,s2,0,,\napi,a1,0,,\n\n'
    const entries = [{ key: 'ann', server: 'a2', serverId: 2, expiresMs: null }]
    const config = {
      ...CONFIG,
      backends: CONFIG.backends.map((backend) =>
        'stickTable' in backend ? { ...backend, stickTable: { ...backend.stickTable, hashKeys: false } } : backend,
      ),
    }
    const { url, asked } = await balancer(VIEWS, stat, entries)
    const remote = { url, adminToken: 'a-token-of-sixteen' }
    const path = file(config)
    const explained = await json('https://app.example.com/', path, remote)
    expect(explained.servers.map(({ server, leftOut }) => [server, leftOut])).toEqual([
      ['s1', 'full'],
      ['s2', 'drain'],
    ])
    expect(explained.notes).toEqual([
      `Configuration: ${path}. Servers' states and tables: ${url}, as it knows them now.`,
      expect.stringContaining('No cookie key'),
    ])
    const stuck = await json('https://app.example.com/api/', path, { ...remote, header: ['X-User: ann'] })
    expect(stuck).toMatchObject({
      stick: [{ key: 'ann', verdict: 'hit', server: 'a2' }],
      choice: { by: 'stick', server: 'a2' },
    })
    expect(new Set(asked.map(({ method, body }) => `${method} ${body}`))).toEqual(
      new Set(['GET ', 'POST show stat', 'POST show table api key ann json']),
    )
    // Options come on top.
    expect((await json('https://app.example.com/', path, { ...remote, up: ['app/s2'] })).choice.among).toEqual(['s2'])
  })

  it('says how its servers differ from those of the file', async () => {
    const views = [
      view('app', 's1', 'http://10.9.9.9:8000'),
      ...VIEWS.slice(1, 3),
      view('app', 's7', 'http://10.0.0.7:8000'),
    ]
    const { url } = await balancer(views, '', [])
    const path = file()
    expect((await json('https://app.example.com/', path, { url, adminToken: 'a-token-of-sixteen' })).notes).toContain(
      `The running balancer has other servers than ${path}: it does not have api/a2; it has app/s7, too; app/s1 is at http://10.9.9.9:8000 there.`,
    )
  })

  it.each([
    [null, 'Table api cannot be asked for a key: explained as if it had no entry.'],
    [20_000, 'Table api has 20000 entries, and 10000 were looked at: there may be one of this key.'],
  ])('says when nobody can tell whether there is an entry: %s used', async (used, text) => {
    const { url } = await balancer(VIEWS, '', [], used)
    const remote = { url, adminToken: 'a-token-of-sixteen', header: ['X-User: ann'] }
    expect((await json('https://app.example.com/api/', file(), remote)).notes).toContain(text)
  })
})

describe('explain against a running balancer with releases', () => {
  const config = {
    frontends: [{ name: 'www', defaultBackend: 'app' }],
    backends: [
      {
        name: 'app',
        releases: { list: ['r1', 'r2'], current: 'r1' },
        servers: [
          { name: 'a1', release: 'r1', url: 'http://10.0.0.1:8000' },
          { name: 'b1', release: 'r2', url: 'http://10.0.0.2:8000' },
        ],
      },
    ],
  }
  const row = (release: string, state: string, share: number | null, backend = 'app') => ({
    backend,
    release,
    state,
    share,
  })
  async function against(answer: string, hasFailed = false) {
    const { url, asked } = await listening((response, { path, body }) => {
      if (path.endsWith('/servers')) {
        response.setHeader('content-type', 'application/json')
        return void response.end(JSON.stringify({ servers: [] }))
      }
      response.setHeader('content-type', 'text/plain')
      const isReleases = body === 'show releases json'
      if (isReleases && hasFailed) response.setHeader(FAILED_HEADER, '1')
      response.end(isReleases ? answer : '')
    })
    const path = file(config)
    const header = ['Sec-Fetch-Dest: document']
    const told = await json('https://app.example.com/', path, { url, adminToken: 'a-token-of-sixteen', header })
    return { ...told, path, asked: asked.map(({ body }) => body) }
  }

  it('goes by their states', async () => {
    const { release, choice, asked } = await against(JSON.stringify([row('r1', 'kept', null), row('r2', 'current', 1)]))
    expect(asked).toContain('show releases json')
    expect(release).toMatchObject({
      name: 'r2',
      states: [
        { release: 'r1', state: 'kept', share: null },
        { release: 'r2', state: 'current', share: 1 },
      ],
    })
    expect(choice.server).toBe('b1')
  })

  it('goes by the share of the canary', async () => {
    const rows = [row('r1', 'current', 0), row('r2', 'canary', 1)]
    const { release, choice } = await against(JSON.stringify(rows))
    expect(release).toMatchObject({ name: 'r2', states: [{ share: 0 }, { state: 'canary', share: 1 }] })
    expect(choice.server).toBe('b1')
  })

  it('says how they differ from those of the file', async () => {
    const { notes, path } = await against(JSON.stringify([row('r2', 'current', 1), row('r3', 'new', null)]))
    expect(notes).toContain(
      `The running balancer has other releases than ${path}: it does not have app/r1; it has app/r3, too.`,
    )
  })

  it.each([
    ['Permission denied\n\n', 'Permission denied'],
    ["Unknown command: 'show releases'.\n\n", 'it has none'],
  ])('says that they are not known, and goes by the configuration: %j', async (answer, why) => {
    const { notes, release } = await against(answer, true)
    expect(notes).toContain(
      `The releases of the running balancer are not known: ${why}. They are explained as configured.`,
    )
    expect(release).toMatchObject({ name: 'r1', states: [{ state: 'current' }, { state: 'new' }] })
  })

  it('says that an answer cannot be read', async () => {
    await expect(against('<html>')).rejects.toThrow(/: show releases json: its answer is not a list of releases$/)
  })
})

describe('explain --cookie', () => {
  it('reads a cookie without a request', async () => {
    const path = file()
    const state = directoryWith({ 'cookie-keys': COOKIE_KEY })
    const value = await sealed('s2')
    const text =
      'sealed with the key; names server s2; written 10 minutes ago (2026-11-26T11:50:00.000Z), valid until 2026-11-26T12:20:00.000Z.\n'
    expect((await run(path, undefined, { cookie: [value], state })).stdout).toBe(`SRV=${value} of backend app: ${text}`)
    expect((await run(path, undefined, { cookie: [`SRV=${value}`], state })).stdout).toBe(
      `SRV=${value} of backend app: ${text}`,
    )
    const { stdout } = await run(path, undefined, { cookie: [value], state, json: true, at: '2026-11-26T13:00:00Z' })
    expect(JSON.parse(stdout)).toMatchObject({
      cookies: [{ backend: 'app', server: 's2', verdict: 'expired', key: 1, problem: null }],
    })
  })

  it('says what can be said without a configuration', async () => {
    const directory = directoryWith({})
    const before = process.cwd()
    process.chdir(directory)
    try {
      const value = await sealed('s2')
      const { stdout } = await run(undefined, undefined, { cookie: [value, 's1|awDWq'] })
      expect(stdout).toBe(
        `${value}: sealed; the key is not known here, so its server and its signature cannot be told: set LIMPET_COOKIE_KEYS; ` +
          'written 10 minutes ago (2026-11-26T11:50:00.000Z).\n' +
          "s1|awDWq: HAProxy's format; names server s1; written 5 days ago (2026-11-20T23:24:24.000Z).\n" +
          'There is no limpet.config.ts here: name the configuration, and servers are told by name.\n',
      )
    } finally {
      process.chdir(before)
    }
  })

  it('refuses a key that is none', async () => {
    const state = directoryWith({})
    expect(((await run(file(), undefined, { cookie: ['x'], state })).error as Error).message).toMatch(
      /^--state .*: has no keys of limpet serve: ENOENT/,
    )
    writeFileSync(join(state, 'cookie-keys'), 'short')
    expect(((await run(file(), undefined, { cookie: ['x'], state })).error as Error).message).toMatch(
      /has fewer than 16 characters/,
    )
  })
})
