// Where the Monitor shall live: what may be written of it.

import * as v from 'valibot'

import { oneOf, strict } from './fields.ts'
import { PLACES } from './place.ts'

export const monitor = strict({
  /**
   * Near which place the Monitor is made, the object that runs the checks and keeps the servers' states: a hint, which Cloudflare
   * follows as far as it can. Only the very first use of an object heeds it, so it changes nothing for a deployment that has run
   * before: `limpet monitor move weur` moves that one, and `limpet show monitor` says where it lives. Ignored under `limpet
   * serve`. Default: near whoever asks first, which may be cron.
   */
  near: v.optional(oneOf(PLACES)),
})
