// Commands for releases: what they show, change and refuse.

import { describe, expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { runCommands } from './commands.ts'
import type { Level } from './level.ts'
import { shareText } from './release-rows.ts'
import { createReleaseOperations } from './release-window.ts'
import { NOW_MS, scripted, total } from './testing.ts'

const config = configOrThrow(
  {
    frontends: [{ name: 'www', defaultBackend: 'app' }],
    backends: [
      {
        name: 'app',
        releases: { list: ['r1', 'r2', 'r3'], current: 'r1' },
        servers: ['r1', 'r2', 'r3'].flatMap((release) =>
          ['a', 'b'].map((name) => ({ name: release + name, release, url: `https://${release}${name}.example` })),
        ),
      },
      { name: 'plain', servers: [{ name: 's1', url: 'https://s1.example' }] },
      {
        name: 'api',
        releases: 'app',
        servers: ['r1', 'r2', 'r3'].map((release) => ({
          name: `x-${release}`,
          release,
          url: `https://x${release}.example`,
        })),
      },
    ],
  },
  'either',
)
const totals = {
  'server:app/r1a': total({}, { rate: 1.5, lastMs: NOW_MS - 4_000 }),
  'server:app/r1b': total({}, { rate: 0.5, lastMs: NOW_MS - 9_000 }),
  'server:app/r2a': total({}, { rate: 0, lastMs: 0 }),
}

/** One conversation: commands change what later ones see. */
function converse(level: Level = 'admin', answers: Parameters<typeof scripted>[1] = {}) {
  const { operations, calls } = scripted(undefined, {
    config,
    counters: async () => ({ sinceMs: 0, isolates: [], totals }),
    ...answers,
  })
  return { say: (line: string) => runCommands(line, operations, { who: 'ann lee', level }), calls }
}
const done = { text: '\n', hasFailed: false }

it('a backend that follows another has no releases to change', async () => {
  const { say } = converse()
  for (const line of ['show releases api', 'set release api/r2 state current']) {
    expect(await say(line)).toEqual({ text: 'api follows the releases of app: write app.\n\n', hasFailed: true })
  }
})

it("requests of a backend that follows count as the release's", async () => {
  const counted = { ...totals, 'server:api/x-r1': total({}, { rate: 1, lastMs: NOW_MS - 1_000 }) }
  const { say } = converse('admin', { counters: async () => ({ sinceMs: 0, isolates: [], totals: counted }) })
  expect((await say('show releases')).text).toContain('\napp r1 current 100% 2 2 180 1 ')
})

describe('show releases', () => {
  it('has a line for each release, with what its servers count', async () => {
    const { say } = converse()
    expect(await say('set release app/r2 state canary share 10%')).toEqual(done)
    expect((await say('show releases')).text).toBe(`\
# backend release state share servers up req_min lastsess since who until
app r1 current 90% 2 2 120 4 1970-01-01T00:00:00.000Z - -
app r2 canary 10% 2 2 0 -1 1970-01-01T00:01:40.000Z ann_lee -
app r3 new - 2 2 0 -1 - - -

`)
  })

  it('as JSON has what a program needs', async () => {
    const { say } = converse()
    await say('set release app/r2 state canary share 10%; set release app/r2 state current')
    const rows = JSON.parse((await say('show releases app json')).text) as object[]
    expect(rows[0]).toEqual({
      backend: 'app',
      release: 'r1',
      state: 'kept',
      share: null,
      buckets: null,
      servers: 2,
      up: 2,
      requests: 0,
      requestsPerMinute: 120,
      lastRequestS: 4,
      since: '1970-01-01T00:01:40.000Z',
      who: 'ann lee',
      until: '1970-01-08T00:01:40.000Z',
    })
    expect(rows[1]).toMatchObject({ state: 'current', share: 1, buckets: 256 })
  })

  it('is for operators, and names a backend that has releases', async () => {
    expect((await converse('user').say('show releases')).text).toBe('Permission denied\n\n')
    const { say } = converse('operator')
    expect((await say('show releases app')).hasFailed).toBe(false)
    expect(await say('show releases nobody')).toEqual({ text: 'No such backend.\n\n', hasFailed: true })
    const none = 'plain has no releases: its configuration lists none.\n\n'
    expect(await say('show releases plain')).toEqual({ text: none, hasFailed: true })
  })

  it('under a Monitor that knows nothing of them shows the configuration', async () => {
    const releases = createReleaseOperations({ views: async () => [], change: async () => undefined })
    const { say } = converse('admin', { releases })
    expect((await say('show releases')).text).toContain('\napp r1 current 100% 2 0 120 4 - - -\napp r2 new - 2 0')
    expect((await say('set release app/r2 state current')).text).toMatch(/^The Monitor does not know releases of app: /)
  })
})

describe('set release', () => {
  it('hands on what is asked for, and who asks', async () => {
    const { say, calls } = converse()
    for (const line of [
      'app/r2 state canary',
      'app/r2 share 25%',
      'app share 12.5',
      'app/r2 state current force',
      'app/r1 state aborted',
      'app/r1 state ended',
      'app/r1 state canary share 0.1% force',
    ])
      expect((await say(`set release ${line}`)).hasFailed).toBe(false)
    expect(calls.map(([, , change, who]) => [change, who])).toEqual(
      [
        { release: 'r2', state: 'canary', isForced: false },
        { release: 'r2', share: 0.25, isForced: false },
        { release: null, share: 0.125, isForced: false },
        { release: 'r2', state: 'current', isForced: true },
        { release: 'r1', state: 'aborted', isForced: false },
        { release: 'r1', state: 'ended', isForced: false },
        { release: 'r1', state: 'canary', share: 0.001, isForced: true },
      ].map((change) => [change, 'ann lee']),
    )
  })

  it('says what a share is that is less than one of 256 parts', async () => {
    const { say } = converse()
    expect((await say('set release app/r2 state canary share 0.1%')).text).toBe(
      'app: 0.1 % (1 of 256) of the clients\n\n',
    )
    expect(await say('set release app share 0')).toEqual(done)
    expect([0, 0.001, 0.01, 0.125, 1, null].map(shareText)).toEqual([
      '0 %',
      '0.1 % (1 of 256)',
      '1 %',
      '12.5 %',
      '100 %',
      '-',
    ])
  })

  it('is for admins', async () => {
    for (const level of ['user', 'operator'] as const) {
      const { say, calls } = converse(level)
      expect(await say('set release app/r2 state current')).toEqual({ text: 'Permission denied\n\n', hasFailed: true })
      expect(calls).toEqual([])
    }
  })

  it.each([
    ['nobody/r2 state current', 'No such backend.'],
    ['plain/r2 state current', 'plain has no releases: its configuration lists none.'],
    ['app/r9 state current', "app has no release 'r9'; did you mean 'r1'?"],
    ['app/r2 share 10%', 'app/r2 is new, and only a canary has a share: start it first'],
    ['app share 10%', 'app has no canary: start one first'],
    ['app/r1 state ended', 'app/r1 is current and cannot be ended: promote another release first'],
    ['app/r2 state canary share 101%', "a share must be from 0 % to 100 %, such as 25%, not '101%'"],
    ['app/r2 state canary share -1%', "a share must be from 0 % to 100 %, such as 25%, not '-1%'"],
    ['app/r2 share \x1b[2J', "a share must be from 0 % to 100 %, such as 25%, not '\\x1b[2J'"],
  ])('%s is refused', async (words, problem) => {
    expect(await converse().say(`set release ${words}`)).toEqual({ text: `${problem}\n\n`, hasFailed: true })
  })

  it.each([
    '',
    'app',
    'app/r2',
    'app/r2 state',
    'app/r2 state kept',
    'app/r2 weight 3',
    'app/r2/x state current',
    'app/ state current',
    'app/r2 state current share 3%',
    'app/r2 state canary share',
    'app/r2 share 10% more',
    'app/r2 force',
  ])("'%s' is no change, and the answer says what is", async (words) => {
    const { say, calls } = converse()
    expect((await say(`set release ${words}`)).text).toMatch(/^'set release <backend>\/<release>' expects /)
    expect(calls).toEqual([])
  })
})

it('without releases there are no such commands', async () => {
  const { operations } = scripted()
  for (const line of ['show releases', 'set release app/r2 state current']) {
    expect((await runCommands(line, operations, { who: 'ann', level: 'admin' })).text).toMatch(/^Unknown command/)
  }
})
