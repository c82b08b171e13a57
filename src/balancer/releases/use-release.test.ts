// Testers look at a release that nobody else gets.

import { describe, expect, it } from 'vitest'

import { site } from './testing.ts'

const TESTER = { 'x-tester': '1' }
const withRule = (releases: object = {}) =>
  site({ useRelease: [{ if: { hdr: { name: 'x-tester' } }, release: 'r2' }] }, releases)

describe('useRelease', () => {
  it('gives the release, on one of its servers, to whom the condition holds for', async () => {
    const { browser } = await withRule()
    const client = browser()
    const first = await client.document('/', TESTER)
    expect(first).toMatchObject({ body: expect.stringMatching(/^b/), release: 'r2 by use' })
    expect((await client.part('/api', TESTER)).body).toBe(first.body)
    expect((await browser('192.0.2.2').document()).release).toBe('r1 by draw')
  })

  it('is not kept in the pin, and decides before it', async () => {
    const { browser } = await withRule()
    const client = browser()
    await client.document()
    const pin = client.jar.get('RELEASE')
    expect(pin).toBeDefined()
    expect((await client.document('/', TESTER)).release).toBe('r2 by use')
    expect(client.jar.get('RELEASE')).toBe(pin)
    expect((await client.document()).release).toBe('r1 by pin')
    const fresh = browser('192.0.2.2')
    expect((await fresh.document('/', TESTER)).sets).not.toHaveProperty('RELEASE')
  })

  it('is passed over while the release has no server for new clients, and when it has ended', async () => {
    const { browser, down, up, set } = await withRule()
    down('b1', 'b2')
    expect((await browser().document('/', TESTER)).release).toBe('r1 by draw')
    up('b1', 'b2')
    set({ states: { r2: 'ended' } })
    expect((await browser().document('/', TESTER)).release).toBe('r1 by draw')
    set({ states: {} })
    expect((await browser().document('/', TESTER)).release).toBe('r2 by use')
  })
})
