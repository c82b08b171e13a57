// Where the lines of a haproxy.cfg go: nowhere without a `log` line, to standard output or to syslog as it says.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { freePort } from '../free-ports.ts'
import { exchange, spawnServe, startOrigin, temporaryDirectory, until } from './harness.ts'
import { syslogServer } from './syslog-server.ts'

/** `limpet serve` with a file of one listen section. */
async function serving(globals: readonly string[], lines: readonly string[], ...options: readonly string[]) {
  const origin = await startOrigin('s1')
  const port = await freePort()
  const file = join(temporaryDirectory(), 'haproxy.cfg')
  const text = [
    'global',
    ...globals,
    'defaults',
    'mode http',
    'option httplog',
    'listen app',
    `bind 127.0.0.1:${port}`,
    ...lines,
    `server s1 127.0.0.1:${origin.port}`,
  ]
  writeFileSync(file, `${text.join('\n')}\n`)
  const limpet = spawnServe([file, ...options])
  await limpet.listening(1)
  return { ...limpet, ask: (path: string) => exchange(`http://127.0.0.1:${port}${path}`) }
}

const HTTPLOG = /127\.0\.0\.1:\d+ \[[^\]]+\] app app\/s1 \S+ 200 \d+ - - ---- 0\/0\/0\/0\/0 0\/0 "GET \/a HTTP\/1\.1"$/

describe('requests', () => {
  it('are logged nowhere without a log line, and as --log says', async () => {
    const limpet = await serving([], [])
    expect((await limpet.ask('/a')).status).toBe(200)
    await limpet.stop()
    expect(limpet.stdout()).toBe('')
    const asked = await serving([], [], '--log', 'json')
    await asked.ask('/a')
    await until(() => asked.log().length === 1)
    expect(asked.log()[0]).toMatchObject({ path: '/a', status: 200 })
  })

  it.each(['stdout', 'stderr'] as const)('are written to %s', async (stream) => {
    const limpet = await serving([], [`log ${stream} format raw local0`])
    await limpet.ask('/a')
    await until(() =>
      limpet[stream]()
        .split('\n')
        .some((line) => HTTPLOG.test(line)),
    )
    expect(limpet[stream === 'stdout' ? 'stderr' : 'stdout']()).not.toContain('GET /a')
  })

  it('are sent as datagrams, those of a burst, too, and of the levels that are asked for', async () => {
    const [all, grave] = await Promise.all([syslogServer(), syslogServer()])
    const limpet = await serving(
      [`log 127.0.0.1:${all.port} local3`, `log 127.0.0.1:${grave.port} local4 notice`, 'log-tag edge'],
      ['log global'],
    )
    await limpet.ask('/a')
    await until(() => all.received.length === 1)
    // 19 x 8 + 6: local3, info.
    expect(all.received[0]).toMatch(/^<158>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d edge\[\d+\]: 127/)
    expect(all.received[0]).toMatch(HTTPLOG)
    await Promise.all(Array.from({ length: 50 }, () => limpet.ask('/b')))
    await until(() => all.received.length === 51)
    expect(limpet.stdout()).toBe('')
    expect(grave.received).toEqual([])
  })

  it('are answered though nobody takes their lines', async () => {
    const limpet = await serving(['log /nowhere/log local0', 'log 127.0.0.1:9 local0'], ['log global'])
    for (let i = 0; i < 5; i++) expect((await limpet.ask('/a')).status).toBe(200)
    await until(() => limpet.stderr().includes('log /nowhere/log: '))
  })
})
