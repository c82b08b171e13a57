import { expect, it } from 'vitest'

import { resolveCaptures } from '../config/options/captures.ts'
import { createCapturing } from './captures.ts'
import { compileAction } from './actions/compile-action.ts'
import { BARE_VIEW as view, TOOLS, transactionOf } from './testing.ts'
import { resolveAction } from '../config/rules/resolve-action.ts'
import { compileText } from './samples.ts'
import { parseSample } from '../config/rules/samples/sample.ts'

const capture = createCapturing(
  resolveCaptures(
    {
      cookie: { name: 'JSESS', len: 12 },
      request: [{ sample: 'req.fhdr(x-a)', len: 3 }],
      response: [{ sample: 'res.fhdr(location)', len: 40 }],
    },
    'limpet',
  ),
  TOOLS,
)

it('finds a cookie in any of several Cookie lines, which reach a Worker joined', () => {
  const seen = capture(transactionOf({ headers: { cookie: 'a=1; b=2, JSESSIONID=abc; JSESS2=d' } }), view).captured()
  expect(seen).toEqual({ requestCookie: 'JSESSIONID=a', responseCookie: null, request: [''], response: [''] })
})

it('tells what the request was before rules changed it, and what the server answered', () => {
  const request = transactionOf({ headers: { 'x-a': 'before' } })
  const slots = capture(request, view)
  request.forOrigin.headers.set('x-a', 'after')
  const headers = new Headers({ location: '/there' })
  headers.append('set-cookie', 'other=1')
  headers.append('set-cookie', 'JSESSIONID=x; Path=/')
  slots.hear(new Response(null, { headers }))
  expect(slots.captured()).toEqual({
    requestCookie: null,
    responseCookie: 'JSESSIONID=x',
    request: ['bef'],
    response: ['/there'],
  })
})

const slotted = createCapturing(
  resolveCaptures({ request: [{ sample: 'req.fhdr(x-a)', len: 3 }, { len: 4 }], response: [{ len: 5 }] }, 'limpet'),
  TOOLS,
)

function withSlots(headers: Readonly<Record<string, string>> = {}) {
  const transaction = transactionOf({ headers })
  transaction.captures = slotted(transaction, view)
  const valueOf = (sample: string) => compileText(parseSample(sample)!, TOOLS)(transaction, view)
  const act = (sample: string, slot: number, phase: 'request' | 'response' = 'request') =>
    compileAction(resolveAction({ capture: { sample, slot } }, 'limpet'), TOOLS, phase)(transaction, view)
  return { transaction, valueOf, act }
}

it('has slots that rules fill and read, each cut to its length', () => {
  const { transaction, valueOf, act } = withSlots({ 'x-a': 'abcdef', 'x-b': 'other' })
  expect([valueOf('capture.req.hdr(0)'), valueOf('capture.req.hdr(1)')]).toEqual(['abc', undefined])
  act('req.hdr(x-b)', 1)
  act('str(response)', 0, 'response')
  expect([valueOf('capture.req.hdr(1)'), valueOf('capture.res.hdr(0)')]).toEqual(['othe', 'respo'])
  expect(transaction.captures!.captured()).toMatchObject({ request: ['abc', 'othe'], response: ['respo'] })
})

it('leaves a slot as it was when nothing is found, and reads over slots that are not there', () => {
  const { transaction, valueOf, act } = withSlots({ 'x-a': 'abc' })
  act('req.hdr(x-none)', 0)
  act('method', 7)
  expect(valueOf('capture.req.hdr(7)')).toBeUndefined()
  expect(transaction.captures!.captured().request).toEqual(['abc', ''])
})

it('keeps what passes through a converter, and lets nothing pass without a slot', () => {
  const { valueOf } = withSlots()
  expect(valueOf('str(abcdef),capture-req(1),upper')).toBe('ABCDEF')
  expect(valueOf('capture.req.hdr(1)')).toBe('abcd')
  expect(valueOf('str(abcdef),capture-res(0)')).toBe('abcdef')
  expect(valueOf('capture.res.hdr(0)')).toBe('abcde')
  expect(valueOf('str(abcdef),capture-req(2)')).toBeUndefined()
})

it('has no slots without captures', () => {
  const transaction = transactionOf()
  expect(compileText(parseSample('str(a),capture-req(0)')!, TOOLS)(transaction, view)).toBeUndefined()
  expect(compileText(parseSample('capture.req.hdr(0)')!, TOOLS)(transaction, view)).toBeUndefined()
})
