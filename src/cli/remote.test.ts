// `limpet show`, `set` and `ctl` against a server that answers as it is told: what is asked, printed, and what it comes to.

import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { SentServerView } from '../health/server-view.ts'
import { CliError } from './cli-error.ts'
import { askCommand, runCommand, runCommands, setServer, showServers, showStat } from './remote.ts'
import type { RemoteOptions } from './remote.ts'
import { directoryWith, listening, printedBy } from './testing.ts'
import type { Asked } from './testing.ts'

const TOKEN = 'the-admin-token-of-this'

interface Answer {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function start(answerOf: (asked: Asked) => Answer) {
  const { url, asked } = await listening((response, question) => {
    const { status = 200, json, text, headers = {} } = answerOf(question)
    const type = json === undefined ? 'text/plain;charset=UTF-8' : 'application/json'
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(json === undefined ? (text ?? '') : JSON.stringify(json))
  })
  const options: RemoteOptions = { url, adminToken: TOKEN, adminPath: '/.limpet' }
  return { options, url, asked }
}
const failed = (text: string): Answer => ({ text, headers: { 'x-limpet-command-failed': 'true' } })

/** What the user is told; any other error would be a stack trace. */
async function refusalOf(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CliError)
  return (error as CliError).message
}

const VIEW: SentServerView = {
  backend: 'app',
  server: 's1',
  keys: ['app/s1'],
  origin: 'https://s1.example.com',
  state: 'ready',
  drainUntilMs: null,
  configuredState: null,
  health: 'up',
  status: 'UP',
  weight: 1,
  configuredWeight: null,
  backup: false,
  lastCheck: null,
  lastChangeMs: 0,
  checkHealth: 4,
  checksFailed: 0,
  downs: 0,
  downtimeMs: 0,
  isCandidate: true,
}

describe('show servers', () => {
  it('is a table, with what overrides the configuration', async () => {
    const servers: SentServerView[] = [
      { ...VIEW, lastCheck: { code: 'L7OK', status: 200, durationMs: 3 } },
      {
        ...VIEW,
        server: 's2',
        state: 'drain',
        configuredState: 'ready',
        drainUntilMs: 60_000,
        weight: 0,
        configuredWeight: 8,
        backup: true,
        lastCheck: { code: 'L4CON', status: null, durationMs: 1 },
      },
      { ...VIEW, server: 'third' },
    ]
    const { options, asked } = await start(() => ({ json: { servers } }))
    const { stdout, exitCode } = await printedBy(() => showServers(options))
    const ever = '1970-01-01T00:00:00.000Z'
    const cells = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(cells).toEqual([
      ['SERVER', 'STATE', 'STATUS', 'WEIGHT', 'LAST CHECK', 'SINCE'],
      ['app/s1', 'ready', 'UP', '1', 'L7OK 200 3 ms', ever],
      [
        'app/s2',
        'drain (configured ready) until 1970-01-01T00:01:00.000Z',
        'UP backup',
        '0 (configured 8)',
        'L4CON 1 ms',
        ever,
      ],
      ['app/third', 'ready', 'UP', '1', '-', ever],
    ])
    // In columns.
    const places = stdout
      .trimEnd()
      .split('\n')
      .map((line, i) => line.indexOf(i === 0 ? 'SINCE' : ever))
    expect(new Set(places).size).toBe(1)
    expect(exitCode).toBe(0)
    expect(asked).toEqual([{ method: 'GET', path: '/.limpet/servers', authorization: `Bearer ${TOKEN}`, body: '' }])
  })

  it('is what was answered, with --json', async () => {
    const { options } = await start(() => ({ json: { servers: [VIEW] } }))
    const { stdout } = await printedBy(() => showServers({ ...options, json: true }))
    expect(JSON.parse(stdout)).toEqual([VIEW])
  })
})

describe('set server', () => {
  it.each<[readonly [string, string, string], Partial<{ for: string }>, string, object]>([
    [['app/s1', 'state', 'maint'], {}, '/.limpet/servers/app/s1', { state: 'maint' }],
    [['app/s1', 'state', 'drain'], { for: '5m' }, '/.limpet/servers/app/s1', { state: 'drain', drainFor: '5m' }],
    [['app/s1', 'weight', '12'], {}, '/.limpet/servers/app/s1', { weight: 12 }],
    [['my app/s?1', 'weight', '0'], {}, '/.limpet/servers/my%20app/s%3F1', { weight: 0 }],
  ])('%j %j asks PATCH %s for %j', async (words, more, path, body) => {
    const { options, asked } = await start(() => ({ json: { server: VIEW } }))
    const { stdout } = await printedBy(() => setServer(...words, { ...options, ...more }))
    expect(stdout).toMatch(/^SERVER .*\napp\/s1 /)
    expect(asked.map(({ method, path: to, body: sent }) => [method, to, JSON.parse(sent)])).toEqual([
      ['PATCH', path, body],
    ])
  })

  it.each<[readonly [string, string, string], Partial<{ for: string }>, string]>([
    [['s1', 'state', 'maint'], {}, "'s1' must be BACKEND/SERVER, such as app/s1"],
    [['app/s1/x', 'state', 'maint'], {}, "'app/s1/x' must be BACKEND/SERVER, such as app/s1"],
    [['app/', 'state', 'maint'], {}, "'app/' must be BACKEND/SERVER, such as app/s1"],
    [['app/s1', 'state', 'maint'], { for: '5m' }, '--for is only for state drain'],
    [['app/s1', 'weight', '1.5'], {}, "'1.5' must be a whole number from 0 to 256"],
    [['app/s1', 'weight', '-1'], {}, "'-1' must be a whole number from 0 to 256"],
    [['app/s1', 'weight', ''], {}, "'' must be a whole number from 0 to 256"],
  ])('%j %j is refused before anything is asked: %s', async (words, more, message) => {
    const { options, asked } = await start(() => ({ json: {} }))
    expect(await refusalOf(setServer(...words, { ...options, ...more }))).toBe(message)
    expect(asked).toEqual([])
  })
})

describe('a command', () => {
  it('is printed as the socket would, without the line that ends it', async () => {
    const { options, asked } = await start(() => ({ text: '# name\napp\n\n' }))
    expect(await printedBy(() => runCommand('show backend', options))).toMatchObject({
      stdout: '# name\napp\n',
      stderr: '',
      exitCode: 0,
    })
    expect(asked).toMatchObject([{ method: 'POST', path: '/.limpet/command', body: 'show backend' }])
  })

  it('that was not done goes to standard error, with exit status 1', async () => {
    const { options } = await start(() => failed('No such backend.\n\n'))
    expect(await printedBy(() => runCommand('enable server x/y', options))).toMatchObject({
      stdout: '',
      stderr: 'No such backend.\n',
      exitCode: 1,
    })
  })

  it('among others goes where they go', async () => {
    const { options } = await start(() => failed('\nNo such backend.\n\n'))
    const printed = await printedBy(() => runCommands('enable server a/b;enable server x/y', options))
    expect(printed).toMatchObject({ stdout: '\nNo such backend.\n', stderr: '', exitCode: 1 })
  })

  it('with --json is reported by itself', async () => {
    const { options, asked } = await start(({ body }) =>
      body.startsWith('enable') ? failed('No such server.\n\n') : { text: 'user\n\n' },
    )
    const { stdout, exitCode } = await printedBy(() =>
      runCommands(String.raw`show cli level;enable server a/b\;c`, { ...options, json: true }),
    )
    expect(JSON.parse(stdout)).toEqual([
      { command: 'show cli level', isDone: true, answer: 'user' },
      { command: 'enable server a/b;c', isDone: false, answer: 'No such server.' },
    ])
    expect(exitCode).toBe(1)
    // One command stays one.
    expect(asked.map(({ body }) => body)).toEqual(['show cli level', String.raw`enable server a/b\;c`])
  })

  it('with --json that was done has exit status 0', async () => {
    const { options } = await start(() => ({ text: '\n' }))
    const { stdout, exitCode } = await printedBy(() => runCommands('enable server a/b', { ...options, json: true }))
    expect([JSON.parse(stdout), exitCode]).toEqual([[{ command: 'enable server a/b', isDone: true, answer: '' }], 0])
  })
})

describe('show stat', () => {
  const CSV =
    '# pxname,svname,qcur,status,weight,scur,stot,rate,econ,wretr,wredis,hrsp_5xx,\nwww,FRONTEND,,OPEN,,1,22,3,,,,4,\napp,s1,0,UP 1/3,5,0,6,7,8,9,10,11,\n\n'

  it('is a table of some columns, wherever they stand', async () => {
    const { options, asked } = await start(() => ({ text: CSV }))
    const { stdout } = await printedBy(() => showStat(options))
    expect(stdout.split('\n')).toEqual([
      'PROXY  SERVER    STATUS  WEIGHT  NOW  TOTAL  PER S  FAILED  RETRIED  MOVED  5XX',
      'www    FRONTEND  OPEN            1    22     3                              4',
      'app    s1        UP 1/3  5       0    6      7      8       9        10     11',
      '',
    ])
    expect(asked.map(({ body }) => body)).toEqual(['show stat'])
  })

  it.each([
    [{ csv: true }, 'show stat'],
    [{ json: true }, 'show stat json'],
    [{ json: true, csv: true }, 'show stat json'],
  ])('with %j is what `%s` answers', async (more, command) => {
    const { options, asked } = await start(() => ({ text: CSV }))
    const { stdout } = await printedBy(() => showStat({ ...options, ...more }))
    expect(stdout).toBe(CSV.slice(0, -1))
    expect(asked.map(({ body }) => body)).toEqual([command])
  })
})

describe('where it asks', () => {
  const pathOf = async (adminPath: string) => {
    const { options, asked } = await start(() => ({ text: '\n' }))
    await askCommand('help', { ...options, adminPath })
    return asked[0]!.path
  }
  it.each([
    ['/.limpet', '/.limpet/command'],
    ['/ops/', '/ops/command'],
    ['/', '/command'],
  ])('with --admin-path %s is %s', async (adminPath, path) => {
    expect(await pathOf(adminPath)).toBe(path)
  })

  it.each(['app.example.com', '', 'http://'])('--url %j is refused', async (url) => {
    const { options } = await start(() => ({}))
    expect(await refusalOf(askCommand('help', { ...options, url }))).toBe(
      `--url ${url}: must be a URL such as https://app.example.com`,
    )
  })

  it('nobody listens: it says so, and how another is named', async () => {
    const message = await refusalOf(
      askCommand('help', { url: 'http://127.0.0.1:1', adminToken: TOKEN, adminPath: '/x' }),
    )
    expect(message).toMatch(
      /^http:\/\/127\.0\.0\.1:1: cannot be reached: .+\. Name the balancer with --url or LIMPET_URL\.$/,
    )
  })
})

describe('its token', () => {
  const NEEDED = 'the admin API needs its token: --admin-token-file, LIMPET_ADMIN_TOKEN or --admin-token'
  const sentWith = async (more: Partial<RemoteOptions>) => {
    const { options, asked } = await start(() => ({ text: '\n' }))
    await askCommand('help', { ...options, ...more })
    return asked[0]!.authorization
  }

  it('is the first of several, as the secret has them', async () => {
    expect(await sentWith({ adminToken: `ann/user:${TOKEN},another-token-of-it` })).toBe(`Bearer ${TOKEN}`)
  })

  it('is read from a file in its place', async () => {
    const directory = directoryWith({ token: ' from-the-file-itself\n', empty: '\n' })
    expect(await sentWith({ adminTokenFile: join(directory, 'token') })).toBe('Bearer from-the-file-itself')
    const { options } = await start(() => ({}))
    const refused = (name: string) =>
      refusalOf(askCommand('help', { ...options, adminTokenFile: join(directory, name) }))
    expect(await refused('empty')).toBe(NEEDED)
    expect(await refused('none')).toBe(`--admin-token-file ${join(directory, 'none')}: cannot be read`)
  })

  it('is needed, and nothing is asked without one', async () => {
    const { options, asked } = await start(() => ({ text: '\n' }))
    const { adminToken: _, ...without } = options
    expect(await refusalOf(askCommand('help', without))).toBe(NEEDED)
    expect(await refusalOf(showServers({ ...options, adminToken: '' }))).toBe(NEEDED)
    expect(asked).toEqual([])
  })
})

describe('an answer that is a refusal', () => {
  it.each([
    [401, { error: 'a valid bearer token is needed' }, 'a valid bearer token is needed (status 401)'],
    [404, { error: 'there is no server app/s1' }, 'there is no server app/s1 (status 404)'],
    [503, { error: 'try\u001b[2J again' }, 'try\\x1b[2J again (status 503)'],
  ])('of status %d is told in its words, which are not run', async (status, json, message) => {
    const { options, url } = await start(() => ({ status, json }))
    for (const ask of [
      () => askCommand('help', options),
      () => showServers(options),
      () => setServer('a/b', 'state', 'ready', options),
    ]) {
      expect(await refusalOf(ask())).toBe(`${url}: ${message}`)
    }
  })

  it.each<[string, Answer]>([
    ['a page', { text: '<html>', headers: { 'content-type': 'text/html' } }],
    ['a redirect', { status: 302, headers: { location: 'https://www.example.com/' } }],
    ['nothing', { status: 404, text: 'not found' }],
    ['JSON of something else', { json: { hello: 'world' } }],
    ['JSON that is a list', { json: [] }],
    ['JSON that is null', { json: null }],
    [
      'what looks like an answer, under a status that is none',
      { status: 500, json: { servers: [VIEW], server: VIEW } },
    ],
    ['an error of another API', { status: 404, json: { error: { code: 404, message: 'no route' } } }],
  ])('by something else (%s) says that it is not the admin API', async (_, answer) => {
    const { options, url } = await start(() => answer)
    const message = `${url}/.limpet: is not Limpet's admin API (status ${answer.status ?? 200}). It exists once LIMPET_ADMIN_TOKEN is set; --admin-path says where.`
    for (const ask of [
      () => askCommand('help', options),
      () => showServers(options),
      () => setServer('a/b', 'state', 'ready', options),
    ]) {
      expect(await refusalOf(ask())).toBe(message)
    }
  })
})
