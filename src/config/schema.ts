// What an operator may write in limpet.config.ts or a JSON file: shapes, units and allowed values (valibot).
// Checks that need to look at two places at once (names, references, loops) are in cross-checks/; defaults in resolve.ts.

import * as v from 'valibot'

import { ADMIN_STATES } from '../server/states.ts'
import { parseBalance } from './balance.ts'
import { check, serverCheck } from './options/check.ts'
import { strict, duration, integer, oneOf, bool, COOKIE_VALUE, ATTRIBUTE, name, token } from './fields.ts'
import { OBSERVE_LAYERS, ON_ERROR } from './observe.ts'
import { objectOf } from './option.ts'
import { forwarded, forwardfor } from './options/forwarded.ts'
import { statsOptions } from './options/stats.ts'
import { stick, stickTableOptions } from './options/stick.ts'
import { RETRY_FAILURES } from './retry-on.ts'
import { action } from './rules/action.ts'
import { condition } from './rules/condition.ts'
import { errors } from './rules/reply.ts'
import { responseRules } from './rules/rule.ts'

const cookie = strict({
  name: token,
  formerly: v.optional(v.union([token, v.array(token)], "must be a cookie's name, or a list of them")),
  mode: v.optional(oneOf(['insert', 'prefix', 'rewrite', 'passive'])),
  format: v.optional(oneOf(['sealed', 'haproxy'])),
  accept: v.optional(v.array(oneOf(['sealed', 'haproxy']))),
  indirect: v.optional(bool),
  nocache: v.optional(bool),
  postonly: v.optional(bool),
  preserve: v.optional(bool),
  skipCacheable: v.optional(bool),
  httponly: v.optional(bool),
  secure: v.optional(v.union([bool, v.literal('auto')], "must be true, false or 'auto'")),
  domain: v.optional(
    v.union(
      [
        v.pipe(v.string(), v.regex(/^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, 'must be a domain name')),
        v.array(v.pipe(v.string(), v.regex(/^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, 'must be a domain name'))),
      ],
      "must be a domain name such as '.example.com', or a list of them",
    ),
  ),
  attr: v.optional(
    v.array(
      v.pipe(
        v.string('must be a string'),
        v.regex(ATTRIBUTE, "would break the header: no control characters, ';' or ','"),
      ),
    ),
  ),
  maxidle: v.optional(duration(1000, 2_147_483_647_000)),
  maxlife: v.optional(duration(1000, 2_147_483_647_000)),
})

/** HAProxy's consistent hash has room for so many on its ring. */
const MAX_SERVER_ID = 1_000_000

const formerly = v.optional(v.union([name, v.array(name)], 'must be a name or a list of names'))

const server = strict({
  name,
  /**
   * Names that this server had, oldest first. A name is an identity: cookies, stick entries, states, weights, health and counters
   * go by it, and follow only a rename that is listed here. Default: none.
   */
  formerly,
  id: v.optional(integer(1, MAX_SERVER_ID)),
  url: v.pipe(
    v.string("must be a URL such as 'https://app1.example.com' or 'http://10.0.0.5:8080'"),
    v.check(
      (value) => originProblem(value) === undefined,
      (issue) => originProblem(issue.input as string) ?? '',
    ),
  ),
  /**
   * `tunnel`: the url is a public name of a Cloudflare Tunnel. A 502 or 504 that Cloudflare answers is then a failure of the
   * server, as 520-526 and 530 are; under `limpet serve`, too. An idempotent request goes to another server. An application's own 502 or 504
   * cannot be told apart. Default: the url leads to the server itself.
   */
  via: v.optional(oneOf(['tunnel'])),
  weight: v.optional(integer(0, 256)),
  backup: v.optional(bool),
  cookie: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.regex(COOKIE_VALUE, "would break the header: no spaces, quotes, ',', ';' or '\\'"),
    ),
  ),
  nonStick: v.optional(bool),
  maxconn: v.optional(integer(1, 1_000_000)),
  maxqueue: v.optional(integer(1, 1_000_000)),
  onMarkedDown: v.optional(oneOf(['shutdown-sessions'])),
  onMarkedUp: v.optional(oneOf(['shutdown-backup-sessions'])),
  state: v.optional(oneOf(ADMIN_STATES)),
  slowstart: v.optional(duration(1000)),
  observe: v.optional(oneOf(OBSERVE_LAYERS)),
  errorLimit: v.optional(integer(1, 1000)),
  onError: v.optional(oneOf(ON_ERROR)),
  track: v.optional(v.pipe(v.string(), v.regex(/^[^/]+\/[^/]+$/, 'must be BACKEND/SERVER'))),
  check: v.optional(
    v.union([bool, serverCheck], 'must be true, false or { inter, fastinter, downinter, rise, fall, addr, port, by }'),
  ),
})

function originProblem(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url) return "must be a URL such as 'https://app1.example.com' or 'http://10.0.0.5:8080'"
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must begin with http:// or https://'
  if (url.username || url.password) return 'must not hold a user name or password'
  if (url.pathname !== '/' || url.search || url.hash) return 'must be an origin only, without a path or query'
  return undefined
}

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
  formerly,
  id: v.optional(integer(1, 1_000_000)),
  servers: v.array(server, 'must be a list of servers'),
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
export type CookieInput = NonNullable<BackendInput['cookie']>
