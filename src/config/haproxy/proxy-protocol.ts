// `accept-proxy` and `accept-netscaler-cip` on a bind (configuration manual 5.1): a proxy in front says who the client is, in a way that
// workerd does not read. Without them the client is that proxy, so what lets people in by their address would let in all of them.

import { failed, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import type { Line } from './sections.ts'

export const SAYS_CLIENT = {
  'accept-proxy': 0,
  'accept-netscaler-cip': 1,
} as const

const INSTEAD =
  'let the proxy in front send X-Forwarded-For (send-proxy becomes option forwardfor) and name it in trustedProxies'

/** `rule`: a line that asks for the client's address. */
export function outcomeOfProtocol(word: string, rule: Line | undefined): Outcome {
  const problem = `${word}: workerd cannot read who the client is from the connection`
  if (!rule) return unsupported(`${problem}, so all clients would have the proxy's address: ${INSTEAD}`)
  return failed(
    `${problem}, and line ${rule.line} ('${rule.words[0]}') asks for its address; --allow-unsupported does not leave it out: ${INSTEAD}`,
  )
}

/** Those that decide or tell something by a sample. Where a client is kept, and by what, is no matter of access. */
const RULES = new Set(
  'acl block force-persist http-after-response http-request http-response ignore-persist monitor monitor-net redirect reqadd stats tcp-request tcp-response unique-id-format use-server use_backend'.split(
    ' ',
  ),
)
const CLIENT = /(?:^|[^\w.(-])(?:src(?:_[a-z]\w*)?|LOCALHOST)(?![\w.-])/

/** The first line of the proxies that asks for the client's address. */
export function clientRuleIn(lines: readonly Line[]): Line | undefined {
  return lines.find(
    ({ words: [keyword = '', ...words] }) =>
      keyword === 'monitor-net' || (RULES.has(keyword) && words.some((word) => CLIENT.test(word))),
  )
}
