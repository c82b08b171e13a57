import { closeSync, fstatSync, openSync } from 'node:fs'

import { expect, it } from 'vitest'

import { CliError } from '../cli-error.ts'
import { createListeners } from './listeners.ts'

const wanted = { address: '127.0.0.1', port: 8080, source: 'frontend www' }
/** As another process hands them to this one: anything that can be closed will do. */
function handed(count: number) {
  const descriptors = Array.from({ length: count }, () => openSync('/dev/null', 'r'))
  return { descriptors, sockets: [{ key: '127.0.0.1:8080 1', wanted, port: 8080, descriptors }] }
}

it('as many sockets on a port as were handed are served, or none', async () => {
  const { descriptors, sockets } = handed(3)
  const listeners = createListeners({ sockets, passed: [] })
  await expect(listeners.open([wanted], 2)).rejects.toThrow(
    new CliError(
      '--workers 2: the one that is to be taken over from has 3; take as many or more, or stop it and start anew',
    ),
  )
  const [listener] = await listeners.open([wanted], 4)
  expect([0, 1, 2, 3].map((slot) => listener!.descriptorOf(slot))).toEqual([...descriptors, descriptors[0]])
  descriptors.forEach((each) => closeSync(each))
})

it('what was handed is closed when this process takes nobody any more', () => {
  const { descriptors, sockets } = handed(2)
  createListeners({ sockets, passed: [] }).leave()
  for (const each of descriptors) expect(() => fstatSync(each)).toThrow('EBADF')
})
