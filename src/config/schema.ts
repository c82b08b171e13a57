// What an operator may write in limpet.config.ts or a JSON file: shapes, units and allowed values (valibot).
// Checks that need to look at two places at once (names, references, loops) are in cross-checks/; defaults in resolve.ts.

import * as v from 'valibot'

import { parseBalance } from './balance.ts'
import { check } from './options/check.ts'
import { cookieOptions } from './options/cookie.ts'
import { serverOptions } from './options/server.ts'
import { strict, duration, integer, oneOf, bool, listOf, name, names } from './fields.ts'
import { objectOf } from './option.ts'
import { forwarded, forwardfor } from './options/forwarded.ts'
import { statsOptions } from './options/stats.ts'
import { stick, stickTableOptions } from './options/stick.ts'
import { RETRY_FAILURES } from './retry-on.ts'
import { action } from './rules/action.ts'
import { condition } from './rules/condition.ts'
import { errors } from './rules/reply.ts'
import { responseRules } from './rules/rule.ts'

const server = objectOf(serverOptions)
const cookie = objectOf(cookieOptions)

const retryReason = v.union(
  [oneOf(RETRY_FAILURES), v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599))],
  'must be conn-failure, empty-response, junk-response, response-timeout or a status from 400 to 599',
)

export const backend = strict({
  name,
  /**
   * Names that this backend had, oldest first. Its sealed cookies, stick table, states and counters follow. Its stick table stays
   * where the first of them is stored, so leave the list as it is and add to its end. Default: none.
   */
  formerly: v.optional(names),
  id: v.optional(integer(1, 1_000_000)),
  servers: listOf(server, 'must be a list of servers'),
  balance: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.check(
        (value) => parseBalance(value) !== undefined,
        'must be roundrobin, static-rr, leastconn, first, random, random(<draws>), source, ' +
          'uri [whole] [len <n>] [depth <n>] [path-only], url_param <name>, hdr(<name>) or hash req.cook(<name>)',
      ),
    ),
  ),
  hashType: v.optional(oneOf(['rendezvous', 'map-based', 'consistent'])),
  allbackups: v.optional(bool),
  rules: v.optional(v.array(strict({ if: v.optional(condition), do: action }), 'must be a list of { if, do }')),
  responseRules: v.optional(responseRules),
  errors: v.optional(errors),
  forwardfor: v.optional(forwardfor),
  forwarded: v.optional(forwarded),
  cookie: v.optional(cookie),
  stickTable: v.optional(objectOf(stickTableOptions)),
  stick: v.optional(stick),
  onDown: v.optional(v.picklist(['redispatch', 503, 404], "must be 'redispatch', 503 or 404")),
  persist: v.optional(bool),
  persistRules: v.optional(
    v.array(strict({ if: v.optional(condition), do: oneOf(['force', 'ignore']) }), 'must be a list of { if, do }'),
  ),
  useServer: v.optional(
    v.array(strict({ if: v.optional(condition), server: name }), 'must be a list of { if, server }'),
  ),
  retries: v.optional(integer(0, 20)),
  redispatch: v.optional(
    v.union(
      [bool, integer(-20, 20)],
      'must be true (at every retry), false, n (at every nth retry) or -1 (at the last retry)',
    ),
  ),
  retryOn: v.optional(v.array(retryReason, 'must be a list of reasons and statuses')),
  turnAroundAlone: v.optional(bool),
  ejection: v.optional(bool),
  retryBudget: v.optional(
    v.union(
      [v.pipe(v.number(), v.minValue(0), v.maxValue(10)), v.literal(false)],
      'must be a share such as 0.2, or false',
    ),
  ),
  retryMethods: v.optional(oneOf(['idempotent', 'all'])),
  replayBodyBytes: v.optional(integer(0, 8_388_608)),
  timeouts: v.optional(
    strict({ connect: v.optional(duration(10)), server: v.optional(duration(10)), queue: v.optional(duration(10)) }),
  ),
  check: v.optional(v.union([bool, check], 'must be true, false or an object of check options')),
  host: v.optional(oneOf(['client', 'server'])),
  stats: v.optional(objectOf(statsOptions)),
  ipv6PrefixLength: v.optional(integer(1, 128)),
})

export type BackendInput = v.InferInput<typeof backend>
