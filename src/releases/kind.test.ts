import { expect, it } from 'vitest'

import { fieldsOf } from '../http/fields.ts'
import { kindOf } from './kind.ts'
import type { Kind } from './kind.ts'

const KINDS = { live: ['/_app/version.json'], assets: ['/assets/', '/_next/static/'] }
const NAVIGATES = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const PLAIN = { 'upgrade-insecure-requests': '1', accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const to = (destination: string, mode = 'no-cors') => ({ 'sec-fetch-dest': destination, 'sec-fetch-mode': mode })

it.each<[Kind, string, Readonly<Record<string, string>>, string?]>([
  ['live', '/_app/version.json', to('empty', 'cors')],
  ['live', '/_app/version.json', NAVIGATES],
  ['live', '/_app/version.json', {}, 'POST'],
  ['part', '/_app/version.json/x', {}],
  ['ahead', '/b', { ...NAVIGATES, 'sec-purpose': 'prefetch' }],
  ['ahead', '/b', { ...NAVIGATES, 'sec-purpose': 'prefetch;prerender' }],
  ['document', '/b', { ...NAVIGATES, 'sec-purpose': 'prefetch' }, 'HEAD'],
  ['part', '/b', { ...to('empty', 'cors'), 'sec-purpose': 'prefetch' }],
  ['document', '/', NAVIGATES],
  ['document', '/', NAVIGATES, 'HEAD'],
  ['document', '/assets/report.pdf', NAVIGATES],
  ['document', '/', PLAIN],
  ['part', '/', { ...PLAIN, ...to('iframe', 'navigate') }],
  ['part', '/', { accept: PLAIN.accept }],
  ['part', '/', { ...PLAIN, accept: '*/*' }],
  ['part', '/', { ...PLAIN, 'upgrade-insecure-requests': '0' }],
  ['part', '/save', NAVIGATES, 'POST'],
  ['part', '/save', PLAIN, 'POST'],
  ['asset', '/assets/a.js', {}],
  ['asset', '/_next/static/chunks/a.js', to('empty', 'cors'), 'HEAD'],
  ['part', '/assets/upload', {}, 'PUT'],
  ['part', '/other/assets/a.js', {}],
  ['asset', '/app.js', to('script')],
  ['asset', '/app.css', to('style')],
  ['asset', '/app.woff2', to('font', 'cors')],
  ['asset', '/w', to('worker', 'same-origin')],
  ['asset', '/w', to('sharedworker', 'same-origin')],
  ['part', '/sw.js', to('serviceworker', 'same-origin')],
  ['part', '/a.png', to('image')],
  ['part', '/frame', to('iframe', 'navigate')],
  ['part', '/object', to('object', 'navigate')],
  ['part', '/events', to('empty', 'cors')],
  ['part', '/socket', { upgrade: 'websocket' }],
  ['part', '/', {}],
])('%s: %s with %o', (kind, path, headers, method = 'GET') => {
  expect(kindOf({ method, path, headers: fieldsOf(new Headers(headers)) }, KINDS)).toBe(kind)
})
