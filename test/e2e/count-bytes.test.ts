// Bytes as they passed, not as they were announced, and the log line at the end of it all.

import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { exchange, startLimpet, startOrigins, TOKEN, until } from './harness.ts'

async function startCounting(more: object = {}) {
  const [origin] = await startOrigins(1)
  const limpet = await startLimpet({
    countBytes: true,
    backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }], ...more }],
  })
  const requests = () => limpet.log().filter((line) => 'verdict' in line)
  const next = async (count: number) => {
    await until(() => requests().length >= count)
    return requests().at(-1)!
  }
  const show = async () => {
    const { body } = await exchange(`${limpet.url}/.limpet/command`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: 'show stat',
    })
    const [header = '', ...lines] = body.split('\n')
    const names = header.replace('# ', '').split(',')
    const cells = lines.find((line) => line.startsWith('app,s1,'))!.split(',')
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]))
  }
  return { ...limpet, requests, next, show, origin: origin! }
}

describe.each([['roundrobin'], ['leastconn']])('countBytes, balance %s', (balance) => {
  it('counts bodies of known and unknown length, in and out, and logs when they have ended', async () => {
    const { url, next, show } = await startCounting({ balance })
    const slow = exchange(`${url}/slow-body?ms=400`)
    expect((await slow).body).toBe('first last')
    const line = await next(1)
    expect(line).toMatchObject({ bytes: 10, termination: '--' })
    expect(line['durationMs']).toBeGreaterThanOrEqual(395)
    await exchange(`${url}/big?bytes=1000000`)
    expect(await next(2)).toMatchObject({ bytes: 1_000_000 })
    await exchange(`${url}/gzip`)
    expect((await next(3))['bytes']).toBeGreaterThan(20)
    await exchange(`${url}/big?bytes=500`, { method: 'HEAD' })
    expect(await next(4)).toMatchObject({ bytes: 0 })
    const before = Number((await show())['bin'])
    const chunked = request(`${url}/upload`, { method: 'POST' })
    chunked.write('a'.repeat(3000))
    await pass(20)
    chunked.end('b'.repeat(500))
    await next(5)
    expect(Number((await show())['bin']) - before).toBe(3500)
  })

  it('counts what came through of a body that broke off, and says who broke it off', async () => {
    const { url, next, show, stderr } = await startCounting({ balance, retries: 0 })
    await exchange(`${url}/cut`).catch(() => undefined)
    expect(await next(1)).toMatchObject({ bytes: 'only this'.length, termination: 'SD' })
    // A reset: of a plain goodbye workerd learns with the first byte that it sends.
    const leaving = connect(Number(new URL(url).port), '127.0.0.1')
    leaving.write('GET /slow-body?ms=20000 HTTP/1.1\r\nHost: x\r\n\r\n')
    let got = ''
    leaving.on('data', (chunk: Buffer) => (got += chunk.toString()))
    await until(() => got.includes('first '))
    leaving.resetAndDestroy()
    expect(await next(2)).toMatchObject({ bytes: 'first '.length, termination: 'CD' })
    await until(async () => (await show())['cli_abrt'] === '1')
    expect(await show()).toMatchObject({ cli_abrt: '1', srv_abrt: '1' })
    expect(stderr()).not.toContain('"event":"error"')
  })
})
