import { expect, it } from 'vitest'

import { resolveCaptures } from '../config/options/captures.ts'
import { createCapturing } from './captures.ts'
import { BARE_VIEW as view, TOOLS, transactionOf } from './testing.ts'

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
  const seen = capture(transactionOf({ headers: { cookie: 'a=1; b=2, JSESSIONID=abc; JSESS2=d' } }), view)(undefined)
  expect(seen).toEqual({ requestCookie: 'JSESSIONID=a', responseCookie: null, request: [''], response: [''] })
})

it('tells what the request was before rules changed it, and what the server answered', () => {
  const request = transactionOf({ headers: { 'x-a': 'before' } })
  const later = capture(request, view)
  request.forOrigin.headers.set('x-a', 'after')
  const headers = new Headers({ location: '/there' })
  headers.append('set-cookie', 'other=1')
  headers.append('set-cookie', 'JSESSIONID=x; Path=/')
  expect(later(new Response(null, { headers }))).toEqual({
    requestCookie: null,
    responseCookie: 'JSESSIONID=x',
    request: ['bef'],
    response: ['/there'],
  })
})
