// docs/recipes.md as it is pasted: its files are served by Limpet and by HAProxy, its commands are typed, its configurations
// are checked. `…` in an output stands for anything within a line.

import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, it, onTestFinished } from 'vitest'

import { CLI, temporaryDirectory, until } from '../e2e/harness.ts'
import { freePort } from '../free-ports.ts'
import { opens, saysListening } from '../processes.ts'

const PAGE = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8')
const PORTS_ON_PAGE = /\b(?:8080|8443|10000)\b/g
const BALANCER = /\bbind 127\.0\.0\.1:(\d+)/
const NAMES: Readonly<Record<string, string>> = { '127.0.0.2': 's1', '127.0.0.3': 's2', '127.0.0.4': 's3' }

interface Fence {
  readonly kind: string
  readonly text: string
}

interface Recipe {
  readonly title: string
  readonly fences: readonly Fence[]
}

const RECIPES: readonly Recipe[] = PAGE.split(/^## /m)
  .slice(1)
  .map((section) => ({
    title: section.slice(0, section.indexOf('\n')),
    fences: [...section.matchAll(/^```([a-z]+)\n([^]*?)^```$/gm)].map(([, kind = '', text = '']) => ({ kind, text })),
  }))

const textOf = ({ fences }: Recipe, kind: string) => fences.find((fence) => fence.kind === kind)?.text

describe.each(RECIPES)('$title', (recipe) => {
  const commands = recipe.fences.filter(({ kind }) => kind === 'console')
  const onlyOurs = recipe.fences.filter(({ kind }) => kind === 'limpet')

  it('does under limpet serve what the page says', async () => {
    await playOn('limpet', recipe, [...commands, ...onlyOurs])
  })

  if (commands.length > 0)
    it('does the same under HAProxy', async () => {
      await playOn('haproxy', recipe, commands)
    })

  if (textOf(recipe, 'ts') !== undefined)
    it('has a configuration that can be deployed', async () => {
      const file = join(temporaryDirectory(), 'limpet.config.ts')
      writeFileSync(file, textOf(recipe, 'ts')!)
      const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'check', '--for', 'cloudflare', file])
      const warnings = stdout.split('\n').filter((line) => line.includes(': warning: '))
      expect(stdout).toContain(' 0 errors, ')
      // A recipe's servers are examples.
      expect(warnings.filter((line) => !line.endsWith('[placeholder-server]'))).toEqual([])
    })
})

async function playOn(peer: 'limpet' | 'haproxy', recipe: Recipe, fences: readonly Fence[]): Promise<void> {
  const origins = await startOrigins()
  const ports: Record<string, number> = { 8080: origins, 8443: await freePort(), 10000: await freePort() }
  const here = (text: string) => text.replaceAll(PORTS_ON_PAGE, (port) => String(ports[port]!))
  const directory = temporaryDirectory()
  const cfg = here(textOf(recipe, 'haproxy')!)
  writeFileSync(join(directory, 'haproxy.cfg'), cfg)
  for (const { kind, text } of recipe.fences) {
    const [, name] = /^# (\S+)\n/.exec(text) ?? []
    if (kind === 'sh' && name !== undefined) writeFileSync(join(directory, name), text)
  }
  writeCommands(directory)
  if (cfg.includes('site.pem')) makeCertificate(directory)
  await startPeer(peer, directory, Number(BALANCER.exec(cfg)![1]))
  for (const { text } of fences) {
    for (const [command = '', ...lines] of text
      .split(/^\$ /m)
      .slice(1)
      .map((each) => each.split('\n'))) {
      const { stdout } = await promisify(execFile)('sh', ['-c', here(command)], {
        cwd: directory,
        env: { ...process.env, PATH: `${directory}:${process.env['PATH']}` },
      })
      expect(stdout, command).toMatch(patternOf(here(lines.join('\n'))))
    }
  }
}

function patternOf(text: string): RegExp {
  const literals = text.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${literals.join('[^\\n]*')}$`)
}

/** Three applications on one port, which is free on the balancer's address, too. */
async function startOrigins(): Promise<number> {
  for (;;) {
    const port = await freePort()
    try {
      for (const [address, name] of Object.entries(NAMES)) await startOrigin(name, address, port)
      return port
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
}

/** As a servlet container keeps sessions: in its own memory, under a name that it makes up. */
async function startOrigin(name: string, address: string, port: number): Promise<Server> {
  const visits = new Map<string, number>()
  const server = createServer((request, response) => {
    if (request.url === '/health') return void response.end()
    const [, sent = ''] = /(?:^|; )JSESSIONID=([^;]+)/.exec(request.headers.cookie ?? '') ?? []
    const session = visits.has(sent) ? sent : `${name}${visits.size}x${process.hrtime.bigint()}`
    visits.set(session, (visits.get(session) ?? 0) + 1)
    if (session !== sent) response.setHeader('set-cookie', `JSESSIONID=${session}; Path=/; HttpOnly`)
    response.end(`${name}, visit ${visits.get(session)}\n`)
  })
  onTestFinished(() => void server.close().closeAllConnections())
  server.listen(port, address)
  await once(server, 'listening')
  return server
}

/** `limpet` from here; nobody becomes root and nothing is mailed. */
function writeCommands(directory: string): void {
  const scripts = {
    limpet: `exec '${process.execPath}' '${CLI}' "$@"`,
    sudo: 'exec "$@"',
    mail: 'echo "mail $*"; cat',
    // By itself it waits half a second for an answer, and a busy machine takes longer.
    socat: `PATH='${process.env['PATH']}' exec socat -t 30 "$@"`,
  }
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(directory, name), 0o755)
  }
}

function makeCertificate(directory: string): void {
  const key = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'
  execFileSync('openssl', [...key.split(' '), '-keyout', 'key.pem', '-out', 'crt.pem'], {
    cwd: directory,
    stdio: 'ignore',
  })
  const parts = ['crt.pem', 'key.pem'].map((name) => readFileSync(join(directory, name), 'utf8'))
  writeFileSync(join(directory, 'site.pem'), parts.join(''))
}

async function startPeer(peer: 'limpet' | 'haproxy', directory: string, port: number): Promise<void> {
  const child =
    peer === 'haproxy'
      ? spawn('haproxy', ['-db', '-f', 'haproxy.cfg', '-L', 'lb1'], { cwd: directory, stdio: 'ignore' })
      : spawn(process.execPath, [CLI, 'serve', 'haproxy.cfg'], { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    const again = setTimeout(() => child.kill(peer === 'haproxy' ? 'SIGKILL' : 'SIGTERM'), 300)
    await ended
    clearTimeout(again)
  })
  if (peer === 'limpet') await saysListening(child)
  await until(async () => child.exitCode !== null || (await opens(port)))
  expect(child.exitCode, `${peer} is running`).toBeNull()
}
