import { describe, expect, it } from 'vitest'

import { choose } from './choose.ts'
import type { Claims } from './choose.ts'
import type { Kind } from './kind.ts'
import { standingsOf } from './standing.ts'
import type { SetStates } from './standing.ts'
import type { Releases } from '../config/options/releases.ts'

const KINDS: readonly Kind[] = ['document', 'ahead', 'asset', 'live', 'part']
const list = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'].map((name) => ({ name, ids: [] }))
const CONFIG = { list, current: 'r4' } as unknown as Releases
const STATES: SetStates = {
  current: 'r4',
  canary: { name: 'r5', share: 0.1 },
  states: { r1: 'ended', r2: 'aborted', r3: 'kept' },
}
const STANDINGS = standingsOf(CONFIG, STATES)
const NOTHING: Omit<Claims, 'kind'> = {
  keepsDocuments: true,
  used: undefined,
  ids: [],
  pinned: undefined,
  served: undefined,
}
/** `r3 by pin`, `the arm`: by kind, in the order above. */
const chosen = (claims: Partial<Claims>) =>
  KINDS.map((kind) => {
    const choice = choose({ ...NOTHING, ...claims, kind }, STANDINGS)
    return choice ? `${choice.release} by ${choice.by}` : 'the arm'
  })

describe('the first that applies', () => {
  const all = { used: 'r3', ids: ['r4'], pinned: 'r5', served: 'r4' }
  it.each<[string, Partial<Claims>, readonly string[]]>([
    ["a rule's server", all, ['r3 by use', 'r3 by use', 'r3 by use', 'r3 by use', 'r3 by use']],
    [
      'an id, of all but documents',
      { ...all, used: undefined },
      ['r5 by pin', 'r4 by id', 'r4 by id', 'the arm', 'r4 by id'],
    ],
    ['the pin', { pinned: 'r5', served: 'r3' }, ['r5 by pin', 'r5 by pin', 'r5 by pin', 'the arm', 'r5 by pin']],
    [
      "the client's server",
      { served: 'r3' },
      ['r3 by server', 'r3 by server', 'r3 by server', 'the arm', 'r3 by server'],
    ],
    ['nothing', {}, ['the arm', 'the arm', 'the arm', 'the arm', 'the arm']],
  ])('%s', (_, claims, choices) => {
    expect(chosen(claims)).toEqual(choices)
  })

  it("under 'current' documents ask the arm alone, unless a rule has a server", () => {
    const current = { ...all, keepsDocuments: false }
    expect(chosen({ ...current, used: undefined })).toEqual(['the arm', 'r4 by id', 'r4 by id', 'the arm', 'r4 by id'])
    expect(chosen({ ...current, used: undefined, ids: [] })[0]).toBe('the arm')
    expect(chosen({ ...current, used: undefined, ids: [], pinned: undefined })[0]).toBe('the arm')
    expect(chosen(current)[0]).toBe('r3 by use')
  })
})

describe('a release that has', () => {
  const all = (text: string) => [text, text, text, 'the arm', text]
  it.each([
    ['ended serves nothing', 'r1', all('the arm'), all('the arm')],
    [
      'been aborted serves what its pages ask for',
      'r2',
      ['the arm', ...all('r2 by pin').slice(1)],
      ['the arm', ...all('r2 by server').slice(1)],
    ],
    ['been replaced keeps its clients', 'r3', all('r3 by pin'), all('r3 by server')],
    ['left the list serves nothing', 'r0', all('the arm'), all('the arm')],
    ['never been heard of serves those that name it', 'r6', all('r6 by pin'), all('r6 by server')],
  ])('%s', (_, release, pinned, served) => {
    expect(chosen({ pinned: release })).toEqual(pinned)
    expect(chosen({ served: release })).toEqual(served)
  })

  it('ended is no id: the next one counts, then the pin', () => {
    expect(chosen({ ids: ['r1', 'r0', 'r3'], pinned: 'r5' })[4]).toBe('r3 by id')
    expect(chosen({ ids: ['r1', 'r0'], pinned: 'r5' })[4]).toBe('r5 by pin')
    expect(chosen({ ids: ['r2'] })[4]).toBe('r2 by id')
  })
})

describe('standings', () => {
  const standings = (states?: Partial<SetStates>) =>
    standingsOf(CONFIG, states && { current: 'r4', canary: null, states: {}, ...states })

  it('without anything set: those before the current one are kept, those after it wait', () => {
    const { current, canary, others } = standings()
    expect({ current, canary, others }).toEqual({ current: 'r4', canary: null, others: ['r4', 'r3', 'r2', 'r1'] })
    expect(standings().of('r6')).toBe('kept')
  })

  it('a release that was kept is asked even if it is newer, one that was aborted or has ended is not', () => {
    const { others } = standings({ states: { r6: 'kept', r3: 'aborted', r2: 'ended' } })
    expect(others).toEqual(['r4', 'r6', 'r1'])
  })

  it('names that have left the list count for nothing', () => {
    const { current, canary, of } = standings({
      current: 'r9',
      canary: { name: 'r8', share: 1 },
      states: { r7: 'kept' },
    })
    expect([current, canary, of('r9'), of('r8'), of('r7')]).toEqual(['r4', null, undefined, undefined, undefined])
  })

  it('names that every object has are no states', () => {
    const proto = { list: [{ name: 'constructor', ids: [] }], current: 'constructor' } as unknown as Releases
    const { of } = standingsOf({ ...proto, current: 'x' }, { current: 'x', canary: null, states: {} })
    expect(of('constructor')).toBe('kept')
  })

  it('current is current, whatever else is said of it', () => {
    const { of, canary } = standings({ canary: { name: 'r4', share: 1 }, states: { r4: 'ended' } })
    expect([of('r4'), canary]).toEqual(['current', null])
  })

  it('are several as long as a second one has not ended', () => {
    const ended = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'ended' as const]))
    expect(standings().areSeveral).toBe(true)
    expect(standings({ states: ended('r1', 'r2', 'r3', 'r5') }).areSeveral).toBe(true)
    expect(standings({ states: ended('r1', 'r2', 'r3', 'r5', 'r6') }).areSeveral).toBe(false)
  })
})
