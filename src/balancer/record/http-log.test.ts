import { expect, it } from 'vitest'

import { httpLogLine, STATS_SERVER } from './http-log.ts'
import type { RequestLog, WireLog } from './request-log.ts'

function lineOf(change: Partial<RequestLog>, wire: Partial<WireLog> = {}): string {
  return httpLogLine({
    wire: () => ({ clientPort: 45620, query: '', isTls: false, protocol: 'HTTP/1.1', isAnswered: false, ...wire }),
    time: '2026-11-25T21:49:15.010Z',
    client: '127.0.0.1',
    method: 'GET',
    host: 'x',
    path: '/stats',
    frontend: 'f',
    backend: null,
    server: null,
    verdict: '--',
    termination: 'LR',
    status: 200,
    bytes: 27179,
    retries: 0,
    redispatches: 0,
    queueMs: 0,
    responseMs: 0,
    durationMs: 0,
    ...change,
  })
}

// HAProxy 2.6's own lines, but for the counts of connections.
it('a statistics page is answered by <STATS>, of the frontend or of the backend that has it', () => {
  expect(lineOf({ server: STATS_SERVER })).toBe(
    '127.0.0.1:45620 [25/Nov/2026:21:49:15.010] f f/<STATS> 0/0/0/0/0 200 27179 - - LR-- 0/0/0/0/0 0/0 "GET /stats HTTP/1.1"',
  )
  expect(lineOf({ server: STATS_SERVER, backend: 'b' })).toContain(' f b/<STATS> 0/0/0/0/0 200 ')
  expect(lineOf({ server: STATS_SERVER, status: 403 })).toContain(' f f/<STATS> 0/0/0/-1/0 403 ')
  expect(lineOf({ status: 302 })).toContain(' f f/<NOSRV> 0/-1/-1/-1/0 302 ')
})

it('a frontend by TLS has a ~', () => {
  expect(lineOf({ backend: 'b', server: 's' }, { isTls: true, isAnswered: true })).toContain(' f~ b/s 0/0/0/0/0 200 ')
})
