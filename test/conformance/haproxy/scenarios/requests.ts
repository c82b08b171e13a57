// What a request looks like to the server, and requests that are not like most.

import type { Scenario, Step } from '../scenario.ts'

const requests = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `requests: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
})

export const REQUESTS: readonly Scenario[] = [
  requests(
    'an announced body may be empty, whatever the method',
    [],
    ['GET', 'HEAD', 'DELETE', 'POST'].flatMap((method): readonly Step[] => [
      { method, headers: [['Transfer-Encoding', 'chunked']] },
      { method, headers: [['Content-Length', '0']] },
    ]),
  ),
]
