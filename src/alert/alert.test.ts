// Who hears what, when, and in which words.

import { describe, expect, it } from 'vitest'

import { resolveAlert } from '../config/options/alert.ts'
import type { ServerView } from '../health/server-view.ts'
import type { StateEvent } from '../health/state-event.ts'
import { stateOfWord } from '../server/states.ts'
import { mailOf, webhookBody } from './delivery.ts'
import { backendAlert, releaseServersAlert, serverAlert } from './message.ts'
import type { Alert } from './message.ts'
import { dueOf, MAX_ALERTS, nextMessage, retryAtMs, wants } from './outbox.ts'
import type { Pending } from './outbox.ts'
import { identitiesOf } from './recipient.ts'
import { latestSummaryMs, summaryText } from './summary.ts'

const NOON_MS = Date.UTC(2026, 10, 21, 12, 0, 0)
const recipient = (more: object = {}) => resolveAlert({ webhook: 'https://x.example/hook', ...more }, 'limpet')
const alert: Alert = { event: 'down', backend: 'app', server: 's1', atMs: NOON_MS, text: 'Server app/s1 is DOWN.' }
const pendingOf = (more: Partial<Pending>): Pending => ({
  id: 1,
  recipient: 0,
  alert,
  atMs: NOON_MS,
  tries: 0,
  dueMs: NOON_MS,
  ...more,
})

const deployment = { name: 'web-1', version: '0.1.0', digest: '9f3c21aa' }
const SENDER = 'Limpet 0.1.0 on web-1, configuration 9f3c21aa'

describe('words', () => {
  const failed = { text: 'Layer4 connection problem', status: null, durationMs: 0.4 }
  const passed = { text: 'Layer7 check passed', status: 200, durationMs: 1 }
  const left = '1 active and 0 backup servers left.'
  const online = '1 active and 0 backup servers online.'
  // What HAProxy 2.6.12 says; test/applications/window-peers.test.ts asks it again.
  it.each([
    ['UP', 'DOWN', failed, 'down', `is DOWN, reason: Layer4 connection problem, check duration: 0ms. ${left}`],
    ['DOWN', 'UP', passed, 'up', `is UP, reason: Layer7 check passed, code: 200, check duration: 1ms. ${online}`],
    ['UP', 'DOWN', undefined, 'down', `is DOWN. ${left}`],
    ['UP', 'NOLB', undefined, 'drain', `is stopping. ${online}`],
    ['NOLB', 'UP', passed, 'up', `is UP, reason: Layer7 check passed, code: 200, check duration: 1ms. ${online}`],
    ['UP', 'DRAIN', undefined, 'drain', `enters drain state. ${online}`],
    ['DOWN', 'DRAIN (DOWN)', undefined, 'drain', `enters drain state. ${left}`],
    [
      'DRAIN',
      'DRAIN (DOWN)',
      failed,
      'down',
      `is DOWN, reason: Layer4 connection problem, check duration: 0ms. ${left}`,
    ],
    [
      'DRAIN (DOWN)',
      'DRAIN',
      passed,
      'up',
      `is UP, reason: Layer7 check passed, code: 200, check duration: 1ms. ${online}`,
    ],
    ['DRAIN', 'UP', undefined, 'ready', 'is UP (leaving forced drain).'],
    ['DRAIN (DOWN)', 'DOWN', undefined, 'ready', 'is DOWN (leaving forced drain).'],
    ['UP', 'MAINT', undefined, 'maint', `is going DOWN for maintenance. ${left}`],
    ['DRAIN', 'MAINT', undefined, 'maint', `is going DOWN for maintenance. ${left}`],
    ['DOWN', 'MAINT (DOWN)', undefined, 'maint', 'was DOWN and now enters maintenance.'],
    ['DRAIN (DOWN)', 'MAINT (DOWN)', undefined, 'maint', 'was DOWN and now enters maintenance.'],
    ['MAINT (DOWN)', 'UP', undefined, 'ready', 'is UP/READY (leaving forced maintenance).'],
    ['MAINT', 'DRAIN', undefined, 'ready', 'is UP/DRAIN (leaving forced maintenance).'],
  ])('from %s to %s are HAProxy’s', (from, to, check, event, words) => {
    const change = {
      backend: 'app',
      server: 's1',
      isBackup: false,
      from: stateOfWord(from)!,
      to: stateOfWord(to)!,
      check,
      atMs: NOON_MS,
      active: 1,
      backup: 0,
    }
    expect(serverAlert(change)).toMatchObject({ event, text: `Server app/s1 ${words}` })
  })

  it('say what is left', () => {
    const change = {
      backend: 'app',
      server: 's1',
      isBackup: true,
      check: undefined,
      atMs: NOON_MS,
      active: 0,
      backup: 1,
    }
    expect(serverAlert({ ...change, from: stateOfWord('UP')!, to: stateOfWord('DOWN')! })?.text).toBe(
      'Backup server app/s1 is DOWN. 0 active and 1 backup servers left. Running on backup.',
    )
    expect(serverAlert({ ...change, from: stateOfWord('UP')!, to: stateOfWord('UP')! })).toBeUndefined()
    expect(serverAlert({ ...change, from: stateOfWord('NOLB')!, to: stateOfWord('NOLB')! })).toBeUndefined()
    const textWith = (active: number, backup: number) =>
      serverAlert({ ...change, active, backup, from: stateOfWord('UP')!, to: stateOfWord('DOWN')! })?.text
    expect(textWith(1, 1)).toBe('Backup server app/s1 is DOWN. 1 active and 1 backup servers left.')
    expect(textWith(0, 0)).toBe('Backup server app/s1 is DOWN. 0 active and 0 backup servers left.')
    expect(backendAlert('app', 'back', false, NOON_MS).text).toBe('backend app has a server again.')
    expect(backendAlert('app', 'empty', false, NOON_MS).text).toBe('backend app has no server available!')
    expect(backendAlert('app', 'empty', true, NOON_MS).text).toBe('proxy app has no server available!')
  })

  it('of a release without servers say where its clients go', () => {
    const change = { backend: 'app', release: 'r1', isEmpty: true, to: 'r2' }
    expect(releaseServersAlert(change, NOON_MS)).toEqual({
      event: 'empty',
      backend: 'app',
      server: null,
      atMs: NOON_MS,
      text: 'Release app/r1 has no server available! Its clients get r2.',
    })
    const textOf = (more: object) => releaseServersAlert({ ...change, ...more }, NOON_MS).text
    expect(textOf({ to: null })).toBe('Release app/r1 has no server available! No other release has one.')
    expect(textOf({ isEmpty: false, to: null })).toBe('Release app/r1 has a server again.')
    expect(releaseServersAlert({ ...change, isEmpty: false }, NOON_MS).event).toBe('back')
  })

  it('come in the shape a webhook expects, and no name can call anybody', () => {
    const sly = { ...alert, text: 'Server <!channel>&' }
    expect(webhookBody('slack', '{text}', [sly], deployment)).toEqual({
      text: `Server &lt;!channel&gt;&amp;\n${SENDER}`,
    })
    expect(webhookBody('discord', '{text}', [alert, alert], deployment)).toEqual({
      content: `${alert.text}\n${alert.text}\n${SENDER}`,
      allowed_mentions: { parse: [] },
    })
    expect(webhookBody('json', '{text}', [alert], deployment)).toMatchObject({
      deployment,
      text: alert.text,
      alerts: [{ event: 'down', backend: 'app', server: 's1', time: '2026-11-21T12:00:00.000Z' }],
    })
    expect(recipient({ webhook: 'https://hooks.slack.com/services/x' }).webhook?.format).toBe('slack')
    expect(recipient({ webhook: 'https://discord.com/api/webhooks/x' }).webhook?.format).toBe('discord')
  })
})

describe('a mail', () => {
  const mailed = (more: object = {}, subject?: string) => {
    const mail = { from: 'limpet@example.com', to: ['ops@example.com'], ...(subject === undefined ? {} : { subject }) }
    const config = resolveAlert({ mail, ...more }, 'limpet')
    return (alerts: readonly Alert[]) => mailOf(config.mail!, config, alerts, deployment)
  }

  it('has HAProxy’s subject where that is asked for, and tells of several at once', () => {
    const told = mailed({}, '[HAProxy Alert] {text}')([alert])
    expect(told).toEqual({
      from: 'limpet@example.com',
      to: ['ops@example.com'],
      subject: '[HAProxy Alert] Server app/s1 is DOWN',
      text: `Server app/s1 is DOWN.\n${SENDER}\n`,
    })
    const several = mailed()([alert, { ...alert, server: 's2', text: 'Server app/s2 is DOWN.' }])
    expect(several.subject).toBe('[Limpet] Server app/s1 is DOWN (and 1 more)')
    expect(several.text).toBe(`Server app/s1 is DOWN.\nServer app/s2 is DOWN.\n${SENDER}\n`)
  })

  it('reads as its template says', () => {
    const told = mailed({ template: '{time} {event} {backend}/{server}: {text}' }, '{server} of {backend}')([alert])
    expect(told.subject).toBe('s1 of app')
    expect(told.text).toBe(`2026-11-21T12:00:00.000Z down app/s1: Server app/s1 is DOWN.\n${SENDER}\n`)
  })

  it('has a subject of 250 characters at most, without the full stop at its end and with those before it', () => {
    expect(mailed({}, '{text}')([{ ...alert, text: 'v1.2 is out.' }]).subject).toBe('v1.2 is out')
    expect(mailed({}, '{text}')([{ ...alert, text: 'x'.repeat(300) }]).subject).toBe('x'.repeat(250))
  })

  it('has a summary as it is, whatever the template says of alerts', () => {
    const summary: Alert = { event: 'summary', backend: null, server: null, atMs: NOON_MS, text: 'All is well.' }
    expect(mailed({ template: '{event} of {backend}: {text}' })([summary]).text).toBe(`All is well.\n${SENDER}\n`)
  })
})

describe('the deployment', () => {
  it('is named where the template says, and once', () => {
    const { text } = webhookBody('json', '{deployment}: {text}', [alert], deployment) as { text: string }
    expect(text).toBe(`${SENDER}: Server app/s1 is DOWN.`)
    expect(webhookBody('slack', '{deployment}: {text}', [alert], deployment)).toEqual({ text })
  })

  it('is still named when a message is too long', () => {
    const long = { ...alert, text: 'x'.repeat(3_000) }
    const { content } = webhookBody('discord', '{text}', [long], deployment) as { content: string }
    expect(content).toHaveLength(2_000)
    expect(content.endsWith(`x\n${SENDER}`)).toBe(true)
  })
})

describe('a summary', () => {
  it('is due once a day', () => {
    expect(latestSummaryMs(8 * 60, NOON_MS)).toBe(NOON_MS - 4 * 3_600_000)
    expect(latestSummaryMs(13 * 60, NOON_MS)).toBe(NOON_MS - 23 * 3_600_000)
    expect(latestSummaryMs(12 * 60, NOON_MS)).toBe(NOON_MS)
  })

  it('tells how many servers there are, and which had trouble', () => {
    const view = (server: string, status: string, isCandidate = true) =>
      ({ backend: 'app', server, status, isCandidate }) as ServerView
    const event = (server: string, from: string, to: string) =>
      ({ atMs: NOON_MS, server: `app/${server}`, from, to, reason: '', who: null }) as StateEvent
    const servers = [view('s1', 'UP'), view('s2', 'UP'), view('s3', 'MAINT', false)]
    const events = [
      event('s2', 'UP', 'DOWN'),
      event('s2', 'DOWN', 'UP'),
      event('s2', 'UP', 'DRAIN'),
      event('s2', 'weight 1', 'weight 3'),
    ]
    expect(summaryText(servers, events, NOON_MS).split('\n')).toEqual([
      'Summary of the day until 2026-11-21 12:00 UTC',
      'backend app: 2 of 3 servers take new clients',
      '  s2: UP, 4 changes, 1 to DOWN',
      '  s3: MAINT, 0 changes, 0 to DOWN',
    ])
  })
})

describe('recipients', () => {
  it('choose events and backends', () => {
    expect(wants(recipient(), alert)).toBe(true)
    expect(wants(recipient({ events: ['up'] }), alert)).toBe(false)
    expect(wants(recipient({ backends: 'other' }), alert)).toBe(false)
    expect(wants(recipient(), { ...alert, event: 'drain' })).toBe(false)
  })

  it('are asked about single events of backends only', () => {
    const all = recipient({ events: ['down'] })
    expect(wants(all, { ...alert, backend: null })).toBe(false)
    expect(wants({ ...all, events: new Set(['summary' as never]) }, { ...alert, event: 'summary' })).toBe(false)
  })

  it.each([
    ['11:59-12:01', '11:58:59', false],
    ['11:59-12:01', '11:59:00', true],
    ['11:59-12:01', '12:00:59', true],
    ['11:59-12:01', '12:01:00', false],
    ['22:00-06:30', '21:59:59', false],
    ['22:00-06:30', '22:00:00', true],
    ['22:00-06:30', '23:59:59', true],
    ['22:00-06:30', '00:00:00', true],
    ['22:00-06:30', '06:29:59', true],
    ['22:00-06:30', '06:30:00', false],
  ])('with the quiet hours %s are left alone at %s: %s', (quiet, time, isQuiet) => {
    const atMs = Date.parse(`2026-11-21T${time}Z`)
    const config = recipient({ quiet })
    expect(dueOf(config, atMs - config.groupMs) !== atMs).toBe(isQuiet)
  })

  it('are the same as long as their messages go to the same place, and one behind another there is another', () => {
    const mail = (...to: string[]) => resolveAlert({ mail: { from: 'limpet@example.com', to } }, 'limpet')
    const [hook, first, second] = identitiesOf([recipient(), mail('a@x.example', 'b@x.example'), mail('c@x.example')])
    expect(identitiesOf([mail('b@x.example', 'a@x.example'), recipient({ events: ['up'] })])).toEqual([first, hook])
    const twice = identitiesOf([recipient(), recipient(), recipient()])
    expect(twice[0]).toBe(hook)
    expect(new Set([...twice, first, second]).size).toBe(5)
    // What is waiting to be sent is kept under it: another release has to know it.
    expect(hook).toBe('f9a0eefa1b28c5cb')
  })

  it('hear of it after what may follow, and not in their quiet hours', () => {
    expect(dueOf(recipient({ group: '5s' }), NOON_MS)).toBe(NOON_MS + 5_000)
    expect(dueOf(recipient({ quiet: '11:30-13:00' }), NOON_MS)).toBe(NOON_MS + 3_600_000)
    expect(dueOf(recipient({ quiet: '22:00-06:30' }), NOON_MS)).toBe(NOON_MS + 3_000)
    const night = NOON_MS + 11 * 3_600_000
    expect(dueOf(recipient({ quiet: '22:00-06:30' }), night)).toBe(NOON_MS + 18.5 * 3_600_000)
  })
})

describe('the outbox', () => {
  it('sends what is due to one recipient as one message, in order', () => {
    const pending = [
      pendingOf({ id: 1, recipient: 0 }),
      pendingOf({ id: 2, recipient: 1 }),
      pendingOf({ id: 3, recipient: 0, dueMs: NOON_MS + 2_000 }),
    ]
    expect(nextMessage(pending, NOON_MS - 1)).toBeUndefined()
    expect(nextMessage(pending, NOON_MS)?.map(({ id }) => id)).toEqual([1, 3])
    const many = Array.from({ length: 80 }, (_, id) => pendingOf({ id }))
    expect(nextMessage(many, NOON_MS)).toHaveLength(MAX_ALERTS)
  })

  it('keeps what has failed before apart from what is new', () => {
    const pending = [pendingOf({ id: 1, tries: 1 }), pendingOf({ id: 2 }), pendingOf({ id: 3, tries: 1 })]
    expect(nextMessage(pending, NOON_MS)?.map(({ id }) => id)).toEqual([1, 3])
  })

  it('tries again later and later, and gives up after a day', () => {
    const waits = [0, 1, 2, 10, 20].map((tries) => retryAtMs(pendingOf({ tries }), NOON_MS)! - NOON_MS)
    expect(waits).toEqual([2_000, 4_000, 8_000, 900_000, 900_000])
    expect(retryAtMs(pendingOf({}), NOON_MS + 86_400_000)).toBeDefined()
    expect(retryAtMs(pendingOf({}), NOON_MS + 86_400_001)).toBeUndefined()
  })
})
