import { describe, expect, it } from 'vitest'

import { validateConfig } from '../config/validate.ts'
import { createReception } from '../balancer/reception/incoming.ts'
import type { RequestLog } from '../balancer/ports.ts'
import { createProxy } from '../balancer/proxy.ts'
import { addUniqueId } from '../balancer/reception/request-headers.ts'
import type { View } from './view.ts'
import { createIdentify, createNumbering } from './unique-id.ts'
import { BARE_PARTS, portsThatLog } from '../balancer/reception/testing.ts'

const STARTED_MS = 1_795_647_437_900
const WELL_KNOWN = '%{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid'

function configOf(frontend: object) {
  const { config, issues } = validateConfig(
    {
      frontends: [{ name: 'f', bind: '127.0.0.1:8001', defaultBackend: 'b', ...frontend }],
      backends: [{ name: 'b', servers: [{ name: 's', url: 'http://10.0.0.1' }] }],
    },
    'serve',
  )
  expect(issues).toEqual([])
  return config!
}

const arrivalFrom = (peerAddress: string) => ({
  peerAddress,
  peerPort: 46_700,
  port: 8001,
  frontends: undefined,
  onCloudflare: false,
  lifetime: { waitUntil: () => undefined },
})

/** The IDs of two requests one after the other. */
function idsOf(format: string, { peer = '127.0.0.1', bind = '127.0.0.1:8001' } = {}) {
  const [frontend] = configOf({ bind, uniqueId: { format, header: 'X-Id' } }).frontends
  const identify = createIdentify(frontend!.uniqueId!, createNumbering())
  return [0, 1].map(() => {
    const request = new Request('http://x/p?q=1', { headers: { 'x-a': 'one', 'x-id': 'forged' } })
    const incoming = createReception([frontend!]).take(request, new URL(request.url), arrivalFrom(peer))!
    incoming.uniqueId = identify(incoming, {} as View, { startedMs: STARTED_MS, random: () => 0.5 })
    addUniqueId(incoming)
    const id = incoming.uniqueId()
    expect(incoming.headers.get('x-id')).toBe(`forged, ${id}`.trimEnd())
    return id
  })
}

describe('a unique ID', () => {
  it.each([
    // As HAProxy 2.6 writes them of such a request.
    [WELL_KNOWN, '7F000001:B66C_7F000001:1F41_6B0767CD_0000:200000'],
    ['%ci:%cp_%fi:%fp_%Ts_%rt', '127.0.0.1:46700_127.0.0.1:8001_1795647437_0'],
    ['%{+X}o%ci %{-X}cp  %rt x  ', '7F000001 46700 0000 x '],
    ['%{+X}rt-%rt', '0000-0'],
    ['%%-%f-%HM-%[path]-%[req.hdr(x-a),upper]-%[req.hdr(x-none)]-', '%-f-GET-/p-ONE--'],
  ])('%s', (format, id) => {
    expect(idsOf(format)[0]).toBe(id)
  })

  it('has IPv6 addresses, and none', () => {
    const ids = idsOf('%{+X}o %ci_%fi', { peer: '2001:db8::5', bind: '[::1]:8001' })
    expect(ids[0]).toBe('20010DB8000000000000000000000005_00000000000000000000000000000001')
    expect(idsOf('%{+X}ci %ci %fi', { peer: '', bind: ':8001' })[0]).toBe('- - 0.0.0.0')
  })

  it('is another for each request, and always the same for one', () => {
    const ids = [...idsOf('%rt'), ...idsOf('%[uuid()]')]
    expect(new Set(ids).size).toBe(4)
    expect(ids[2]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('holds no control character of a sample', () => {
    const [frontend] = configOf({ uniqueId: { format: '%[url_param(q),url_dec]' } }).frontends
    const request = new Request('http://x/?q=a%0d%0ab')
    const incoming = createReception([frontend!]).take(request, new URL(request.url), arrivalFrom('192.0.2.1'))!
    const begun = { startedMs: 0, random: () => 0 }
    expect(createIdentify(frontend!.uniqueId!, createNumbering())(incoming, {} as View, begun)()).toBe('a%0D%0Ab')
  })

  it('is one for rules and for the log line', async () => {
    const rules = [
      { do: { setHeader: { name: 'x-own', value: '<%[unique-id]%ID>' } } },
      { if: { sample: 'req.hdr(x-own)', match: 'str', values: ['<ID-0ID-0>'] }, do: { deny: { status: 403 } } },
    ]
    expect(await logged({ uniqueId: { format: 'ID-%rt' }, rules })).toMatchObject({ status: 403, uniqueId: 'ID-0' })
  })

  it('is not made where nobody asks for one', async () => {
    const rules = [{ if: { not: { sample: 'unique-id', match: 'found' } }, do: { deny: { status: 403 } } }]
    const line = await logged({ rules })
    expect(line).toMatchObject({ status: 403 })
    expect(line).not.toHaveProperty('uniqueId')
  })
})

async function logged(frontend: object) {
  const lines: RequestLog[] = []
  const proxy = createProxy(configOf(frontend), new Map(), BARE_PARTS)
  const ports = { ...portsThatLog(lines), now: () => STARTED_MS }
  await proxy.handle(new Request('http://x/'), new URL('http://x/'), arrivalFrom('192.0.2.1'), ports)
  return lines[0]!
}
