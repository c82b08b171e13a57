import { describe, expect, it } from 'vitest'

import { cloudflareFailure } from './cloudflare-failure.ts'

const answer = (status: number, server: string | null = 'cloudflare') =>
  new Response(null, { status, headers: server === null ? {} : { server } })
const STATUSES = Array.from({ length: 400 }, (_, i) => 200 + i)

describe("an answer of Cloudflare's in place of a server's", () => {
  it('is told by its status and by who sent it', () => {
    const failed = STATUSES.filter((status) => cloudflareFailure(answer(status)))
    expect(failed).toEqual([520, 521, 522, 523, 524, 525, 526, 530])
    expect(STATUSES.filter((status) => cloudflareFailure(answer(status, 'nginx')))).toEqual([])
    expect(STATUSES.filter((status) => cloudflareFailure(answer(status, null)))).toEqual([])
  })

  it('is a 502 or 504, too, of a server behind a Tunnel', () => {
    const failed = STATUSES.filter((status) => cloudflareFailure(answer(status), { via: 'tunnel' }))
    expect(failed).toEqual([502, 504, 520, 521, 522, 523, 524, 525, 526, 530])
  })

  it('proves by some statuses that nothing was delivered', () => {
    const undelivered = STATUSES.filter(
      (status) => cloudflareFailure(answer(status), { via: 'tunnel' })?.delivered === 'no',
    )
    expect(undelivered).toEqual([521, 523, 525, 526, 530])
  })

  it("may be about this Worker's own name as a 522 only", () => {
    const own = STATUSES.filter((status) => cloudflareFailure(answer(status), { via: 'tunnel' })?.mayBeOwnName)
    expect(own).toEqual([522])
  })
})
