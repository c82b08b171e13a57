// Actions that count in stick tables: input and result. HAProxy: configuration manual 4.2 "http-request track-sc0", "sc-inc-gpc",
// "sc-set-gpt".

import * as v from 'valibot'

import { integer, name, oneOf, strict } from '../fields.ts'
import { sample } from './samples/sample-fields.ts'
import { parseSample } from './samples/sample.ts'
import type { Sample } from './samples/sample.ts'

/** What a track counts at once. */
export const TRACK_COUNTS = ['request', 'session', 'nothing'] as const

/** Of what is tracked: HAProxy has three. */
const sc = integer(0, 2)
const MOST_TAG = 0xffff_ffff
const tagValue = v.union(
  [v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(0), v.maxValue(MOST_TAG)), sample],
  'must be a number from 0 to 4294967295, or a sample that gives one',
)
const index = integer(0, 99)

export const COUNTER_ACTIONS = [
  v.strictObject({
    /**
     * Counts the request under a key of a stick table. The first that tracks something under a number wins.
     * @example trackSc: { sc: 0, key: 'src', table: 'per_ip' }
     */
    trackSc: strict({
      /**
       * The number by which other rules know it: 0, 1 or 2.
       * @example sc: 0
       */
      sc,
      /**
       * The sample whose value is the key; nothing is counted if there is none.
       * @example key: 'src'
       */
      key: sample,
      /**
       * The backend or frontend whose table it is. Without it: the one that the rule is in.
       * @example table: 'per_ip'
       */
      table: v.optional(name),
      /**
       * What is counted at once: the `request`; a `session`, as `tcp-request connection` lines do, and the request with the next
       * `scCountRequest`; or `nothing`, and the request with that. Without it: request.
       * @example counts: 'request'
       */
      counts: v.optional(oneOf(TRACK_COUNTS)),
    }),
  }),
  v.strictObject({
    /**
     * Adds one to a general counter of what is tracked under a number.
     * @example scIncGpc: { sc: 0, gpc: 0 }
     */
    scIncGpc: strict({
      /**
       * The number under which it is tracked.
       * @example sc: 0
       */
      sc,
      /**
       * Which general counter.
       * @example gpc: 0
       */
      gpc: index,
      /**
       * It is one of the array `gpc(…)`, and not `gpc0` or `gpc1` by itself.
       * @example array: true
       */
      array: v.optional(v.boolean('must be true or false')),
    }),
  }),
  v.strictObject({
    /**
     * Sets a tag of what is tracked under a number.
     * @example scSetGpt: { sc: 0, gpt: 0, value: 1 }
     */
    scSetGpt: strict({
      /**
       * The number under which it is tracked.
       * @example sc: 0
       */
      sc,
      /**
       * Which tag.
       * @example gpt: 0
       */
      gpt: index,
      /**
       * It is one of the array `gpt(…)`, and not `gpt0` by itself.
       * @example array: true
       */
      array: v.optional(v.boolean('must be true or false')),
      /**
       * What it is set to: a number, or a sample that gives one.
       * @example value: 1
       */
      value: tagValue,
    }),
  }),
] as const

export const COUNT_REQUEST_ACTION = v.strictObject({
  /**
   * Counts the request in what is tracked and has not counted it yet.
   * @example scCountRequest: true
   */
  scCountRequest: v.literal(true, 'must be true'),
})

export type CounterActionInput = v.InferInput<(typeof COUNTER_ACTIONS)[number]>

export interface TrackSc {
  readonly sc: number
  readonly key: Sample
  /** '': that of the frontend or backend, until own-tables.ts has filled it in. */
  readonly table: string
  readonly counts: (typeof TRACK_COUNTS)[number]
}

export type CounterAction =
  | { readonly trackSc: TrackSc }
  | { readonly scIncGpc: { readonly sc: number; readonly gpc: number; readonly array: boolean } }
  | {
      readonly scSetGpt: {
        readonly sc: number
        readonly gpt: number
        readonly array: boolean
        readonly value: number | Sample
      }
    }

export type CountRequestAction = { readonly scCountRequest: true }

export function resolveCounterAction(input: CounterActionInput): CounterAction {
  if ('trackSc' in input) {
    const { sc: number, key, table = '', counts = 'request' } = input.trackSc
    return { trackSc: { sc: number, key: parseSample(key)!, table, counts } }
  }
  if ('scIncGpc' in input) return { scIncGpc: { ...input.scIncGpc, array: input.scIncGpc.array ?? false } }
  const { value, array = false, ...rest } = input.scSetGpt
  return { scSetGpt: { ...rest, array, value: typeof value === 'string' ? parseSample(value)! : value } }
}
