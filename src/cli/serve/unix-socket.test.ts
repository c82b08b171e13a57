import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { CliError } from '../cli-error.ts'
import { directoryWith, temporaryDirectory } from '../testing.ts'
import { clearSocketPath } from './unix-socket.ts'

async function problemAt(path: string): Promise<string> {
  const error = await clearSocketPath(path).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CliError)
  return (error as Error).message
}

/** One that a killed process left behind. */
function leaveSocket(path: string): void {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  expect(() => execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' })).toThrow()
  expect(existsSync(path)).toBe(true)
}

it('a path with nothing there, or a socket that nobody listens on, is free', async () => {
  const path = join(temporaryDirectory(), 'a.sock')
  await clearSocketPath(path)
  leaveSocket(path)
  await clearSocketPath(path)
  expect(existsSync(path)).toBe(false)
})

it('a file is left alone', async () => {
  const path = join(directoryWith({ 'limpet.config.ts': 'mine' }), 'limpet.config.ts')
  expect(await problemAt(path)).toBe(
    `${path}: there is something that is not a socket, and it is left alone; choose another path, or remove it`,
  )
  const link = join(temporaryDirectory(), 'link')
  symlinkSync(path, link)
  expect(await problemAt(link)).toContain('not a socket')
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

it('a socket that somebody listens on is left alone', async () => {
  const path = join(temporaryDirectory(), 'a.sock')
  const server = createServer().listen(path)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  expect(await problemAt(path)).toBe(`${path}: another process listens on this socket; stop it, or choose another path`)
  expect(existsSync(path)).toBe(true)
})

it('a path at which none can be opened is reported', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'file'), '')
  expect(await problemAt(join(directory, 'none/a.sock'))).toContain(`there is no directory ${directory}/none; make it`)
  expect(await problemAt(join(directory, 'file/a.sock'))).toContain('ENOTDIR')
  expect(await problemAt(join(directory, 'a'.repeat(100)))).toMatch(/: 1\d\d bytes are too many for the path of a Unix/)
})
