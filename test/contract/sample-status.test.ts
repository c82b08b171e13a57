// docs/from-haproxy.md says of each fetch, converter, criterion, match and action of HAProxy 2.6 what becomes of it, and why if it is not in
// force. That HAProxy has no others is test/applications/haproxy-words.test.ts's.

import { expect, it } from 'vitest'

import { HAPROXY_LINES } from '../../generate/haproxy-lines.ts'
import { hasReasons, reasonOf, outcomeOf } from '../../generate/line-status.ts'
import { SAMPLE_STATUSES } from '../../generate/sample-status.ts'

it.each(Object.entries(SAMPLE_STATUSES))('%s: each is in force, or has a reason', (_, statuses) => {
  expect(statuses.length).toBeGreaterThan(12)
  const unexplained = statuses.filter(({ status, why }) => status !== 'in force' && (why === undefined || why === ''))
  expect(unexplained.map(({ name }) => name)).toEqual([])
})

const RULESETS = HAPROXY_LINES.filter(hasReasons)

it.each(RULESETS.map((place) => [place.title, place] as const))(
  '%s: each action is in force, or has a reason',
  (_, place) => {
    const unexplained = place.lines.filter(
      (line) => outcomeOf(place, line).status !== 'translated' && reasonOf(place, line) === '',
    )
    expect(unexplained).toEqual([])
  },
)
