import { describe, expect, it } from 'vitest'

import { validateConfig } from '../config/validate.ts'
import { ARRIVAL, holdBalancer } from '../balancer/testing.ts'
import { BARE_VIEW, transactionOf, TOOLS } from './testing.ts'
import { createIdentify, createNumbering } from './unique-id.ts'

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

const FROM = { peerPort: () => 46_700, port: () => 8001 }

/** The IDs of two requests one after the other. */
function idsOf(format: string, { peer = '127.0.0.1', bind = '127.0.0.1:8001' } = {}) {
  const [frontend] = configOf({ bind, uniqueId: { format, header: 'X-Id' } }).frontends
  const identify = createIdentify(frontend!.uniqueId!, createNumbering(), TOOLS)
  return [0, 1].map(() => {
    const transaction = transactionOf({
      ...FROM,
      frontend: frontend!,
      url: 'http://x/p?q=1',
      headers: { 'x-a': 'one' },
      clientAddress: peer,
    })
    return identify(transaction, BARE_VIEW, { startedMs: STARTED_MS, random: () => 0.5 })()
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
    const transaction = transactionOf({ url: 'http://x/?q=a%0d%0ab', frontend: frontend! })
    const begun = { startedMs: 0, random: () => 0 }
    expect(createIdentify(frontend!.uniqueId!, createNumbering(), TOOLS)(transaction, BARE_VIEW, begun)()).toBe(
      'a%0D%0Ab',
    )
  })

  it('is one for rules and for the log line', async () => {
    const rules = [
      { do: { setHeader: { name: 'x-own', value: '<%[unique-id]%ID>' } } },
      { if: { sample: 'req.hdr(x-own)', match: 'str', values: ['<ID-0ID-0>'] }, do: { deny: { status: 403 } } },
    ]
    expect(await logged({ uniqueId: { format: 'ID-%rt' }, rules })).toMatchObject({ status: 403, uniqueId: 'ID-0' })
  })

  it('follows what the client sent in the header of that name', async () => {
    expect(await logged({ uniqueId: { format: 'ID-%rt', header: 'X-Id' } })).toMatchObject({ received: 'forged, ID-0' })
  })

  it('is not made where nobody asks for one', async () => {
    const rules = [{ if: { not: { sample: 'unique-id', match: 'found' } }, do: { deny: { status: 403 } } }]
    const line = await logged({ rules })
    expect(line).toMatchObject({ status: 403 })
    expect(JSON.stringify(line)).not.toContain('uniqueId')
  })
})

async function logged(frontend: object) {
  const held = await holdBalancer(configOf(frontend))
  await held.handle(new Request('http://x/', { headers: { 'x-id': 'forged' } }), ARRIVAL)
  return { ...held.lines[0]!, received: held.sent[0]?.headers.get('x-id') }
}
