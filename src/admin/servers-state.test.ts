// `show servers state`: what HAProxy reads back (management manual 9.3).

import { expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import type { CheckCode } from '../health/check.ts'
import type { ServerRegistry } from '../health/server-registry.ts'
import { serversState } from './servers-state.ts'
import { CONFIG, NOW_MS, scripted } from './testing.ts'

async function linesOf(happened?: (registry: ServerRegistry) => void, only?: string, config = CONFIG) {
  const { operations } = scripted(happened, { config })
  const text = serversState(config, await operations.servers(), NOW_MS, only)
  const [version, header, ...lines] = text.split('\n')
  expect([version, lines.pop()]).toEqual(['1', ''])
  const names = header!.replace('# ', '').split(' ')
  return lines.map((line) => {
    const cells = line.split(' ')
    expect(cells).toHaveLength(names.length)
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]))
  })
}
const s1 = async (happened: (registry: ServerRegistry) => void) =>
  (await linesOf(happened)).find(({ srv_name: name }) => name === 's1')!

it('has a line for each server, with what was configured of it', async () => {
  const lines = await linesOf()
  expect(lines.map((line) => `${line['be_id']} ${line['be_name']} ${line['srv_id']} ${line['srv_name']}`)).toEqual([
    '3 both 1 a1',
    '3 both 2 a2',
    '4 app 1 s1',
    '4 app 2 s2',
    '4 app 9 b1',
  ])
  const [a1, , first, second, backup] = lines
  expect(first).toMatchObject({ srv_addr: '-', srv_fqdn: 's1.example.com', srv_port: '443', srv_use_ssl: '1' })
  expect(first).toMatchObject({ srv_check_port: '8080', srv_check_state: '6', srv_iweight: '10', srv_f_forced_id: '0' })
  expect(second).toMatchObject({ srv_addr: '192.0.2.2', srv_fqdn: '-', srv_port: '81', srv_use_ssl: '0' })
  expect(backup).toMatchObject({ srv_f_forced_id: '1' })
  expect(a1).toMatchObject({ srv_check_port: '0', srv_check_state: '0', srv_check_health: '0' })
  expect(a1).toMatchObject({ srv_agent_addr: '10.0.0.9', srv_agent_port: '9777', srv_agent_state: '22' })
  expect(first).toMatchObject({ srv_agent_addr: '-', srv_agent_port: '0', srv_agent_state: '0' })
  const [off] = await linesOf((registry) => void registry.setAgent('both/a1', 'off', 0))
  expect(off).toMatchObject({ srv_agent_state: '18' })
})

it('of one backend has that one’s', async () => {
  expect((await linesOf(undefined, 'both')).map(({ srv_name: name }) => name)).toEqual(['a1', 'a2'])
})

it('writes an IPv6 address as HAProxy does, without brackets', async () => {
  const config = configOrThrow(
    {
      backends: [
        { name: 'app', check: { addr: '[2001:db8::2]' }, servers: [{ name: 's1', url: 'http://[2001:db8::1]:80' }] },
      ],
    },
    'serve',
  )
  expect((await linesOf(undefined, undefined, config))[0]).toMatchObject({
    srv_addr: '2001:db8::1',
    srv_check_addr: '2001:db8::2',
    srv_fqdn: '-',
  })
})

it.each<[string, (registry: ServerRegistry) => void, object]>([
  ['up', (registry) => registry.setHealth('app/s1', 'up', 1), { srv_op_state: '2', srv_admin_state: '0' }],
  ['down', (registry) => registry.setHealth('app/s1', 'down', 40_000), { srv_op_state: '0', srv_admin_state: '0' }],
  ['stopping', (registry) => registry.setHealth('app/s1', 'stopping', 1), { srv_op_state: '3', srv_admin_state: '0' }],
  ['maint', (registry) => registry.setState('app/s1', 'maint', 40_000), { srv_op_state: '0', srv_admin_state: '1' }],
  ['drain', (registry) => registry.setState('app/s1', 'drain', 1), { srv_op_state: '2', srv_admin_state: '8' }],
])('a server that is %s by a command', async (_, happened, cells) => {
  expect(await s1(happened)).toMatchObject(cells)
})

it.each([
  ['drain', '16', '8'],
  ['maint', '4', '1'],
] as const)('a server in %s by the configuration is told apart', async (state, configured, commanded) => {
  const [app, ...rest] = CONFIG.backends
  const config = {
    ...CONFIG,
    backends: [{ ...app!, servers: app!.servers.map((each) => ({ ...each, state })) }, ...rest],
  }
  const adminStates = async (happened: (registry: ServerRegistry) => void) =>
    (await linesOf(happened, 'app', config)).map((line) => line['srv_admin_state'])
  expect(await adminStates((registry) => registry.setState('app/s1', 'ready', 1))).toEqual([
    '0',
    configured,
    configured,
  ])
  // The other of the two can only be a command's.
  const other = state === 'drain' ? 'maint' : 'drain'
  expect((await adminStates((registry) => registry.setState('app/s1', other, 1)))[0]).toBe(
    other === 'maint' ? '1' : '8',
  )
  // A drain with an end is a command's, though the configuration says the same.
  if (state === 'drain') {
    expect((await adminStates((registry) => registry.setState('app/s1', 'drain', 1, 5_000)))[0]).toBe(commanded)
  }
})

it.each<[string, boolean, object]>([
  [
    'web.test',
    true,
    { srv_addr: '10.0.0.1', srv_op_state: '2', srv_admin_state: '0', srv_fqdn: 'web.test', srvrecord: '-' },
  ],
  [
    'web.test',
    false,
    { srv_addr: '-', srv_op_state: '0', srv_admin_state: '32', srv_fqdn: 'web.test', srv_port: '80' },
  ],
  [
    '_http._tcp.web.test',
    true,
    {
      srv_addr: '10.0.0.1',
      srv_admin_state: '64',
      srv_fqdn: 'a.test',
      srv_port: '81',
      srvrecord: '_http._tcp.web.test',
    },
  ],
  ['_http._tcp.web.test', false, { srv_addr: '-', srv_admin_state: '32', srv_fqdn: '-', srv_port: '0' }],
])('a server of %s, whose name has an address: %s', async (host, isResolved, cells) => {
  const servers = [{ name: 's1', url: `http://${host}`, resolvers: 'default' }]
  const written = configOrThrow({ backends: [{ name: 'app', servers }] }, 'serve')
  const hasRecords = host.startsWith('_')
  const place = { hostname: '10.0.0.1', port: hasRecords ? 81 : 80, fqdn: hasRecords ? 'a.test' : host }
  const [backend] = written.backends
  const [server] = backend!.servers
  const fqdn = isResolved ? place.fqdn : server!.resolution!.fqdn
  const now = {
    ...server!,
    ...(isResolved ? { hostname: place.hostname, port: place.port } : { hostname: '255.255.255.255' }),
    resolution: { ...server!.resolution!, isResolved, fqdn },
  }
  const config = { ...written, backends: [{ ...backend!, servers: [now] }] }
  expect((await linesOf(undefined, undefined, config))[0]).toMatchObject(cells)
  const { operations } = scripted((registry) => registry.setState('app/s1', 'ready', 1), { config })
  const [view] = await operations.servers()
  expect(view).toMatchObject(
    isResolved ? { state: 'ready' } : { state: 'maint', status: 'MAINT (resolution)', isCandidate: false },
  )
})

it('a weight that was set is told apart from the configured one', async () => {
  expect(await s1((registry) => registry.setWeight('app/s1', 3))).toMatchObject({ srv_uweight: '3', srv_iweight: '10' })
})

it('time since the last change is in seconds', async () => {
  const changed = (atMs: number) => s1((registry) => registry.setState('app/s1', 'maint', atMs))
  expect(await changed(40_001)).toMatchObject({ srv_time_since_last_change: '59' })
  expect(await changed(NOW_MS + 9_000)).toMatchObject({ srv_time_since_last_change: '0' })
})

it.each<[CheckCode, string, string]>([
  ['L4OK', '6', '3'],
  ['L4TOUT', '7', '2'],
  ['L4CON', '8', '2'],
  ['L6OK', '9', '3'],
  ['L6TOUT', '10', '2'],
  ['L6RSP', '11', '2'],
  ['L7TOUT', '12', '2'],
  ['L7RSP', '13', '2'],
  ['L7OK', '15', '3'],
  ['L7OKC', '16', '4'],
  ['L7STS', '17', '2'],
])('a last check of %s is status %s, result %s', async (code, status, result) => {
  const check = (registry: ServerRegistry) => registry.recordCheck('app/s1', { code, status: null, durationMs: 1 }, 1)
  expect(await s1(check)).toMatchObject({ srv_check_status: status, srv_check_result: result })
})

it('a server that was not checked yet is initializing, with no result', async () => {
  expect(await s1(() => undefined)).toMatchObject({
    srv_check_status: '1',
    srv_check_result: '0',
    srv_check_health: '2',
  })
})
