// `limpet diff --url` on a balancer that runs, and what then becomes of its clients: five changes, one after the other, on one state
// directory. And the commands that change several servers at once.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { Difference } from '../../src/difference/difference.ts'
import { CLI, Client, sessionOf, startLimpet, startOrigins, temporaryDirectory, TOKEN, until } from './harness.ts'
import type { Serving } from './harness.ts'

type Backend = LimpetConfig['backends'][number]

const CLIENTS = 24

const limpet = (url: string, ...args: readonly string[]) =>
  new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, LIMPET_ADMIN_TOKEN: TOKEN }
    execFile(process.execPath, [CLI, ...args, '--url', url], { env }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, stdout, stderr }),
    )
  })

it('what diff says of five changes is what happens to clients', async () => {
  const origins = await startOrigins(3)
  const [s1, s2, s3] = origins.map(({ name, url }) => ({ name, url }))
  const web1 = { ...s1!, name: 'web1', formerly: ['s1'] }
  const web2 = { ...s2!, name: 'web2' }
  const cookie = { name: 'SRV', maxidle: '1h' } as const
  const sticky: Partial<Backend> = {
    balance: 'hdr(x-user)',
    stickTable: { type: 'string', size: '10k', expire: '1h' },
    stick: [{ storeResponse: 'res.cook(sid)' }, { on: 'req.cook(sid)' }],
  }
  const backends: readonly Backend[] = [
    { name: 'app', cookie, servers: [s1!, s2!, s3!] },
    // Renamed, and in another order: nobody moves.
    { name: 'app', cookie, servers: [s3!, web1, s2!] },
    // Renamed without `formerly`: those of s2 do.
    { name: 'app', cookie, servers: [s3!, web1, web2] },
    // No cookie any more: all of them do.
    { name: 'app', ...sticky, servers: [s3!, web1, web2] },
    // s3 is gone; the others are found under the new name.
    { name: 'shop', formerly: ['app'], ...sticky, servers: [web1, { ...web2, id: 3 }] },
    // The hash alone: it leads where the table did.
    { name: 'shop', balance: 'hdr(x-user)', servers: [web1, { ...web2, id: 3 }] },
  ]
  const state = temporaryDirectory()
  const file = join(temporaryDirectory(), 'next.json')
  const moved: number[] = []
  let serving: Serving = await startLimpet({ backends: [backends[0]!] }, { state })
  for (const next of backends.slice(1)) {
    const clients = Array.from({ length: CLIENTS }, () => new Client())
    const visit = async () => {
      const before = serving.log().length
      const answers = []
      for (const [i, client] of clients.entries())
        answers.push(sessionOf(await client.get(`${serving.url}/`, { headers: { 'x-user': `user-${i}` } })))
      await until(() => serving.log().length >= before + CLIENTS)
      const lines = serving.log().slice(before) as unknown as {
        server: string
        verdict: string
        stick?: { verdict: string }[]
      }[]
      return answers.map(({ name }, i) => ({ ...lines[i]!, origin: name }))
    }
    const came = await visit()
    writeFileSync(file, JSON.stringify({ backends: [next] }))
    const { stdout, status } = await limpet(serving.url, 'diff', file, '--json', '--exit-code')
    expect(status).toBe(1)
    const difference = JSON.parse(stdout) as Difference
    await serving.stop()
    serving = await startLimpet({ backends: [next] }, { state })
    const went = await visit()
    moved.push(Math.round(difference.moved * 100))
    for (const [i, { server, origin }] of came.entries()) {
      const row = difference.backends[0]!.servers.find(({ before }) => before === server)!
      const told = JSON.stringify({ row, came: came[i], went: went[i] })
      if (row.moved === 0) expect(went[i]!.origin, told).toBe(origin)
      else if ('' in row.to) {
        // It may get its server again by chance, but nothing leads it there.
        expect(went[i]!.verdict.startsWith('V'), told).toBe(false)
      } else expect(went[i]!.origin, told).not.toBe(origin)
    }
  }
  expect(moved.map((percent) => (percent >= 30 && percent <= 36 ? 33 : percent))).toEqual([0, 33, 100, 33, 0])

  // Two servers, and the second is the last.
  const drained = await limpet(serving.url, 'drain', 'shop/web1', '--for', '30m', '--json')
  expect(JSON.parse(drained.stdout)).toMatchObject([{ name: 'shop/web1', isDone: true, server: { state: 'drain' } }])
  const refused = await limpet(serving.url, 'maint', 'shop/web1', 'shop/web2')
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('--yes does it all the same')])
  const states = async () => (await serving.servers()).map((view) => view.state)
  expect(await states()).toEqual(['drain', 'ready'])
  expect((await limpet(serving.url, 'maint', 'shop/web1', 'shop/web2', '--yes')).status).toBe(0)
  expect(await states()).toEqual(['maint', 'maint'])
})
