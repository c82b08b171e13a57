// `limpet release` against the balancer's own commands: what is printed, what is refused, and with which exit status.

import { describe, expect, it } from 'vitest'

import { FAILED_HEADER } from '../admin/answer.ts'
import { runCommands } from '../admin/commands.ts'
import { NOW_MS, scripted, total } from '../admin/testing.ts'
import { configOrThrow } from '../config/validate.ts'
import { UsageError } from './cli-error.ts'
import { abort, end, list, promote, start, step } from './release.ts'
import type { RemoteOptions } from './remote.ts'
import { listening, printedBy } from './testing.ts'

const CONFIG = configOrThrow(
  {
    backends: [
      {
        name: 'app',
        releases: { list: ['r1', 'r2', 'r3'], current: 'r1' },
        servers: ['r1', 'r2'].flatMap((release) =>
          ['a', 'b'].map((name) => ({ name: release + name, release, url: `https://${release}${name}.example` })),
        ),
      },
    ],
  },
  'either',
)
const totals = {
  'server:app/r1a': total({}, { rate: 62.2, lastMs: NOW_MS }),
  'server:app/r2a': total({}, { rate: 0.1, lastMs: NOW_MS - 80_000 }),
}

/** A balancer whose commands are the real ones. `isDown`: the servers of r2 are. */
async function balancer({ config = CONFIG, isDown = false } = {}) {
  const { operations } = scripted(
    (registry) => {
      if (isDown) for (const name of ['r2a', 'r2b']) registry.setState(`app/${name}`, 'maint', 0)
    },
    { config, counters: async () => ({ sinceMs: 0, isolates: [], totals }) },
  )
  const { url, asked } = await listening(async (response, { body }) => {
    const { text, hasFailed } = await runCommands(body, operations, { who: 'ann', level: 'admin' })
    response.writeHead(200, { 'content-type': 'text/plain', ...(hasFailed ? { [FAILED_HEADER]: 'true' } : {}) })
    response.end(text)
  })
  const options: RemoteOptions = { url, adminToken: 'the-admin-token-of-this', adminPath: '/.limpet' }
  const said = () => asked.map(({ body }) => body)
  return { options, said, url }
}
/** The columns up to LAST REQUEST: dates are by this machine's clock. */
const table = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/).slice(0, 6).join('|'))

describe('a release from its start to its end', () => {
  it('each command prints what there is afterwards, the newest release first', async () => {
    const { options, said } = await balancer()
    const run = async (work: () => Promise<void>) => {
      const { stdout, stderr, exitCode, error } = await printedBy(work)
      expect([error, stderr, exitCode]).toEqual([undefined, '', 0])
      return table(stdout)
    }
    expect(await run(() => start('app/r2', { ...options, share: '10' }))).toEqual([
      'RELEASE|STATE|SHARE|SERVERS|REQUESTS/MIN|LAST REQUEST',
      'r3|new|-|0/0|0|never',
      'r2|canary|10 %|2/2|6|1 min ago',
      'r1|current|90 %|2/2|3,732|now',
    ])
    expect((await run(() => step('app', '25', options)))[2]).toBe('r2|canary|25 %|2/2|6|1 min ago')
    expect((await run(() => promote('app', undefined, options))).slice(2)).toEqual([
      'r2|current|100 %|2/2|6|1 min ago',
      'r1|kept|-|2/2|3,732|now',
    ])
    await run(() => promote('app', 'r1', options))
    expect((await run(() => end('app/r2', options)))[2]).toBe('r2|ended|-|2/2|6|1 min ago')
    await run(() => start('app/r2', { ...options, share: '12.5%' }))
    expect((await run(() => abort('app', options)))[2]).toBe('r2|aborted|-|2/2|6|1 min ago')
    await run(() => start('app/r2', { ...options, share: '50', force: true }))
    expect((await run(() => abort('app', { ...options, now: true })))[2]).toContain('r2|ended')
    expect(said().filter((line) => line.startsWith('set'))).toEqual([
      'set release app/r2 state canary share 10',
      'set release app share 25',
      'set release app state current',
      'set release app/r1 state current',
      'set release app/r2 state ended',
      'set release app/r2 state canary share 12.5%',
      'set release app state aborted',
      'set release app/r2 state canary share 50 force',
      'set release app state ended',
    ])
  })

  it('is listed with times by this clock, and with its backend where none is named', async () => {
    const { options } = await balancer()
    await printedBy(() => start('app/r2', { ...options, share: '10' }))
    const today = new Date(NOW_MS)
    const time = [today.getHours(), today.getMinutes()].map((each) => String(each).padStart(2, '0')).join(':')
    const { stdout } = await printedBy(() => list(undefined, options, NOW_MS))
    expect(stdout).toContain('app/r2   canary')
    expect(stdout).toContain(`${time} (ann)`)
    const later = await printedBy(() => list('app', options, NOW_MS + 3 * 86_400_000))
    expect(later.stdout).toMatch(/ (Jan 1|Dec 31) \(ann\) /)
  })

  it('as JSON is what show releases has', async () => {
    const { options } = await balancer()
    const { stdout } = await printedBy(() => start('app/r2', { ...options, share: '10', json: true }))
    expect(JSON.parse(stdout)).toMatchObject([
      { release: 'r1', state: 'current', share: 0.9, buckets: 230 },
      { release: 'r2', state: 'canary', share: 0.1, buckets: 26, who: 'ann', lastRequestS: 80 },
      { release: 'r3', state: 'new', share: null, buckets: null, lastRequestS: null },
    ])
  })

  it('a share of less than one of 256 parts is said to be one', async () => {
    const { options } = await balancer()
    const { stderr, stdout, exitCode } = await printedBy(() => start('app/r2', { ...options, share: '0.1' }))
    expect([stderr, exitCode]).toEqual(['app: 0.1 % (1 of 256) of the clients\n', 0])
    expect(stdout).toContain('0.1 % (1 of 256)')
  })
})

describe('what is refused is not changed, and the reason is printed', () => {
  it.each<[string, (options: RemoteOptions) => Promise<void>, string]>([
    ['an unknown release', (options) => start('app/r9', { ...options, share: '1' }), "app has no release 'r9'"],
    ['an unknown backend', (options) => list('shop', options), 'No such backend.'],
    ['a step without a canary', (options) => step('app', '25', options), 'app has no canary: start one first'],
    ['a promotion without one', (options) => promote('app', undefined, options), 'app has no canary'],
    ['an abort without one', (options) => abort('app', options), 'app has no canary'],
    ['a share over 100', (options) => start('app/r2', { ...options, share: '101' }), 'from 0 % to 100 %'],
    ['a share under 0', (options) => start('app/r2', { ...options, share: '-1' }), 'from 0 % to 100 %'],
    ['a share that is none', (options) => start('app/r2', { ...options, share: 'all' }), "such as 25%, not 'all'"],
    ['the end of current', (options) => end('app/r1', options), 'app/r1 is current and cannot be ended'],
    ['a release without servers', (options) => promote('app', 'r3', options), '0 of 0 servers of app/r3'],
  ])('%s', async (_, run, reason) => {
    const { options } = await balancer()
    const { error, stdout } = await printedBy(() => run(options))
    expect(error).toMatchObject({ message: expect.stringContaining(reason) })
    expect(error).not.toBeInstanceOf(UsageError)
    expect(stdout).toBe('')
  })

  it('a start while another canary runs', async () => {
    const { options } = await balancer()
    await printedBy(() => start('app/r2', { ...options, share: '10' }))
    const { error } = await printedBy(() => start('app/r3', { ...options, share: '10' }))
    expect(error).toMatchObject({ message: 'app/r2 is the canary: promote or abort it first' })
  })

  it('a start or a promotion of a release whose servers are down, unless it is forced', async () => {
    const { options } = await balancer({ isDown: true })
    for (const run of [
      (force: boolean) => start('app/r2', { ...options, share: '10', force }),
      (force: boolean) => promote('app', 'r2', { ...options, force }),
    ]) {
      const { error } = await printedBy(() => run(false))
      expect(error).toMatchObject({
        message: expect.stringMatching(/^0 of 2 servers of app\/r2 take new clients, .*, or force it$/),
      })
      expect(await printedBy(() => run(true))).toMatchObject({ error: undefined, exitCode: 0 })
    }
  })

  it.each([
    ['app', (options: RemoteOptions) => end('app', options)],
    ['app/r2/x', (options: RemoteOptions) => start('app/r2/x', { ...options, share: '1' })],
    ['25;help', (options: RemoteOptions) => step('app', '25;help', options)],
    ['app x', (options: RemoteOptions) => list('app x', options)],
  ])("'%s' is wrong usage, and nothing is asked", async (_, run) => {
    const { options, said } = await balancer()
    expect((await printedBy(() => run(options))).error).toBeInstanceOf(UsageError)
    expect(said()).toEqual([])
  })

  it('where no backend has releases', async () => {
    const config = configOrThrow(
      { backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }] }] },
      'either',
    )
    const { options, url } = await balancer({ config })
    const { error } = await printedBy(() => list(undefined, options))
    expect(error).toMatchObject({
      message: `${url}: no backend has releases; write \`releases\` into one, or update Limpet there`,
    })
  })
})
