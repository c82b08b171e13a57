// Helpers for tests of the command: temporary files, a scripted server, and what was printed.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

import { onTestFinished, vi } from 'vitest'

import type { Config } from '../config/config.ts'

/** Removed when the test has finished. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'limpet-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A directory with these files in it, by name. */
export function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), content)
  }
  return directory
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

export interface Scripted {
  readonly url: string
  readonly asked: readonly Asked[]
}

/** An HTTP server on this machine; `answer` is called with each request once it was read. */
export async function listening(answer: (response: ServerResponse, asked: Asked) => void): Promise<Scripted> {
  const seen: Asked[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request
    const asked = { method, path, authorization: headers.authorization, body: await text(request) }
    seen.push(asked)
    answer(response, asked)
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: seen }
}

export interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  /** What it threw; undefined: nothing. */
  readonly error: unknown
}

/** What a command printed and came to, without ending this process. */
export async function printedBy(run: () => unknown): Promise<Printed> {
  const said = { stdout: '', stderr: '' }
  const line = (name: keyof typeof said) => (value: unknown) => void (said[name] += `${String(value)}\n`)
  const chunk = (name: keyof typeof said) => (value: unknown) => {
    said[name] += String(value)
    return true
  }
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(line('stdout')),
    vi.spyOn(console, 'error').mockImplementation(line('stderr')),
    vi.spyOn(process.stdout, 'write').mockImplementation(chunk('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(chunk('stderr')),
  ]
  const before = process.exitCode
  process.exitCode = undefined
  let error: unknown
  try {
    await run()
  } catch (thrown) {
    error = thrown
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  const exitCode = Number(process.exitCode ?? 0)
  process.exitCode = before
  return { ...said, exitCode, error }
}

/** What a module of `limpet build` has of the configuration; the parts that it imports are for a Worker. */
export async function configIn(module: string): Promise<Config> {
  const alone = module.replaceAll(/^import .*\n| {2}parts: .*\n/gm, '')
  const { default: built } = (await import(`data:text/javascript,${encodeURIComponent(alone)}`)) as {
    default: { configOf(): Config }
  }
  return built.configOf()
}
