// What is worth another attempt, where it is made, and how long one waits for it.

import type { Scenario, Step } from '../scenario.ts'

const BUSY: Step['answer'] = { b: { status: 503 } }
const THREE = ['server a {a} cookie A', 'server b {b} cookie B', 'server c {c} cookie C']
const retries = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `retries: ${name}`,
  cfg: ['cookie SRV insert indirect', ...cfg],
  steps,
})
const timed = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  ...retries(name, cfg, steps),
  isTimed: true,
})

export const RETRIES: readonly Scenario[] = [
  retries('an error is the answer, unless it is to be retried', THREE, [{ cookie: 'SRV=B', answer: BUSY }]),
  retries(
    'retry-on 503 asks the same server again',
    ['retry-on 503', ...THREE],
    [
      { cookie: 'SRV=B', answer: BUSY },
      { cookie: 'SRV=A', answer: BUSY },
      { cookie: 'SRV=B', answer: { b: { status: 502 } } },
    ],
  ),
  retries(
    'retry-on 503 with redispatch: another server at the last retry',
    ['retry-on 503', 'option redispatch', ...THREE],
    [{ cookie: 'SRV=B', answer: BUSY }],
  ),
  retries(
    'retry-on 503 with redispatch at every retry',
    ['retry-on 503', 'option redispatch 1', ...THREE],
    [
      { cookie: 'SRV=B', answer: BUSY },
      { cookie: 'SRV=B', answer: { status: 503 } },
    ],
  ),
  retries(
    'retry-on with several words, no retries',
    ['retry-on 500 502', 'retries 0', ...THREE],
    [{ cookie: 'SRV=B', answer: { b: { status: 500 } } }],
  ),
  retries(
    'retry-on all-retryable-errors',
    ['retry-on all-retryable-errors', 'retries 1', 'option redispatch', ...THREE],
    [500, 501, 502, 504, 404].map((status) => ({ cookie: 'SRV=B', answer: { b: { status } } })),
  ),
  retries(
    'retry-on repeats a POST as well',
    ['retry-on 503', 'retries 1', 'option redispatch', ...THREE],
    [{ method: 'POST', body: 'x=1', cookie: 'SRV=B', answer: BUSY }],
  ),
  retries(
    'retry-on none: a server that refuses is not tried again',
    ['retry-on none', 'option redispatch 1', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }],
  ),
  timed(
    'the same server is given a second',
    ['retries 2', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }],
  ),
  timed(
    'another server is asked at once, after a second for each retry of the first',
    ['retries 2', 'option redispatch', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }],
  ),
  timed(
    'another server is waited for when no other is active',
    ['option persist', 'retries 1', 'option redispatch', 'server a {dead} cookie A disabled', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }],
  ),
  timed(
    'who belongs nowhere moves at once',
    ['option redispatch', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{}, {}],
  ),
  {
    ...retries(
      'a map-based hash never finds another server',
      ['balance uri', 'retries 1', 'option redispatch', 'server a {dead} cookie A', 'server b {b} cookie B'],
      [{ path: '/a' }, { path: '/b' }, { path: '/url1' }, { path: '/url2' }],
    ),
    difference: 'a redispatch leaves the server that failed, whatever the policy',
  },
  timed(
    'a consistent hash does, after a second',
    [
      'balance uri',
      'hash-type consistent',
      'retries 1',
      'option redispatch',
      'server a {dead} cookie A',
      'server b {b} cookie B',
      'server c {c} cookie C',
    ],
    [{ path: '/a' }, { path: '/b' }, { path: '/url1' }, { path: '/url2' }, { path: '/url3' }],
  ),
]
