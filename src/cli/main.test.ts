// The command as a process of its own: how it ends, and that it never ends in a stack.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { VERSION } from '../deployment.ts'
import { directoryWith } from './testing.ts'

const LIMPET = fileURLToPath(new URL('../../bin/limpet.js', import.meta.url))

const limpet = (...args: readonly string[]) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [LIMPET, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    )
  })

it.each([
  [
    'a Promise that rejects',
    "Promise.reject(new Error('x'))\nexport default {}",
    '1:16: error: could not be loaded: x',
  ],
  [
    'a timer that throws while a top-level await waits',
    "setTimeout(() => {\n  throw new Error('x')\n}, 1)\nawait new Promise((go) => setTimeout(go, 500))\nexport default {}",
    '2:9: error: could not be loaded: x',
  ],
  [
    'a Promise of its function of env that rejects',
    "export default () => {\n  void Promise.reject(new Error('x'))\n  return {}\n}",
    '2:23: error: its function of env failed: x',
  ],
])('tells of %s by its place', async (_, text, said) => {
  const file = join(directoryWith({ 'a.ts': text }), 'a.ts')
  expect(await limpet('check', file, '--quiet')).toEqual({
    code: 1,
    stdout: `${file}:${said} [failed-to-evaluate]\n${file}: 1 error, 0 warnings for serve\n`,
    stderr: '',
  })
})

it('ends without a stack, and with its own status, when nobody reads what it prints', async () => {
  const file = join(directoryWith({ 'a.json': '{}' }), 'a.json')
  const piped = (command: string) =>
    new Promise((resolve) => {
      const script = `set -o pipefail; ${command} | true; echo "$PIPESTATUS"`
      const env = { ...process.env, NODE: process.execPath, LIMPET, FILE: file }
      execFile('bash', ['-c', script], { env }, (_, stdout, stderr) => resolve({ status: stdout, stderr }))
    })
  expect(await piped('"$NODE" "$LIMPET" schema')).toEqual({ status: '0\n', stderr: '' })
  expect(await piped('"$NODE" "$LIMPET" check "$FILE"')).toEqual({ status: '1\n', stderr: '' })
})

it('ends with 2 for wrong usage of init, asking nothing where there is no terminal', async () => {
  const directory = directoryWith({})
  expect(await limpet('init', directory, '--server', 's1')).toEqual({
    code: 2,
    stdout: '',
    stderr: '--server s1: must be a URL, NAME=URL or BACKEND/NAME=URL, such as app/s1=https://s1.example.com\n',
  })
  expect(await limpet('init', directory, '--server', 'https://s1.site.example')).toMatchObject({ code: 0, stderr: '' })
  expect(await limpet('init', directory)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('are there already'),
  })
})

it('help shows no default of an option that may be repeated', async () => {
  for (const command of ['serve', 'check', 'import', 'init', 'explain'])
    expect((await limpet(command, '--help')).stdout).not.toContain('(default: [])')
})

it.each(['--version', '-V'])('%s says which Limpet, which Node and which platform', async (option) => {
  const { code, stdout } = await limpet(option)
  expect([code, stdout]).toEqual([
    0,
    `limpet ${VERSION} (Node ${process.versions.node}, ${process.platform} ${process.arch})\n`,
  ])
})
