import { expect, it } from 'vitest'

import type { Config } from '../../config/config.ts'
import { configOrThrow } from '../../config/validate.ts'
import type { Plan } from './plan.ts'
import { createReload } from './reload.ts'

function planOf(url: string): Plan {
  const config = configOrThrow({ backends: [{ name: 'app', servers: [{ name: 's1', url }] }] }, 'serve')
  return { file: 'f', source: { path: '/f', isOfEnv: true }, config, binds: [], statsSockets: [], vars: {} }
}

const FILE = planOf('http://10.0.0.1:80')
const to = (hostname: string, port = 81) => ({ backend: 'app', server: 's1', hostname, port })
const originOf = ({ backends }: Config) => backends[0]!.servers[0]!.origin

/** Each replacement takes until it is let go. */
function scripted(first = FILE) {
  const replaced: Plan[] = []
  const said: string[] = []
  let isRefused = false
  const { reload, setAddress, move } = createReload(first, {
    read: async () => FILE,
    async replace(plan) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (isRefused) throw new Error('no front starts')
      replaced.push(plan)
      return []
    },
    log: (line) => void said.push(line),
    isolates: 1,
  })
  return {
    reload,
    setAddress,
    move,
    said,
    refuse: () => (isRefused = true),
    origins: () => replaced.map((each) => originOf(each.config)),
    replaced,
  }
}

it('reloads that are asked for during one are one more', async () => {
  const { reload, origins } = scripted()
  await reload()
  await Promise.all([reload(), reload(), reload()])
  const first = reload()
  await Promise.resolve()
  await Promise.all([first, reload(), reload()])
  expect(origins()).toHaveLength(4)
})

it('an address counts until the file is read again, and is added to those before', async () => {
  const { reload, setAddress, origins, said, replaced } = scripted()
  await setAddress(to('10.0.0.2'))
  await setAddress(to('[2001:db8::1]', 80))
  await reload()
  expect(origins()).toEqual(['http://10.0.0.2:81', 'http://[2001:db8::1]', 'http://10.0.0.1'])
  expect(said[0]).toBe('app/s1 is at 10.0.0.2:81 until the next reload')
  // The Worker must not ask the file.
  expect(replaced.map(({ source }) => source.isOfEnv)).toEqual([false, false, true])
})

it('names are elsewhere: the same is served once more, with the addresses that commands have set', async () => {
  const { move, setAddress, origins, replaced } = scripted()
  await setAddress(to('10.0.0.2'))
  expect(await move()).toEqual({ isDone: true, lines: [] })
  expect(origins()).toEqual(['http://10.0.0.2:81', 'http://10.0.0.2:81'])
  expect(replaced[1]).toBe(replaced[0])
})

it('a server’s address is not set if its name is resolved', async () => {
  const servers = [{ name: 's1', url: 'http://web.test', resolvers: 'default' }]
  const config = configOrThrow({ backends: [{ name: 'app', servers }] }, 'serve')
  const { setAddress, replaced } = scripted({ ...FILE, config })
  expect(await setAddress(to('10.0.0.2'))).toMatchObject({
    isDone: false,
    lines: [expect.stringMatching(/^app\/s1: has the address that name servers say web\.test has/), expect.anything()],
  })
  expect(replaced).toEqual([])
})

it('is done in the order in which it was asked for', async () => {
  const { reload, setAddress, origins } = scripted()
  await Promise.all([reload(), reload(), setAddress(to('10.0.0.2')), reload(), setAddress(to('10.0.0.3'))])
  expect(origins()).toEqual(['http://10.0.0.1', 'http://10.0.0.2:81', 'http://10.0.0.1', 'http://10.0.0.3:81'])
})

it('says what is wrong, and forgets what did not start', async () => {
  const { setAddress, refuse } = scripted()
  const nobody = await setAddress({ ...to('10.0.0.2'), server: 's9' })
  expect(nobody).toMatchObject({ isDone: false, lines: [expect.stringContaining('app/s9: '), expect.anything()] })
  refuse()
  expect(await setAddress(to('10.0.0.2'))).toMatchObject({
    isDone: false,
    lines: ['no front starts', expect.anything()],
  })
})
