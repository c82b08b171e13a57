// docs/service.md: its Dockerfile, step by step, in an empty directory; what an orchestrator asks; and what systemd is told to start.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, inject, it, onTestFinished } from 'vitest'

import { type } from '../e2e/fresh-copy.ts'
import { exchange, startOrigin, until } from '../e2e/harness.ts'
import { freePort } from '../free-ports.ts'
import { install } from './install.ts'

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/service.md'), 'utf8')

function block(language: string, has: string): string {
  const blocks = [...DOCUMENT.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
  const found = blocks.find(([, name, text]) => name === language && text!.includes(has))
  if (!found) throw new Error(`docs/service.md has no block ${language} with ${has}`)
  return found[2]!
}

const STEPS = block('dockerfile', 'FROM')
  .trim()
  .split('\n')
  .map((line) => /^(\w+) (.*)$/.exec(line)!.slice(1) as [string, string])
const step = (word: string) => STEPS.filter(([first]) => first === word).map(([, rest]) => rest)
const INSTALL = 'npm install --no-audit --no-fund limpet workerd@1'

it('the Dockerfile starts a balancer in an empty directory, and an orchestrator sees whether it is healthy', async () => {
  const [port, origin] = [await freePort(), await startOrigin('s1')]
  const packages = step('RUN')[0]!.replace('npm install --no-audit --no-fund ', '').split(' ')
  expect([step('RUN')[0], step('COPY')]).toEqual([INSTALL, ['haproxy.cfg ./']])
  const more = packages.map((name) => name.replace(/@\d+$/, '')).filter((name) => name !== 'limpet')
  // As npm installs them, without the network.
  const directory = install(inject('packed'), more)
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))

  const frontend = block('', 'monitor-uri')
  const backend = `backend app\n  option httpchk GET /health\n  http-check expect status 200\n  default-server inter 200ms fall 1 rise 1 check\n  server s1 127.0.0.1:${origin.port}\n`
  writeFileSync(join(directory, 'haproxy.cfg'), `defaults\n  mode http\n${frontend}${backend}`)
  const inside = (text: string) => text.replaceAll(/(?<= )\/state\b/g, 'state').replaceAll('-o node -g node ', '')
  const entry = (JSON.parse(step('ENTRYPOINT')[0]!) as string[]).join(' ')
  const lines = [...step('RUN').slice(1), entry.replace('0.0.0.0:8080', `127.0.0.1:${port}`)].map(inside)
  const typed = type(directory, lines.join('\n'))
  await until(() => typed.said().includes('listening on'))

  const healthOf = async () => (await exchange(`http://127.0.0.1:${port}/healthz`)).status
  expect(await healthOf()).toBe(200)
  await origin.setHealth(500)
  await until(async () => (await healthOf()) === 503)
  await typed.interrupt()
})

it('the systemd unit starts the command with options that it has', async () => {
  const unit = block('ini', '[Service]')
  const [, command = ''] = /^ExecStart=\/opt\/limpet\/node_modules\/\.bin\/(.*)$/m.exec(unit) ?? []
  const directory = install(inject('packed'), [])
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const options = [...command.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option!)
  const help = type(directory, 'node_modules/.bin/limpet serve --help')
  await help.ended
  expect(options.filter((option) => !help.said().includes(option))).toEqual([])
  expect(options.length).toBeGreaterThan(1)
})
