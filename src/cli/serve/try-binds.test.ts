import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, ListenOptions } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import { CliError } from '../cli-error.ts'
import { bindProblem, tryBinds } from './try-binds.ts'
import type { WantedBind } from './try-binds.ts'

async function listening(options: ListenOptions): Promise<number> {
  const server = createServer().listen(options)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function problemsOf(...wanted: readonly WantedBind[]): Promise<readonly string[]> {
  const error = await tryBinds(wanted).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CliError)
  return (error as Error).message.split('\n')
}

const bind = (address: string, port: number, source = "frontend 'www'"): WantedBind => ({ address, port, source })

describe('addresses that a balancer wants', () => {
  it('that are free are free afterwards, too', async () => {
    const port = await listening({ port: 0, host: '127.0.0.1' })
    const wanted = [bind('127.0.0.2', port), bind('[::1]', 0), bind('*', 0)]
    await tryBinds(wanted)
    await tryBinds(wanted)
  })

  it('that another has are refused, even where it shares its port', async () => {
    const port = await listening({ port: 0, host: '127.0.0.1' })
    const shared = await listening({ port: 0, host: '127.0.0.1', reusePort: true })
    expect(await problemsOf(bind('127.0.0.1', port), bind('*', port), bind('127.0.0.1', shared, '--listen'))).toEqual([
      expect.stringContaining(`frontend 'www': 127.0.0.1:${port} is in use: another process listens there`),
      expect.stringContaining(`frontend 'www': *:${port} is in use`),
      expect.stringContaining(`--listen: 127.0.0.1:${shared} is in use`),
    ])
  })

  it('that the configuration itself has twice name each other', async () => {
    const port = await listening({ port: 0, host: '127.0.0.1' })
    expect(await problemsOf(bind('127.0.0.2', port), bind('127.0.0.2', port, "frontend 'other'"))).toEqual([
      `frontend 'other': 127.0.0.2:${port} overlaps with 127.0.0.2:${port} (frontend 'www'); remove one of the two`,
    ])
  })

  it('that this process has open itself name what it is', async () => {
    const port = await listening({ port: 0, host: '127.0.0.1' })
    const tried = (kept: readonly WantedBind[], leaving: readonly WantedBind[]) =>
      tryBinds([bind('*', port)], kept, leaving)
    const own = bind('127.0.0.1', port, "frontend 'own'")
    await expect(tried([own], [])).rejects.toThrow(`overlaps with 127.0.0.1:${port} (frontend 'own'); remove one`)
    await expect(tried([], [own])).rejects.toThrow(`127.0.0.1:${port}, which is served until the reload is done`)
  })

  it('that are not of this machine are refused, with those that are', async () => {
    expect(await problemsOf(bind('192.0.2.1', 4711), bind('no-such-name.invalid', 4711), bind('*', 65_536))).toEqual([
      expect.stringMatching(/192\.0\.2\.1:4711 is not an address of this machine, which has .*127\.0\.0\.1/),
      expect.stringContaining('has a name that this machine finds no address for'),
      expect.stringContaining('is above the last port, 65535'),
    ])
  })
})

it('a port below 1024 without the right to open it says who may', () => {
  expect(bindProblem('EACCES', bind('*', 80), undefined)).toMatch(
    /^may not be opened by this user: ports below \d+ need root or the capability CAP_NET_BIND_SERVICE/,
  )
  expect(bindProblem('EAFNOSUPPORT', bind('[::1]', 80), undefined)).toContain('this machine has no IPv6')
  expect(bindProblem('EWHAT', bind('*', 80), undefined)).toBe(
    'cannot be opened: EWHAT; choose another with bind or --listen',
  )
})
