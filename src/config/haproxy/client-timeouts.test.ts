import { describe, expect, it } from 'vitest'
import xxhash from 'xxhash-wasm'

import { validateConfig } from '../validate.ts'
import { translateHaproxy } from './translate.ts'

const { h64Raw } = await xxhash()

function frontendOf(...lines: readonly string[]) {
  const text = ['defaults', 'mode http', ...lines, 'listen f', 'bind :80', 'server s1 10.0.0.1:80', ''].join('\n')
  const ports = { env: {}, text: () => undefined, hash64: (bytes: Uint8Array) => h64Raw(bytes) }
  const { config, diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], ports)
  const { issues } = validateConfig(config, 'serve')
  expect(issues.filter((issue) => issue.level === 'error')).toEqual([])
  return {
    timeouts: config.frontends![0]!.timeouts,
    lines: diagnostics.filter(({ line }) => line > 2 && line <= 2 + lines.length),
  }
}

describe('in a haproxy.cfg', () => {
  it('timeout client is for a body that does not come, and says what is left open', () => {
    const { timeouts, lines } = frontendOf('timeout client 30s')
    expect(timeouts).toEqual({ client: '30s' })
    expect(lines).toMatchObject([
      {
        status: 'differs',
        message:
          'a body of at most 64 KB that does not come is answered with 408; a connection that sends nothing, or half a header, is not ended by limpet serve: put a proxy in front, as docs/service.md shows',
      },
    ])
  })

  it.each(['0', '0s', '5ms', '1'])('timeout client %s is accepted', (time) => {
    expect(frontendOf(`timeout client ${time}`).timeouts === undefined).toBe(time.startsWith('0'))
  })

  // HAProxy 2.6 was asked: alone, it only looks at the headers.
  it('timeout http-request is for a body where that is read first', () => {
    expect(frontendOf('timeout http-request 5s').timeouts).toBeUndefined()
    const lines = ['timeout http-request 5s', 'option http-buffer-request']
    expect(frontendOf(...lines).timeouts).toEqual({ client: '5s' })
    expect(frontendOf(...lines, 'timeout client 2s').timeouts).toEqual({ client: '2s' })
    expect(frontendOf(...lines, 'timeout client 1m').timeouts).toEqual({ client: '5s' })
    expect(frontendOf(...lines, 'no option http-buffer-request').timeouts).toBeUndefined()
  })

  it.each(['client-fin', 'http-keep-alive', 'http-request', 'tunnel'])('timeout %s differs', (name) => {
    expect(frontendOf(`timeout ${name} 5s`)).toMatchObject({
      timeouts: undefined,
      lines: [{ status: 'differs', message: expect.stringContaining('is not ended by limpet serve') }],
    })
  })

  it.each(['server-fin'])('timeout %s is the platform’s', (name) => {
    expect(frontendOf(`timeout ${name} 5s`).lines).toMatchObject([{ status: 'platform' }])
  })
})
