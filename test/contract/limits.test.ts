// docs/limits.md says what the code has: each row here names a row of the document, its figure, and the constant that it comes from.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import type { BackendInput } from '../../src/config/options/backend.ts'
import type { FrontendInput } from '../../src/config/options/frontend.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow, validateConfig } from '../../src/config/validate.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const PAGE = read('docs/limits.md')

type Show = (value: number) => string
const count: Show = (value) => value.toLocaleString('en-US')
const seconds: Show = (ms) => `${ms / 1000} s`
const milliseconds: Show = (ms) => `${ms} ms`
const days: Show = (ms) => (ms === 86_400_000 ? '1 day' : `${ms / 86_400_000} days`)
const kilobytes: Show = (bytes) => `${bytes / 1024} KB`
const megabytes: Show = (bytes) => `${bytes / 1_048_576} MB`

it.each<readonly [row: string, figure: string, Show, file: string, constant: string]>([
  ['burst of retries', '100', count, 'balancer/dispatch/retry-budget.ts', 'BURST = '],
  ['cookies of one name that are verified', '180', count, 'persistence/recall.ts', 'MAX_CHECKS = '],
  ['entries of `X-Limpet-Passages`', '32', count, 'balancer/reception/passages.ts', 'MAX_ENTRIES = '],
  ['new clients avoid a server that failed', '1 s', seconds, 'health/ejection.ts', 'FIRST_MS = '],
  ['new clients avoid a server that failed', '30 s', seconds, 'health/ejection.ts', 'LONGEST_MS = '],
  ['keys that an isolate remembers', '10,000', count, 'persistence/table-client.ts', 'CACHED_KEYS = '],
  ['ended entries deleted in one sweep', '1,000', count, 'persistence/sweep.ts', 'SWEPT_ROWS = '],
  ['that differ from the configuration', '4,000', count, 'rules/lists/list-set.ts', 'MOST_DIFFERENCES = '],
  ['characters of their keys and values', '200,000', count, 'rules/lists/list-set.ts', 'MOST_CHARACTERS = '],
  ['a map or list that is no longer configured', '1 day', days, 'cloudflare/objects/list-store.ts', 'UNKNOWN_MS = '],
  ['lease of slots', '10 s', seconds, 'flow/lease-book.ts', 'LEASE_MS = '],
  ['for `maxconn`', '10 s', seconds, 'balancer/maxconn/in-flight.ts', 'PASSED_SOCKET_SLOT_MS = '],
  ['for `leastconn` and `random`', '300 s', seconds, 'balancer/maxconn/in-flight.ts', 'PASSED_SOCKET_COUNTS_MS = '],
  ['checks in flight', '6', count, 'health/check-schedule.ts', 'MAX_IN_FLIGHT = '],
  ['requests by checks in one invocation', '40', count, 'health/check-schedule.ts', 'INVOCATION_REQUESTS = '],
  ["body of a check's answer", '16 KB', kilobytes, 'health/expect.ts', 'MAX_BODY_BYTES = '],
  ['weight set at run time', '256', count, 'health/state-change.ts', 'MAX_WEIGHT = '],
  ['override of a state or weight', '1 day', days, 'health/adopt-record.ts', 'ASIDE_MS = '],
  ['events kept', '1,000', count, 'cloudflare/objects/change-log.ts', 'MAX_EVENTS = '],
  ['lines in one alert', '50', count, 'alert/outbox.ts', 'MAX_ALERTS = '],
  ['message to Discord', '2,000', count, 'alert/delivery.ts', 'MAX_DISCORD_CHARACTERS = '],
  ['retries of an alert', '1 day', days, 'alert/outbox.ts', 'GIVE_UP_MS = '],
  ['admin token', '16', count, 'admin/tokens.ts', 'LEAST_CHARACTERS = '],
  ['cookie key', '16', count, 'persistence/sealed.ts', 'MIN_SECRET_CHARACTERS = '],
  ['wrong tokens or passwords', '10', count, 'credentials/throttle.ts', 'MAX_FAILURES = '],
  ['wrong tokens or passwords', '60 s', seconds, 'credentials/throttle.ts', 'WINDOW_MS = '],
  ['clients whose wrong guesses are counted', '1,000', count, 'credentials/throttle.ts', 'MAX_CLIENTS = '],
  ['command over HTTP', '16 KB', kilobytes, 'admin/admin.ts', 'MAX_COMMAND_BYTES = '],
  ['command on a socket', '16,384', count, 'cloudflare/command-conversation.ts', 'MAX_LINE_CHARACTERS = '],
  ['form of the statistics page', '64 KB', kilobytes, 'admin/stats-window.ts', 'MAX_FORM_BYTES = '],
  ['entries that `show table` lists', '10,000', count, 'admin/table-commands.ts', 'MOST_ENTRIES = '],
  ['password of a user', '512', count, 'rules/users.ts', 'MAX_PASSWORD_BYTES = '],
  ['credentials that are remembered', '1,000', count, 'rules/users.ts', 'KNOWN_CREDENTIALS = '],
  ['groups inside groups of a pattern', '200', count, 'pattern/parse.ts', 'DEEPEST = '],
  ['count of a repetition', '65,535', count, 'pattern/parse.ts', 'LARGEST_COUNT = '],
  ['lines that wait for syslog', '10,000', count, 'cloudflare/adapters/log-writer.ts', 'MAX_PENDING = '],
  ['bytes that wait for `logger`', '1 MB', megabytes, 'cli/serve/syslog-relay.ts', 'MAX_WAITING_BYTES = '],
])('%s: %s', (row, figure, show, file, constant) => {
  const source = read(`src/${file}`)
  const from = source.indexOf(constant)
  const [value] = /^[\d_.]+/.exec(source.slice(from + constant.length)) ?? []
  expect([from, value]).not.toEqual([-1, undefined])
  expect(show(Number(value!.replaceAll('_', '')))).toBe(figure)
  expectShown(row, figure)
})

/** The row's second cell has the figure, and not only within a longer one. */
function expectShown(row: string, figure: string): void {
  const line = PAGE.split('\n').find((each) => each.startsWith('| ') && each.split('|')[1]!.includes(row))
  expect(line?.split('|')[2], row).toMatch(new RegExp(`(?<![\\d,.])${figure.replaceAll('.', '\\.')}(?!\\d|[,.]\\d)`))
}

describe('what a configuration leaves to its default:', () => {
  const backend: BackendInput = {
    name: 'app',
    stickTable: { type: 'string', size: 100 },
    servers: [{ name: 's1', url: 'https://s1.example' }],
  }
  const config = configOrThrow({ logTo: [{ syslog: '127.0.0.1:514' }], backends: [backend] }, 'serve')
  const [{ replayBodyBytes, stickTable, retryBudget }] = config.backends as [(typeof config.backends)[0]]

  it.each([
    ['body that can be sent again', kilobytes(replayBodyBytes)],
    ['passages of one request', count(config.maxPassages!)],
    ['first request of an isolate', milliseconds(config.snapshotWaitMs)],
    ['made-up keys of one client', String(stickTable!.sourceShare)],
    ['wait for the table', milliseconds(stickTable!.timeoutMs)],
    ['line for syslog', count(config.logTo.syslog[0]!.maxBytes)],
  ])('%s: %s', expectShown)

  it('the share of retries', () => expect(PAGE).toContain(`may be ${retryBudget} of its requests`))
})

describe('what a configuration may say at most, or at least:', () => {
  const servers = [{ name: 's1', url: 'https://s1.example' }]
  const ofBackend = (part: Partial<BackendInput>): LimpetConfig => ({ backends: [{ name: 'app', servers, ...part }] })
  const ofFrontend = (part: Partial<FrontendInput>): LimpetConfig => ({
    ...ofBackend({}),
    frontends: [{ name: 'www', defaultBackend: 'app', ...part }],
  })
  const table = (part: object) =>
    ofBackend({ stickTable: { type: 'string', size: 100, ...part }, stick: [{ on: 'req.hdr(a)' }] })
  const rounds = (many: number): LimpetConfig => ({
    ...ofBackend({}),
    userlists: [{ name: 'staff', users: [{ name: 'ann', password: `$6$rounds=${many}$salt$aaaa` }] }],
  })

  it.each<readonly [row: string, figure: string, kept: LimpetConfig, refused: LimpetConfig]>([
    [
      'body that can be sent again',
      '8 MB',
      ofBackend({ replayBodyBytes: 8 * 1_048_576 }),
      ofBackend({ replayBodyBytes: 8 * 1_048_576 + 1 }),
    ],
    ['entries of a table', '16,777,216', table({ size: 16_777_216 }), table({ size: 16_777_217 })],
    [
      'lifetime of an entry in KV',
      '60 s',
      table({ store: 'kv', expire: '60s' }),
      table({ store: 'kv', expire: '59999ms' }),
    ],
    ['rounds of a hashed password', '100,000', rounds(100_000), rounds(100_001)],
    [
      'body of an answer in the configuration',
      '65,536',
      ofFrontend({ errors: { '503': { body: 'a'.repeat(65_536) } } }),
      ofFrontend({ errors: { '503': { body: 'a'.repeat(65_537) } } }),
    ],
    [
      'captured value',
      '4,096',
      ofFrontend({ captures: { cookie: { name: 'a', len: 4096 } } }),
      ofFrontend({ captures: { cookie: { name: 'a', len: 4097 } } }),
    ],
  ])('%s: %s', (row, figure, kept, refused) => {
    const errorsOf = (config: LimpetConfig) =>
      validateConfig(config, 'cloudflare').issues.filter(({ level }) => level === 'error')
    expect(errorsOf(kept)).toEqual([])
    expect(errorsOf(refused)).toHaveLength(1)
    expectShown(row, figure)
  })
})

it('entries that no table claims are kept for 7 days, and a drain ends within 365', () => {
  expect(read('src/cloudflare/objects/shard-record.ts')).toContain('UNCLAIMED_MS = 7 * 86_400_000')
  expect(PAGE).toContain('| entries kept for a table that is no longer configured | 7 days |')
  expect(read('src/health/state-change.ts')).toContain('MAX_DRAIN_MS = 365 * 86_400_000')
  expect(PAGE).toContain('| end of a drain (`--for`) | 365 days |')
})
