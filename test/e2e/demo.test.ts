// The demo as a newcomer meets it: its printed lines do what they say, and without persistence the poll fails.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { expect, onTestFinished, test } from 'vitest'

import { freePort } from '../free-ports.ts'
import { descendantsOf, isAlive } from '../processes.ts'
import { Client, exchange, until } from './harness.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

interface Demo {
  readonly url: string
  said(): string
  /** A shell command that the demo printed, run as it stands. */
  pasted(start: string): Promise<string>
  interrupt(): Promise<number | null>
}

async function startDemo(...args: readonly string[]): Promise<Demo> {
  const port = await freePort(4)
  const demo = spawnDemo(['--listen', `127.0.0.1:${port}`, '--origin-port', String(port + 1), ...args])
  await Promise.race([
    until(() => demo.said().includes('Ctrl-C')),
    demo.ended.then(() => Promise.reject(new Error(demo.said()))),
  ])
  return {
    url: `http://127.0.0.1:${port}`,
    said: demo.said,
    async pasted(start) {
      const line = demo
        .said()
        .split('\n')
        .find((each) => each.trim().startsWith(start))
      if (line === undefined) throw new Error(`no line starts with ${start}: ${demo.said()}`)
      const { stdout } = await run('bash', ['-c', line], { cwd: ROOT })
      return stdout
    },
    interrupt: () => demo.end('SIGINT'),
  }
}

function spawnDemo(args: readonly string[]) {
  return spawnHere(process.execPath, ['demo/start.ts', ...args])
}

function spawnHere(command: string, args: readonly string[]) {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'close').then(([status]) => status as number | null)
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  onTestFinished(async () => void (await end('SIGTERM')))
  return { pid: child.pid!, said: () => said, ended, end }
}

function formOf(page: string): { csrf: string; server: string } {
  return {
    csrf: /name="csrf" value="([^"]+)"/.exec(page)![1]!,
    server: /class="server">([^<]+)</.exec(page)![1]!,
  }
}

async function vote(client: Client, url: string): Promise<number> {
  const { csrf } = formOf((await client.get(`${url}/`)).body)
  const body = new URLSearchParams({ csrf, choice: 'limpet' }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return (await client.get(`${url}/vote`, { method: 'POST', headers, body })).status
}

test('keeps every voter on the server that gave out the form, and the printed lines do what they say', async () => {
  const demo = await startDemo()
  const voters = Array.from({ length: 6 }, () => new Client())
  for (const voter of voters) expect(await vote(voter, demo.url)).toBe(303)

  const returning = (await demo.pasted('rm -f')).trim().split('\n')
  expect(new Set(returning.map((line) => line.split(',')[0])).size).toBe(1)
  expect(returning[3]).toContain('request 4 of your session')
  const others = (await demo.pasted('for i in')).trim().split('\n')
  expect(new Set(others.map((line) => line.split(',')[0])).size).toBe(3)
  expect(await demo.pasted('curl -si')).toMatch(/^set-cookie: SERVERID=\S+; path=\/; HttpOnly; SameSite=Lax\r$/im)

  await demo.pasted('npx limpet set server app/s2 state drain')
  await until(() => demo.said().includes('app/s2 was'))
  const drained = await Promise.all(Array.from({ length: 9 }, () => exchange(`${demo.url}/whoami`)))
  expect(drained.filter(({ body }) => body.startsWith('s2'))).toHaveLength(0)
  for (const voter of voters) expect(await vote(voter, demo.url)).toBe(303)
  await demo.pasted('npx limpet set server app/s2 state ready')

  const before = await Promise.all(voters.map(async (voter) => formOf((await voter.get(`${demo.url}/`)).body)))
  await demo.pasted('kill -9')
  for (const [i, voter] of voters.entries()) {
    const { status, body } = await voter.get(`${demo.url}/`)
    expect(status).toBe(200)
    const { server, csrf } = formOf(body)
    if (before[i]!.server === 's2') expect(server).not.toBe('s2')
    else expect({ server, csrf }).toEqual(before[i])
  }
  await until(() => demo.said().includes('s2 runs again'))
  expect(await demo.pasted('npx limpet show servers')).toMatch(/app\/s2 +ready +/)

  const origins = [...demo.said().matchAll(/kill -9 (\d+)/g)].map(([, pid]) => Number(pid))
  expect(await demo.interrupt()).toBe(0)
  await until(() => !origins.some(isAlive))
})

test.each([
  ['prefix', 'curl -si', /^set-cookie: session=\S+~\S+; path=\/; httponly; samesite=lax\r$/im],
  ['table', 'npx limpet ctl', /# table: app, type: string, [^]*server_key=s\d/],
  ['source', 'npx limpet ctl', /# table: app, type: ip, [^]*key=127\.0\.0\.1 [^]*server_key=s\d/],
])('keeps voters with --mode %s', async (mode, shows, trace) => {
  const demo = await startDemo('--mode', mode)
  for (const voter of [new Client(), new Client(), new Client()]) expect(await vote(voter, demo.url)).toBe(303)
  const returning = (await demo.pasted('rm -f')).trim().split('\n')
  expect(returning[3]).toContain('request 4 of your session')
  expect(await demo.pasted(shows)).toMatch(trace)
  const others = (await demo.pasted('for i in')).trim().split('\n')
  expect(new Set(others.map((line) => line.split(',')[0])).size).toBe(mode === 'source' ? 1 : 3)
})

// npm hands on SIGINT and SIGTERM alone.
test.each([
  ['the demo', 'SIGKILL'],
  ['the demo', 'SIGHUP'],
  ['npm', 'SIGKILL'],
  ['npm', 'SIGHUP'],
  ['npm', 'SIGTERM'],
] as const)('leaves nothing behind when %s gets %s', async (whose, signal) => {
  const first = await freePort(4)
  const args = ['--listen', `127.0.0.1:${first}`, '--origin-port', String(first + 1)]
  const demo = whose === 'npm' ? spawnHere('npm', ['start', '--', ...args]) : spawnDemo(args)
  await until(() => demo.said().includes('Ctrl-C'))
  const started = descendantsOf(demo.pid)
  // Three origins, limpet serve, and its workerd.
  expect(started.length).toBeGreaterThanOrEqual(5)
  onTestFinished(() => started.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL')))
  process.kill(demo.pid, signal)
  await until(() => !started.some(isAlive), 15_000)
})

test('names the statistics page and its password', async () => {
  const demo = await startDemo()
  const [, page = '', token = ''] = /(http\S+\/\.limpet\/stats) +(\S+)/.exec(demo.said()) ?? []
  const authorization = `Basic ${Buffer.from(`me:${token}`).toString('base64')}`
  expect((await exchange(page)).status).toBe(401)
  expect((await exchange(page, { headers: { authorization } })).body).toContain('app')
})

test.each(['--no-persistence', '--mode none'])('without persistence the poll fails: %s', async (args) => {
  const demo = await startDemo(...args.split(' '))
  expect(await vote(new Client(), demo.url)).toBe(403)
  expect((await demo.pasted('rm -f')).trim().split('\n').at(-1)).toMatch(/request 1 of your session/)
})

test('says which port is taken, and ends', async () => {
  const first = await freePort(4)
  const taken = createServer().listen(first + 2, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const demo = spawnDemo(['--listen', `127.0.0.1:${first}`, '--origin-port', String(first + 1)])
  expect(await demo.ended).toBe(1)
  expect(demo.said()).toContain(`s2: port ${first + 2} is in use; choose three others with --origin-port`)
})
