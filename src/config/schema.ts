// What an operator may write in limpet.config.ts or a JSON file: shapes, units and allowed values (valibot).
// Checks that need to look at two places at once (names, references, loops) are in cross-checks/; defaults in resolve.ts.

import * as v from 'valibot'

import { alertSchema } from './alert.ts'
import { parseBalance } from './balance.ts'
import { captures } from './capture.ts'
import { objectOf } from './option.ts'
import { check } from './options/check.ts'
import { cookieOptions } from './options/cookie.ts'
import { serverOptions } from './options/server.ts'
import {
  strict,
  duration,
  integer,
  oneOf,
  bool,
  listOf,
  name,
  names,
  token,
  text,
  textList,
  networks,
  urlOf,
} from './fields.ts'
import { logTargetSchema } from './log-target.ts'
import { monitor } from './monitor.ts'
import { RETRY_FAILURES } from './retry-on.ts'
import { action } from './rules/action.ts'
import { redirectScheme } from './rules/answer.ts'
import { condition } from './rules/condition.ts'
import { errors } from './rules/reply.ts'
import { responseRules, rule } from './rules/rule.ts'
import { stats } from './stats.ts'
import { stick, stickTable } from './stick.ts'
import { uniqueId } from './unique-id.ts'
import { user } from './user.ts'

const server = objectOf(serverOptions)
const cookie = objectOf(cookieOptions)

const forwardfor = v.union(
  [bool, strict({ except: v.optional(networks), header: v.optional(token), ifNone: v.optional(bool) })],
  'must be true, false or { except, header, ifNone }',
)

const retryReason = v.union(
  [oneOf(RETRY_FAILURES), v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599))],
  'must be conn-failure, empty-response, junk-response, response-timeout or a status from 400 to 599',
)

const forwarded = v.union(
  [bool, v.array(oneOf(['proto', 'host', 'for']))],
  "must be true, false or a list of 'proto', 'host' and 'for'",
)

const backend = strict({
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
  stickTable: v.optional(stickTable),
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
  stats: v.optional(stats),
  ipv6PrefixLength: v.optional(integer(1, 128)),
})

const frontend = strict({
  name,
  id: v.optional(integer(1, 1_000_000)),
  bind: v.optional(textList),
  scheme: v.optional(oneOf(['http', 'https', 'any'])),
  hosts: v.optional(textList),
  rules: v.optional(v.array(rule, 'must be a list of rules')),
  defaultBackend: v.optional(name),
  stats: v.optional(stats),
  log: v.optional(bool),
  captures: v.optional(captures),
  /** A name of each request, for its server and its log line. Default: none is made. */
  uniqueId: v.optional(uniqueId),
  maxconn: v.optional(integer(1, 1_000_000)),
  redirectScheme: v.optional(redirectScheme),
  responseRules: v.optional(responseRules),
  errors: v.optional(errors),
  forwardfor: v.optional(forwardfor),
  forwarded: v.optional(forwarded),
  xForwarded: v.optional(bool),
  dropForwarded: v.optional(bool),
  trustedProxies: v.optional(networks),
})

export const limpetSchema = strict({
  $schema: v.optional(v.string()),
  defaults: v.optional(oneOf(['limpet', 'haproxy'])),
  admin: v.optional(
    strict({
      path: v.optional(
        v.pipe(
          text,
          v.regex(/^\/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]$/, "must begin with '/', not end with it, and not be '/'"),
        ),
      ),
      access: v.optional(
        strict({
          team: urlOf(['https', 'http'], 'https://team.cloudflareaccess.com'),
          audience: text,
        }),
      ),
    }),
  ),
  log: v.optional(oneOf(['json', 'httplog', 'off'])),
  logTo: v.optional(v.array(logTargetSchema, 'must be a list of places')),
  logSampling: v.optional(
    v.pipe(
      v.number('must be a number from 0 to 1'),
      v.minValue(0, 'must be a number from 0 to 1'),
      v.maxValue(1, 'must be a number from 0 to 1'),
    ),
  ),
  counters: v.optional(bool),
  countBytes: v.optional(bool),
  countSockets: v.optional(bool),
  snapshotRefresh: v.optional(duration(100)),
  snapshotWait: v.optional(duration(0, 10_000)),
  monitor: v.optional(monitor),
  spreadChecks: v.optional(integer(0, 50)),
  maxPassages: v.optional(
    v.union(
      [integer(1, 100), v.literal(false)],
      'must be a whole number from 1 to 100, or false: passages are not counted',
    ),
  ),
  frontends: v.optional(v.array(frontend, 'must be a list of frontends')),
  backends: v.array(backend, 'must be a list of backends'),
  alerts: v.optional(v.array(alertSchema, 'must be a list of recipients')),
  maps: v.optional(
    v.record(text, v.record(v.string(), v.string('must be a string')), 'must be an object of maps by name'),
  ),
  userlists: v.optional(
    v.array(strict({ name, users: v.array(user, 'must be a list of users') }), 'must be a list of { name, users }'),
  ),
})

/** What `defineConfig` takes. */
export type LimpetConfig = v.InferInput<typeof limpetSchema>
export type FrontendInput = NonNullable<LimpetConfig['frontends']>[number]
export type BackendInput = LimpetConfig['backends'][number]
export type UserInput = NonNullable<LimpetConfig['userlists']>[number]['users'][number]
