// `limpet drain`, `maint`, `ready` and `weight` against a balancer that changes what it is asked to: what is asked, printed, refused.

import { describe, expect, it } from 'vitest'

import type { SentServerView } from '../health/server-view.ts'
import { setStates, setWeights } from './change-servers.ts'
import type { ChangeOptions } from './change-servers.ts'
import { listening, printedBy } from './testing.ts'

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
const server = (name: string, more: Partial<SentServerView> = {}): SentServerView => ({
  ...VIEW,
  server: name,
  ...more,
})
const IN_DRAIN = { state: 'drain', isCandidate: false } as const
const IS_DOWN = { health: 'down', isCandidate: false } as const

/** `refuses`: servers whose change fails. */
async function start(servers: readonly SentServerView[], refuses: readonly string[] = []) {
  const { url, asked } = await listening((response, { method, path }) => {
    const name = path.split('/').at(-1)!
    const isRefused = method === 'PATCH' && refuses.includes(name)
    response.writeHead(isRefused ? 503 : 200, { 'content-type': 'application/json' })
    if (isRefused) response.end(JSON.stringify({ error: 'the Monitor cannot be reached now; try again' }))
    else response.end(JSON.stringify(method === 'GET' ? { servers } : { server: server(name) }))
  })
  const options: ChangeOptions = { url, adminToken: 'the-admin-token-of-this', adminPath: '/.limpet' }
  const changes = () =>
    asked.filter(({ method }) => method === 'PATCH').map(({ path, body }) => [path, JSON.parse(body) as unknown])
  return { options, asked, changes, url }
}

describe('several servers at once', () => {
  it('are changed in the order in which they are named, and shown in one table', async () => {
    const { options, changes } = await start([server('s1'), server('s2'), server('s3')])
    const { stdout, exitCode } = await printedBy(() =>
      setStates('drain', ['app/s3', 'app/s1'], { ...options, for: '30m' }),
    )
    const change = { state: 'drain', drainFor: '30m' }
    expect(changes()).toEqual([
      ['/.limpet/servers/app/s3', change],
      ['/.limpet/servers/app/s1', change],
    ])
    expect(stdout).toMatch(/^SERVER .*\napp\/s3 .*\napp\/s1 .*\n$/)
    expect(exitCode).toBe(0)
  })

  it('each get their own weight', async () => {
    const { options, changes } = await start([server('s1'), server('s2')])
    await printedBy(() => setWeights(['app/s1=10', 'app/s2=256'], options))
    expect(changes()).toEqual([
      ['/.limpet/servers/app/s1', { weight: 10 }],
      ['/.limpet/servers/app/s2', { weight: 256 }],
    ])
  })

  it('are all left as they are if one name is unknown', async () => {
    const { options, changes } = await start([server('s1'), server('web2')])
    const { error } = await printedBy(() => setStates('maint', ['app/s1', 'app/wbe2', 'shop/s9'], options))
    expect(String(error)).toContain(
      'there is no server app/wbe2; did you mean app/web2?\nthere is no server shop/s9\nnothing was changed;',
    )
    expect(changes()).toEqual([])
  })

  it('are reported one by one if one fails, with exit status 1', async () => {
    const { options, changes, url } = await start([server('s1'), server('s2'), server('s3')], ['s1'])
    const { stdout, stderr, exitCode } = await printedBy(() => setStates('ready', ['app/s1', 'app/s2'], options))
    expect(changes()).toHaveLength(2)
    expect(stdout).toMatch(/\napp\/s2 /)
    const error = `${url}: the Monitor cannot be reached now; try again (status 503)`
    expect(stderr).toBe(`app/s1: not changed: ${error}\n`)
    expect(exitCode).toBe(1)
    const json = await printedBy(() => setStates('ready', ['app/s1', 'app/s2'], { ...options, json: true }))
    expect(JSON.parse(json.stdout)).toEqual([
      { name: 'app/s1', isDone: false, error },
      { name: 'app/s2', isDone: true, server: server('s2') },
    ])
  })

  it.each<[readonly string[], string]>([
    [['s1'], "'s1' must be BACKEND/SERVER, such as app/s1"],
    [['app/s1', 'app/s1'], 'app/s1 is named twice'],
  ])('%j is wrong usage', async (names, message) => {
    const { options, asked } = await start([])
    expect((await printedBy(() => setStates('drain', names, options))).error).toMatchObject({ message })
    expect(asked).toEqual([])
  })

  it.each(['app/s1', 'app/s1=', 'app/s1=1.5', 'app/s1=257', 'app/s1=-1', '=5'])(
    'weight %s is refused',
    async (text) => {
      const { options, asked } = await start([server('s1')])
      const { error } = await printedBy(() => setWeights([text], options))
      expect(String(error)).toMatch(/must be BACKEND\/SERVER/)
      expect(asked).toEqual([])
    },
  )

  it.each(['30', 'x', '0s', '366d'])('--for %s is refused', async (time) => {
    const { options, asked } = await start([server('s1'), server('s2')])
    const { error } = await printedBy(() => setStates('drain', ['app/s1'], { ...options, for: time }))
    expect([String(error), asked]).toEqual([expect.stringContaining(`--for ${time}: must be a duration`), []])
  })
})

describe('the last server of a backend that takes new clients', () => {
  const last = [server('s1'), server('s2', IN_DRAIN), server('s3', IS_DOWN), server('a1', { backend: 'api' })]
  const WARNING = 'warning: app would have no server left that takes new clients: they would get 503\n'

  it.each([
    ['drain', (options: ChangeOptions) => setStates('drain', ['app/s1'], options)],
    ['maint', (options: ChangeOptions) => setStates('maint', ['app/s1'], options)],
    ['weight 0', (options: ChangeOptions) => setWeights(['app/s1=0'], options)],
  ])('is not changed by %s without a terminal or --yes', async (_, run) => {
    const { options, changes } = await start(last)
    const refused = await printedBy(() => run(options))
    expect(refused.stderr).toBe(WARNING)
    expect(refused.error).toMatchObject({ message: 'nothing was changed; --yes does it all the same' })
    expect(changes()).toEqual([])
    const done = await printedBy(() => run({ ...options, yes: true }))
    expect([done.stderr, done.error, changes().length]).toEqual([WARNING, undefined, 1])
  })

  it.each<[string, readonly string[]]>([
    ['weight of another', ['app/s1=0', 'app/s4=3']],
    ['a weight that is not 0', ['app/s1=1']],
  ])('needs no question with %s', async (_, weights) => {
    const { options, changes } = await start([...last, server('s4', { weight: 0, isCandidate: false })])
    expect((await printedBy(() => setWeights(weights, options))).stderr).toBe('')
    expect(changes()).toHaveLength(weights.length)
  })

  it('is not counted as the last where a backup takes over, or where there was none before', async () => {
    const backup = await start([server('s1'), server('b1', { backup: true })])
    expect((await printedBy(() => setStates('drain', ['app/s1'], backup.options))).stderr).toBe('')
    const none = await start([server('s1', IS_DOWN), server('s2', IN_DRAIN)])
    expect((await printedBy(() => setStates('maint', ['app/s1'], none.options))).stderr).toBe('')
  })
})
