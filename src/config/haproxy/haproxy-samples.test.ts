// Samples that Limpet has and HAProxy has not: a haproxy.cfg with one of them is refused, as by HAProxy.

import { describe, expect, it } from 'vitest'

import { argumentsProblem } from '../rules/samples/argument.ts'
import { CONVERTERS } from '../rules/samples/converter-rows.ts'
import { FETCHES, fetchRow } from '../rules/samples/fetch-rows.ts'
import type { FetchName } from '../rules/samples/fetch-rows.ts'
import { HAPROXY_NAMES, isHaproxysConverter, isHaproxysFetch } from './sample-names.ts'
import { translateHaproxy } from './translate.ts'

const OWN = (Object.keys(FETCHES) as FetchName[]).filter((name) => !isHaproxysFetch(name))

function diagnosticsOf(line: string) {
  const text = `frontend fe\nbind :80\n${line}\ndefault_backend app\nbackend app\nserver s h:80\n`
  const { diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], { env: {}, hash64: () => 0n, text: () => '' })
  return diagnostics.find((each) => each.line === 3)!
}

describe('a sample of Limpet alone', () => {
  it('is known, and takes no arguments, so that the lines below reach it', () => {
    expect(OWN).toEqual(['release'])
    for (const name of OWN) expect(argumentsProblem(name, [], fetchRow(name))).toBeUndefined()
  })

  it.each(
    OWN.flatMap((name) =>
      [
        `http-response set-header x-it %[${name}]`,
        `http-response add-header x-it a%[${name},lower]b`,
        `http-after-response set-header x-it %[${name}]`,
        `http-response set-var(txn.it) ${name}`,
        `http-response set-var-fmt(txn.it) %[${name}]`,
        `http-response capture ${name} id 0`,
        `http-response deny if { ${name} -m str r1 }`,
        `http-response set-map(m.map) %[${name}] 1`,
        `http-response replace-header x-it .* %[${name}]`,
        `http-request set-path /%[${name}]`,
        `http-request set-query a=%[${name}]`,
        `http-request track-sc0 ${name}`,
        `http-response sc-set-gpt0(0) ${name}`,
        `acl it ${name} r1`,
        `use_backend %[${name}]`,
        `log-format %[${name}]`,
        `unique-id-format %[${name}]`,
        `http-response return status 200 content-type text/plain lf-string %[${name}]`,
        `http-response redirect location /%[${name}]`,
      ].map((line) => [line, name]),
    ),
  )('is an error in "%s"', (line, name) => {
    const { status, message } = diagnosticsOf(line)
    expect([line, status, message]).toEqual([line, 'error', expect.stringContaining(name)])
  })
})

it('says where it may be written', () => {
  for (const line of ['http-response deny if { release r1 }', 'log-format %[release]'])
    expect(diagnosticsOf(line).message).toContain('is not known to HAProxy: only limpet.config.ts has it')
})

it('every converter is one of HAProxy', () => {
  expect(Object.keys(CONVERTERS).filter((name) => !isHaproxysConverter(name))).toEqual([])
})

it('what HAProxy has is taken as before', () => {
  expect(HAPROXY_NAMES.fetches.has('srv_name')).toBe(true)
  expect(diagnosticsOf('http-response set-header x-it %[srv_name,lower]').status).toBe('translated')
})
