import { expect, it } from 'vitest'

import { setAddress } from './set-address.ts'

async function run(line: string, hostname = '127.0.0.1', failed?: string) {
  const calls: unknown[] = []
  const answer = await setAddress(
    line.split(' ').filter((word) => word !== ''),
    'b',
    { name: 's1', hostname, port: 9001 },
    {
      async setAddress(change) {
        calls.push(`${change.backend}/${change.server} ${change.hostname}:${change.port}`)
        return failed
      },
    },
  )
  return [typeof answer === 'string' ? answer : answer.problem, ...calls]
}

/** HAProxy 2.6.12 says this. */
const SAID: readonly (readonly [line: string, hostname: string, said: string, called?: string])[] = [
  ['127.0.0.1', '127.0.0.1', 'no need to change the addr'],
  ['127.0.0.2', '127.0.0.1', "IP changed from '127.0.0.1' to '127.0.0.2'", 'b/s1 127.0.0.2:9001'],
  ['127.0.0.1 port 9001', '127.0.0.1', 'no need to change the addr, no need to change the port'],
  [
    '127.0.0.3 port 9009',
    '127.0.0.1',
    "IP changed from '127.0.0.1' to '127.0.0.3', port changed from '9001' to '9009'",
    'b/s1 127.0.0.3:9009',
  ],
  [
    '127.0.0.1 port 9010',
    '127.0.0.1',
    "no need to change the addr, port changed from '9001' to '9010'",
    'b/s1 127.0.0.1:9010',
  ],
  ['127.0.0.1 port x', '127.0.0.1', "no need to change the addr, problem converting port 'x' to an int"],
  [
    '127.0.0.2 port',
    '127.0.0.1',
    "IP changed from '127.0.0.1' to '127.0.0.2', problem converting port '' to an int",
    'b/s1 127.0.0.2:9001',
  ],
  ['127.0.0.4 foo 3', '127.0.0.1', "IP changed from '127.0.0.1' to '127.0.0.4'", 'b/s1 127.0.0.4:9001'],
  ['::1', '127.0.0.1', "IP changed from '127.0.0.1' to '::1'", 'b/s1 [::1]:9001'],
  ['[::1]', '[::1]', 'no need to change the addr'],
  ['foo.example.com', '127.0.0.1', "Invalid addr 'foo.example.com'"],
  ['/tmp/x', '127.0.0.1', "Invalid addr '/tmp/x'"],
  ['300.1.1.1', '127.0.0.1', "Invalid addr '300.1.1.1'"],
  ['127.1', '127.0.0.1', "Invalid addr '127.1'"],
]

for (const [line, hostname, said, called] of SAID) {
  it(`addr ${line} of a server at ${hostname}`, async () => {
    const expected = [`${said} by 'stats socket command'\n`, ...(called === undefined ? [] : [called])]
    expect(await run(line, hostname)).toEqual(expected)
  })
}

it('needs an address', async () => {
  expect(await run('')).toEqual(['set server <b>/<s> addr requires an address and optionally a port.\n'])
})

it.each(['0', '65536', '9001x', '-1', '+5'])('port %s changes nothing', async (port) => {
  const answered = await run(`127.0.0.1 port ${port}`)
  expect(answered).toEqual([expect.stringMatching(/problem converting port|to port map/)])
})

it('says why it cannot', async () => {
  expect((await run('127.0.0.2', '127.0.0.1', 'not here'))[0]).toBe('not here\n')
})
