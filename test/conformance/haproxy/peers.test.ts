// What the runs beside HAProxy leave behind: nothing, however they end.

import { afterEach, expect, it } from 'vitest'

import { freePort } from '../../free-ports.ts'
import { opens } from '../../processes.ts'
import { startLimpet, stopPeers } from './peers.ts'

const CONFIG = (port: number) => `defaults
  mode http
listen app
  bind 127.0.0.1:${port}
  server s1 127.0.0.1:1
`

afterEach(() => stopPeers())

it('a start that does not listen in time is ended before it is reported', async () => {
  const [port, other] = [await freePort(), await freePort()]
  await expect(startLimpet(CONFIG(port), [port, other], 5_000)).rejects.toThrow('does not listen on port')
  expect(await opens(port)).toBe(false)
})

it('what is still starting when a run is given up is ended, too', async () => {
  const port = await freePort()
  const starting = startLimpet(CONFIG(port), [port]).catch(() => 'ended')
  await stopPeers()
  expect(await starting).toBe('ended')
  expect(await opens(port)).toBe(false)
})

it('a configuration that is refused is reported with its reason', async () => {
  const port = await freePort()
  await expect(startLimpet(`${CONFIG(port)}frobnicate\n`, [port])).rejects.toThrow('frobnicate')
})
