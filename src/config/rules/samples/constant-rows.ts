// What is known without a request, and what rules keep themselves. HAProxy: configuration manual 7.3.2.

import { row } from './fetch-row.ts'
import type { FetchRow } from './fetch-row.ts'

export const CONSTANT_FETCHES = {
  /** True. */
  always_true: row('bool', 'anything'),
  /** False. */
  always_false: row('bool', 'anything'),
  /** True: a request is read before its rules are asked. */
  wait_end: row('bool', 'anything'),
  /** True: there is no other protocol. */
  'req.proto_http': row('bool', 'client'),
  /** 1: there is one process. */
  nbproc: row('sint', 'anything'),
  /** 1: there is one process. */
  proc: row('sint', 'anything'),
  /** 0: there is one thread. */
  thread: row('sint', 'anything'),
  /** False: a Worker is not told that it stops. */
  stopping: row('bool', 'anything'),
  /** This text. */
  str: row('str', 'anything', 'any?'),
  /** This number. */
  int: row('sint', 'anything', 'integer'),
  /** `bool(true)`, `bool(0)`. */
  bool: row('bool', 'anything', 'bool'),
  /** This IPv4 address. */
  ipv4: row('ip', 'anything', 'ipv4'),
  /** This IPv6 address. */
  ipv6: row('ip', 'anything', 'ipv6'),
  /** These bytes: `bin(0a1b)`. */
  bin: row('bin', 'anything', 'hex'),
  /** This method. */
  meth: row('meth', 'anything', 'method'),
  /** A new UUID. */
  uuid: row('str', 'anything', 'uuidVersion?'),
  /** The time in Unix seconds, plus the offset; `date(-60)` is a minute ago, `date(0,ms)` counts milliseconds, `us` microseconds. */
  date: row('sint', 'anything', 'integer!', 'unit!'),
  /** The microseconds of the current second. */
  date_us: row('sint', 'anything'),
  /** A random number below 2^32; `rand(100)`: from 0 to 99. */
  rand: row('sint', 'anything', 'integer?'),
  /** What a rule has kept under this name; `var(txn.user,nobody)`: otherwise the default. */
  var: row('any', 'anything', 'variable', 'any?'),
} as const satisfies Record<string, FetchRow>
