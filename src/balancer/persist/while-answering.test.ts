// `persist: { whileAnswering }`: the check of a server fails, but requests of its clients do not. Its clients stay as long as it answers.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { asking, own, requestWith } from '../dispatch/testing.ts'
import { answers, refuses } from '../testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const DOWN = { 'app/s1': { health: 'down' } } as const
const PERSIST = { persist: { whileAnswering: '10s' } }

/** s1 has just answered, and then its check failed. */
async function start(backend: object = PERSIST) {
  const made = await asking(backend)
  await made.ask(own('s1'))
  made.held.setStates(DOWN)
  return made
}

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

describe('a client whose server fails its check', () => {
  it('stays while its server answers, however long that goes on', async () => {
    const { ask } = await start()
    for (let i = 0; i < 5; i++) {
      pass(8000)
      const { sent, headers } = await ask(own('s1'))
      expect([sent, headers.get('set-cookie')]).toEqual(['s1', null])
    }
  })

  it('leaves when the last answer of its server is too long ago', async () => {
    const { ask } = await start()
    pass(10_001)
    const { sent, headers } = await ask(own('s1'))
    expect([sent, headers.get('set-cookie')]).toEqual([
      expect.stringMatching(/^s[23]$/),
      expect.stringContaining('SRV=s'),
    ])
  })

  it('leaves with the first request that fails, and the others are not sent there any more', async () => {
    const { held, ask } = await start()
    held.servers.set('s1', refuses)
    const first = await ask(own('s1'))
    expect([first.status, first.sent]).toEqual([200, expect.stringMatching(/^s1 s[23]$/)])
    expect((await ask(own('s1'))).sent).toMatch(/^s[23]$/)
  })

  it('is not kept by errors of its server', async () => {
    const { held, ask } = await start()
    held.servers.set('s1', answers(503))
    pass(8000)
    expect((await ask(own('s1'))).sent).toBe('s1')
    pass(2001)
    expect((await ask(own('s1'))).sent).toMatch(/^s[23]$/)
  })

  it('leaves at once where nothing has been heard of the server', async () => {
    const { held, ask } = await asking(PERSIST)
    held.setStates(DOWN)
    expect((await ask(own('s1'))).sent).toMatch(/^s[23]$/)
  })

  it('leaves at once when the operator takes the server out', async () => {
    const { held, ask } = await start()
    held.setStates({ 'app/s1': { admin: 'maint', health: 'down' } })
    expect((await ask(own('s1'))).sent).toMatch(/^s[23]$/)
  })

  it('leaves at once without the option', async () => {
    const { ask } = await start({})
    expect((await ask(own('s1'))).sent).toMatch(/^s[23]$/)
  })

  it('stays by its entry in a stick table, too', async () => {
    const stickTable = { type: 'string', size: 100, expire: '1h' }
    const { held, ask } = await asking({
      ...PERSIST,
      cookie: undefined,
      stickTable,
      stick: [{ on: 'req.hdr(x-user)' }],
    })
    const ann = () => requestWith({ 'x-user': 'ann' })
    expect((await ask(ann())).sent).toBe('s1')
    held.setStates(DOWN)
    pass(8000)
    expect((await ask(ann())).sent).toBe('s1')
    pass(10_001)
    expect((await ask(ann())).sent).toMatch(/^s[23]$/)
  })
})

it('new clients, and those of a useServer rule, get another server', async () => {
  const { ask } = await start()
  const useServer = [{ server: 's1' }]
  const ruled = await start({ ...PERSIST, useServer })
  expect([(await ask()).sent, (await ask()).sent, (await ruled.ask()).sent]).toEqual(['s2', 's3', 's2'])
})
