// The options at the top of a configuration: whose defaults, what is logged and counted, where the parts stand.

import * as v from 'valibot'

import { bool, duration, integer, listOf, oneOf, record, text } from '../fields.ts'
import { objectOf, option, required } from '../option.ts'
import type { Written } from '../option.ts'
import { adminOptions } from './admin.ts'
import { alertOptions } from './alert.ts'
import { backendOptions } from './backend.ts'
import { frontendOptions } from './frontend.ts'
import { logTargets } from './log-target.ts'
import { monitorOptions } from './monitor.ts'
import { resolversOptions } from './resolvers.ts'
import { userlistOptions } from './users.ts'
import { assignment } from '../rules/variable-action.ts'

/** `httplog`: a line as HAProxy's `option httplog` has it. */
const LOG_FORMATS = ['json', 'httplog', 'off'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

const SHARE_TEXT = 'must be a number from 0 to 1'
const share = v.pipe(v.number(SHARE_TEXT), v.minValue(0, SHARE_TEXT), v.maxValue(1, SHARE_TEXT))

export const rootOptions = {
  /**
   * The JSON Schema that an editor checks a JSON configuration with.
   * @example $schema: './node_modules/limpet/limpet.schema.json'
   */
  $schema: option(v.string('must be a string'), { default: null }),
  /** The defaults that fill in what is not written: Limpet's own, or those of HAProxy 2.6. */
  defaults: option(oneOf(['limpet', 'haproxy']), { default: 'limpet' }),
  /**
   * The path of the admin API, and the sign-in in front of it.
   * @example admin: { path: '/balancer' }
   */
  admin: option(objectOf(adminOptions), { default: {} }),
  /** The form of the log: a JSON line for each request, a line as `option httplog` writes it, or nothing. */
  log: option(oneOf(LOG_FORMATS), { default: 'json', word: { word: 'option httplog', means: 'httplog' } }),
  /**
   * The places that `limpet serve` writes the log to; on Cloudflare it goes to Workers Logs.
   * @example logTo: ['stdout', { syslog: '127.0.0.1:514', facility: 'local0' }]
   */
  logTo: option(logTargets, { default: ['stdout'], word: 'log' }),
  /**
   * The share of requests that is logged, chosen by chance.
   * @example logSampling: 0.01
   */
  logSampling: option(share, { default: 1 }),
  /** Counts requests for the statistics page, `show stat` and the metrics. */
  counters: option(bool, { default: true }),
  /** Counts the bytes of bodies, which costs CPU; log lines then wait for the end of the response. */
  countBytes: option(bool, { default: false }),
  /** Counts WebSockets until they close, by relaying them; without it they pass through and count for a limited time. */
  countSockets: option(bool, { default: false }),
  /**
   * How old the servers' states in an isolate may be before it asks for them again.
   * @default 1s under limpet serve, 10s on Cloudflare
   */
  snapshotRefresh: option(duration(100), { unit: 'ms' }),
  /** How long the first request of an isolate waits for the servers' states; after that, all count as up. */
  snapshotWait: option(duration(0, 10_000), { default: '300ms', unit: 'ms' }),
  /**
   * The location of the Monitor, the object that runs the health checks and keeps the servers' states.
   * @example monitor: { near: 'weur' }
   */
  monitor: option(objectOf(monitorOptions), { default: {} }),
  /** How much earlier a health check may start than its interval says, in percent, so that checks do not start all at once. */
  spreadChecks: option(integer(0, 50), { default: 0, word: 'spread-checks' }),
  /** How often a request may pass through this deployment before it is answered with 508; `false` does not count. */
  maxPassages: option(
    v.union(
      [integer(1, 100), v.literal(false)],
      'must be a whole number from 1 to 100, or false: passages are not counted',
    ),
    { default: 4 },
  ),
  /**
   * The frontends: which requests each takes, and which backend gets them.
   * @default one, named 'main', that sends everything to the only backend
   */
  frontends: option(listOf(objectOf(frontendOptions), 'must be a list of frontends'), { word: 'frontend' }),
  /** The groups of servers that requests are balanced over. */
  backends: required(listOf(objectOf(backendOptions), 'must be a list of backends'), { word: 'backend' }),
  /**
   * Name servers that `limpet serve` asks for the addresses of servers whose `resolvers` names them.
   * @example resolvers: [{ name: 'dns', nameservers: ['10.0.0.2:53'] }]
   */
  resolvers: option(listOf(objectOf(resolversOptions), 'must be a list of { name, nameservers }'), {
    default: [],
    word: 'resolvers',
  }),
  /**
   * The recipients of messages about servers that change state.
   * @example alerts: [{ webhook: 'https://hooks.slack.com/services/T0/B0/x' }]
   */
  alerts: option(listOf(objectOf(alertOptions), 'must be a list of recipients'), {
    default: [],
    word: ['mailers', 'email-alert'],
  }),
  /**
   * Tables that samples are looked up in with `map(NAME)`, by name: from what is looked up to what it becomes.
   * @example maps: { hosts: { 'shop.example.com': 'shop' } }
   */
  maps: option(
    record(
      text,
      record(v.string(), v.string('must be a string'), 'must be an object of keys and values'),
      'must be an object of maps by name',
    ),
    {
      default: {},
    },
  ),
  /**
   * Lists of patterns that conditions compare with, by name. Commands and rules may change them, and maps.
   * @example lists: { 'banned.lst': ['192.0.2.1', '198.51.100.0/24'] }
   */
  lists: option(
    record(
      text,
      v.array(v.string('must be a string'), 'must be a list of texts'),
      'must be an object of lists by name',
    ),
    {
      default: {},
    },
  ),
  /**
   * Variables of the process, which rules of all requests read and set; they are set in this order when it starts.
   * @example processVariables: [{ name: 'proc.color', value: 'str(blue)' }]
   */
  processVariables: option(listOf(assignment, 'must be a list of { name, value or text }'), {
    default: [],
    word: ['set-var', 'set-var-fmt'],
  }),
  /** Lists of users that rules ask for a password. */
  userlists: option(listOf(objectOf(userlistOptions), 'must be a list of { name, users }'), {
    default: [],
    word: 'userlist',
  }),
}

export const limpetSchema = objectOf(rootOptions)

/** What `defineConfig` takes. */
export type LimpetConfig = Written<typeof rootOptions>
