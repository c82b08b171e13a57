// Shapes that HAProxy 2.6 takes: sections without servers or backends, words in any order, words left out, old names. Each was put to
// `haproxy -c`; test/applications/haproxy-lines.test.ts asks it again.

import { describe, expect, it } from 'vitest'

import { validateConfig } from '../validate.ts'
import { translateHaproxy } from './translate.ts'

function translate(text: string, env: Record<string, string> = {}) {
  const sources = [{ file: 'x.cfg', text: `defaults\n mode http\n${text}\n` }]
  const { config, diagnostics } = translateHaproxy(sources, { env, hash64: () => 0n, text: () => undefined })
  const { issues } = validateConfig(config, 'serve')
  return {
    config,
    lost: diagnostics.filter(({ status }) => status === 'unsupported' || status === 'error'),
    issues: issues.map(({ level, code, path }) => `${level} ${code} ${path}`),
    last: diagnostics.at(-1)!,
  }
}

const BACKEND = '\nbackend b\n server s 127.0.0.1:80'

describe('what leads to no server is taken, and nothing answers but 503', () => {
  it.each([
    ['a frontend that goes nowhere', 'frontend f\n bind :81', ['warning answers-503 frontends[0]']],
    ['a listen section that goes nowhere', 'listen f\n bind :81', ['warning answers-503 frontends[0]']],
    [
      'a backend without servers',
      'frontend f\n bind :81\n default_backend b\nbackend b',
      ['warning answers-503 backends[0]'],
    ],
    ['a backend that redirects', 'frontend f\n bind :81\n default_backend b\nbackend b\n redirect location /x', []],
    ['a backend that returns', 'frontend f\n bind :81\n default_backend b\nbackend b\n http-request return', []],
    ['a file of answers', 'frontend f\n bind :81\n http-request return status 200', []],
    ['a page alone', 'frontend f\n bind :81\n stats enable\n stats auth a:b', []],
  ])('%s', (_, text, expected) => {
    const { lost, issues } = translate(text)
    expect({ lost, issues }).toEqual({ lost: [], issues: expected })
  })

  it('a limpet.config.ts with such is refused as before', () => {
    const { issues } = validateConfig({ frontends: [{ name: 'f' }], backends: [{ name: 'b', servers: [] }] }, 'serve')
    expect(issues.map(({ code }) => code)).toEqual(expect.arrayContaining(['no-server', 'frontend-leads-nowhere']))
    expect(validateConfig({ frontends: [{ name: 'f' }], backends: [] }, 'serve').issues[0]).toMatchObject({
      code: 'no-backend',
    })
  })

  it('a file without any proxy is refused', () => {
    expect(translate('').issues).toEqual(['error no-backend backends'])
  })
})

describe('the default_backend of a listen section', () => {
  it.each(['', '\n server own 127.0.0.1:82'])('comes before its own servers: %j', (own) => {
    const { config, lost } = translate(`listen f\n bind :81\n default_backend b${own}${BACKEND}`)
    expect(lost).toEqual([])
    expect(config.frontends).toMatchObject([{ name: 'f', defaultBackend: 'b' }])
    expect(config.backends.map(({ name }) => name)).toEqual(own === '' ? ['b'] : ['f', 'b'])
  })

  it('a section that is there for its table is a backend', () => {
    const { config, issues } = translate(
      `listen t\n bind :82\n stick-table type ip size 1k\nlisten f\n bind :81\n stick on src table t\n server s 127.0.0.1:80`,
    )
    expect(config.backends.map(({ name }) => name)).toEqual(['t', 'f'])
    expect(issues.filter((issue) => issue.startsWith('error'))).toEqual([])
  })
})
