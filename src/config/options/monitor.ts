// Where the Monitor shall live: what may be written of it, and the places that Cloudflare knows.

import * as v from 'valibot'

import { oneOf, strict } from '../fields.ts'

/** Cloudflare's hints for the place of a Durable Object, as @cloudflare/workers-types has them. */
export const PLACES = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me'] as const
export type Place = (typeof PLACES)[number]

export const monitor = strict({
  /**
   * Near which place the Monitor is made, the object that runs the checks and keeps the servers' states: a hint, which Cloudflare
   * follows as far as it can. Only the very first use of an object heeds it, so it changes nothing for a deployment that has run
   * before: `limpet monitor move weur` moves that one, and `limpet show monitor` says where it lives. Ignored under `limpet
   * serve`. Default: near whoever asks first, which may be cron.
   */
  near: v.optional(oneOf(PLACES)),
})
