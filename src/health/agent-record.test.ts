// What agents change of servers, and when they are asked.

import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { BackendInput } from '../config/options/backend.ts'
import { wordOf } from '../server/states.ts'
import { readAgentLine } from './agent.ts'
import { createAgentSchedule } from './agent-schedule.ts'
import { readServerRecord } from './server-record.ts'
import { createServerRegistry } from './server-registry.ts'

function made(backend: Partial<BackendInput> = {}, inter: '1s' | '3s' = '1s') {
  const servers = [1, 2].map((n) => ({ name: `s${n}`, url: `http://s${n}`, weight: 40, agent: { port: 9, inter } }))
  const config = resolveConfig({ backends: [{ name: 'app', servers, ...backend }] })
  const registry = createServerRegistry(config, new Map(), 0)
  const entry = registry.entries.get('app/s1')!
  let nowMs = 0
  /** What the line changes: states, then weights. */
  const say = (line: string) => {
    const { transitions, weight } = registry.recordAgent('app/s1', readAgentLine(line, 1), (nowMs += 1_000))
    return [...transitions.map(({ from, to }) => `${wordOf(from)} -> ${wordOf(to)}`), ...(weight ? [weight] : [])]
  }
  return { config, registry, entry, say, view: () => registry.view(entry) }
}

describe('an agent', () => {
  it('takes its server down and up, and has to say so', () => {
    const { say, view } = made()
    expect([say('up'), view().status]).toEqual([[], 'no check'])
    expect([say('down'), view().status, view().health]).toEqual([['UP -> DOWN'], 'DOWN (agent)', 'down'])
    expect([say('ready 50%'), say('nonsense'), view().status]).toEqual([[{ from: 40, to: 20 }], [], 'DOWN (agent)'])
    expect([say('up'), view().status, view().isCandidate]).toEqual([['DOWN -> UP'], 'no check', true])
  })

  it('and the checks must both find it up', () => {
    const { registry, say, view } = made({ check: { rise: 1, fall: 1 } })
    const check = (code: 'L7OK' | 'L4CON') => registry.recordCheck('app/s1', { code, status: null, durationMs: 0 }, 1)
    check('L7OK')
    say('down')
    check('L7OK')
    expect(view()).toMatchObject({ health: 'down', status: 'DOWN (agent)' })
    check('L4CON')
    say('up')
    expect(view()).toMatchObject({ health: 'down', status: 'DOWN' })
    check('L7OK')
    expect(view().status).toBe('UP')
  })

  it('drains it, and sets it to maint and back, whatever the operator has said', () => {
    const { registry, say, view } = made()
    expect([say('drain'), view().status, say('drain'), say('up')]).toEqual([['UP -> DRAIN'], 'DRAIN (agent)', [], []])
    registry.setState('app/s1', 'ready', 9)
    expect(say('drain')).toEqual(['UP -> DRAIN'])
    expect([say('maint'), view().status]).toEqual([['DRAIN -> MAINT'], 'MAINT'])
    expect([say('up'), say('ready')]).toEqual([[], ['MAINT -> UP']])
  })

  it('sets its weight in percent of what is configured', () => {
    const { say, view } = made()
    expect([say('50%'), say('50%'), say('0%')]).toEqual([[{ from: 40, to: 20 }], [], [{ from: 20, to: 0 }]])
    expect(view().isCandidate).toBe(false)
    expect([say('5000%'), say('100%'), view().weight]).toEqual([[{ from: 0, to: 256 }], [{ from: 256, to: 40 }], 40])
  })

  it('that an operator has turned off changes no weight, and what it has said stays', () => {
    const { registry, say, view } = made()
    say('down')
    registry.setAgent('app/s1', 'off', 5)
    expect([say('10%'), view().status, view().agent?.isOff]).toEqual([[], 'DOWN', true])
    registry.setAgent('app/s1', 'up', 6)
    expect(view().health).toBe('up')
    expect(registry.setAgent('app/s1', 'down', 7)).toMatchObject({ key: 'app/s1' })
  })

  it('is remembered by the storage, and what cannot be read of it is left out', () => {
    const { entry, say } = made()
    say('down # disk')
    const record = readServerRecord(JSON.stringify(entry.record), 0)!
    expect(record.agent).toEqual({
      isDown: true,
      isOff: false,
      result: { code: 'L7STS', said: 'via agent : down (disk)', durationMs: 1 },
    })
    const broken = readServerRecord(JSON.stringify({ ...entry.record, agent: { isDown: 'yes' } }), 0)!
    expect(broken.agent).toBeUndefined()
  })

  it('counts for nothing when its server no longer has one', () => {
    const { entry, say } = made()
    say('down')
    const config = resolveConfig({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://s1' }] }] })
    const registry = createServerRegistry(config, new Map([['app/s1', entry.record]]), 0)
    expect(registry.view(registry.entries.get('app/s1')!)).toMatchObject({ health: 'up', status: 'no check' })
  })
})

describe('agents are asked', () => {
  const scheduled = (backend: Partial<BackendInput> = {}) => {
    const { registry, entry } = made(backend)
    const clock = { nowMs: 0 }
    const schedule = createAgentSchedule(registry, () => clock.nowMs)
    return { registry, entry, clock, schedule, start: () => schedule.start().map(({ server }) => server.name) }
  }

  it('at once, and an interval after they were asked', () => {
    const { entry, clock, schedule, start } = scheduled()
    expect([schedule.nextDueMs(), start(), start()]).toEqual([0, ['s1', 's2'], []])
    clock.nowMs = 300
    schedule.end(entry)
    expect([schedule.nextDueMs(), start()]).toEqual([1_000, []])
    clock.nowMs = 950
    expect(start()).toEqual(['s1'])
    clock.nowMs = 5_000
    schedule.end(entry)
    expect(start()).toEqual(['s1'])
  })

  it('six at once, and those that are turned off not at all', () => {
    const servers = Array.from({ length: 9 }, (_, i) => ({ name: `s${i}`, url: 'http://s', agent: { port: 9 } }))
    const { registry, entry, schedule, start } = scheduled({ servers: [...servers.slice(1), servers[0]!] })
    registry.setAgent('app/s2', 'off', 0)
    expect(start()).toEqual(['s1', 's3', 's4', 's5', 's6', 's7'])
    // The end of one is looked for.
    expect(schedule.nextDueMs()).toBe(4_000)
    schedule.end(entry)
    expect([schedule.nextDueMs(), start()]).toEqual([0, ['s8']])
  })

  it('never, where there are none', () => {
    const { schedule } = scheduled({ servers: [{ name: 's1', url: 'http://s' }] })
    expect(schedule.nextDueMs()).toBeUndefined()
  })
})
