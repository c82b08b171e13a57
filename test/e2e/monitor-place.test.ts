// `limpet monitor move` and `limpet show monitor`, against the bundle that is deployed.

import { execFile } from 'node:child_process'

import { expect, it } from 'vitest'

import { startEdge } from './edge.ts'
import { CLI, startLimpet, startOrigins, temporaryDirectory, TOKEN } from './harness.ts'

function limpet(url: string, ...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const remote = ['--url', url, '--admin-token', TOKEN]
    execFile(process.execPath, [CLI, ...args, ...remote], (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

it('moves a deployed Monitor with what an operator has set, and back, across restarts', async () => {
  const storage = temporaryDirectory()
  const [origin] = await startOrigins(1)
  const config = { backends: [{ name: 'app', check: true, servers: [{ name: 's1', url: origin!.url }] }] }
  const edge = await startEdge({ ...config, monitor: { near: 'enam' } }, storage)
  await limpet(edge.url, 'set', 'server', 'app/s1', 'state', 'drain')
  const { stdout: before } = await limpet(edge.url, 'show', 'monitor', '--json')
  expect(JSON.parse(before)).toMatchObject({ object: 'monitor', near: 'enam' })

  expect(await limpet(edge.url, 'monitor', 'move', 'weurr')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("unknown place 'weurr'; use one of wnam, enam,"),
  })
  expect(await limpet(edge.url, 'monitor', 'move', 'weur')).toMatchObject({
    status: 0,
    stdout: 'The Monitor is now monitor/1/weur.\n',
  })
  expect((await limpet(edge.url, 'show', 'monitor')).stdout).toMatch(
    /^object: monitor\/1\/weur\nnear: weur\nmade: 20\S+Z\ncolo: ([A-Z]{3}|not known)\n$/,
  )
  expect((await limpet(edge.url, 'show', 'servers')).stdout).toContain('drain (configured ready)')
  await limpet(edge.url, 'set', 'server', 'app/s1', 'weight', '9')
  await edge.stop()

  const again = await startEdge(config, storage)
  expect((await limpet(again.url, 'show', 'servers')).stdout).toMatch(/drain \(configured ready\).*9 \(configured 1\)/)
  expect((await limpet(again.url, 'monitor', 'move', 'home')).stdout).toBe('The Monitor is now monitor.\n')
  expect((await limpet(again.url, 'show', 'servers')).stdout).toMatch(/drain \(configured ready\).*9 \(configured 1\)/)
  expect(await limpet(again.url, 'monitor', 'move', 'home')).toMatchObject({
    status: 1,
    stderr: 'The Monitor has not moved: the Monitor is in its first object.\n',
  })
})

it('under `limpet serve` there is nowhere to move to', async () => {
  const [origin] = await startOrigins(1)
  const { url } = await startLimpet({ backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }] })
  expect(await limpet(url, 'monitor', 'move', 'weur')).toMatchObject({
    status: 1,
    stderr: 'The Monitor has not moved: limpet serve keeps the Monitor on this machine.\n',
  })
  expect((await limpet(url, 'show', 'monitor')).stdout).toMatch(/^object: monitor\nnear: not asked for\nmade: /)
})
