// `monitor-uri` and `monitor fail` (configuration manual 4.2): a page that says whether this balancer is well, before all rules.

import { isIf, outcomeOf, parseIf } from './acl.ts'
import type { AclPorts } from './acl.ts'
import type { Draft, RuleDraft } from './draft.ts'
import { differs, failed, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

/** What HAProxy answers to those who look after it. */
export const READY: RuleDraft['do'] = {
  return: {
    status: 200,
    contentType: 'text/html',
    headers: { 'Cache-Control': 'no-cache' },
    body: '<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n',
  },
}

export function applyMonitorUri([uri = '']: readonly string[], draft: Draft): Outcome {
  draft.monitor = [{ if: { sample: 'path', match: 'str', values: [uri] }, do: READY }]
  return TRANSLATED
}

export function applyMonitor([what = '', ...condition]: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  if (what !== 'fail') return failed(unknownWord('word after monitor,', what, ['fail']))
  if (!isIf(condition[0])) return failed('monitor fail needs if or unless, and a condition')
  const parsed = parseIf(condition, draft.acls, ports)
  if ('problem' in parsed) return outcomeOf(parsed)
  draft.monitorFails.push(parsed.value)
  return differs('a check that fails is counted as denied')
}

/** Its lines may stand in any order. */
export function monitorRules({ monitor, monitorFails, monitorPage }: Draft): readonly RuleDraft[] {
  const own: RuleDraft['do'] | undefined = monitorPage && {
    return: { ...monitorPage, status: monitorPage.status ?? 200 },
  }
  return monitor.flatMap((page) => [
    ...monitorFails.map((fails): RuleDraft => ({ if: { all: [page.if!, fails] }, do: { deny: { status: 503 } } })),
    own ? { ...page, do: own } : page,
  ])
}
