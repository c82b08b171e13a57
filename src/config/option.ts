// What an option is: one row with its shape, its default in both profiles and its word in haproxy.cfg. Rows by concept stand in
// options/; validation, resolved values, readers of haproxy.cfg, JSON Schema, input types and docs/configuration.md are made of them.
// A row's sentence is the doc comment above it, read by the generator: it weighs nothing in a Worker. So are, behind it, an `@example`, what an
// option depends on that has no `default` (`@default`), and what Limpet gains by leaving HAProxy's default where the two differ (`@why`).

import * as v from 'valibot'

import { parseDurationMs } from './duration.ts'
import { strict } from './fields.ts'

/** Which defaults fill in what is not written: Limpet's own, or HAProxy 2.6's for a translated haproxy.cfg. */
export type Profile = 'limpet' | 'haproxy'

/** How an option is written in haproxy.cfg, as a word of the line that its concept has there. */
export interface Word {
  readonly word: string
  /** A word without an argument stands for this value; default: true. */
  readonly means?: unknown
  /** The word that takes it back, such as `no-backup`. */
  readonly undoneBy?: string
  /** What a bare number means (HAProxy: 2.5 "Time format"); default: ms. */
  readonly unit?: 'ms' | 's'
  /** The argument that is the same as no word at all, such as 0 of `maxconn`. */
  readonly none?: string
}

type Unit = 'ms' | 's' | undefined

export interface Option<S extends v.GenericSchema = v.GenericSchema, D = unknown, U extends Unit = Unit> {
  readonly shape: S
  readonly isRequired: boolean
  /** `undefined`: it depends on other options; `@default` in the row's comment says how, and the concept's `resolve` function does it. */
  readonly defaults: Readonly<Record<Profile, D>>
  /** A string is a Word without anything else. Several: all of them set it. */
  readonly word?: string | Word | readonly (string | Word)[]
  /** Durations: base unit of the resolved value, whose key ends in it: `slowstart: '30s'` is `slowstartMs: 30000`. */
  readonly unit: U
}

export type Options = Readonly<Record<string, Option>>

interface Details<U extends Unit> {
  readonly word?: Option['word']
  readonly unit?: U
}

type Default<S extends v.GenericSchema> = v.InferInput<S> | null

export function option<S extends v.GenericSchema, const D extends Default<S>, const U extends Unit = undefined>(
  shape: S,
  row: Details<U> & { readonly default: D; readonly haproxy?: Default<S> },
): Option<S, D extends null ? v.InferInput<S> | null : v.InferInput<S>, U>
export function option<S extends v.GenericSchema, const U extends Unit = undefined>(
  shape: S,
  row?: Details<U>,
): Option<S, undefined, U>
export function option(
  shape: v.GenericSchema,
  { default: own, haproxy = own, unit, ...row }: Details<Unit> & { default?: unknown; haproxy?: unknown } = {},
): Option {
  return { ...row, shape, isRequired: false, defaults: { limpet: own, haproxy }, unit } as Option
}

/** An option that has to be written. */
export function required<S extends v.GenericSchema>(
  shape: S,
  row: Details<undefined> = {},
): Option<S, never, undefined> & { readonly isRequired: true } {
  const none = undefined as never
  return { ...row, shape, isRequired: true, defaults: { limpet: none, haproxy: none }, unit: undefined } as Option<
    S,
    never,
    undefined
  > & { readonly isRequired: true }
}

type RequiredKeys<R extends Options> = { [K in keyof R]: R[K]['isRequired'] extends true ? K : never }[keyof R]

/** What may be written for rows. */
export type Written<R extends Options> = { [K in RequiredKeys<R>]: v.InferInput<R[K]['shape']> } & {
  [K in Exclude<keyof R, RequiredKeys<R>>]?: v.InferInput<R[K]['shape']> | undefined
}

/** An object of these options. Every key that is none of them is an issue of its own. */
export function objectOf<const R extends Options>(rows: R): v.GenericSchema<Written<R>> & { readonly rows: R } {
  const entries = Object.fromEntries(
    Object.entries(rows).map(([key, { shape, isRequired }]) => [key, isRequired ? shape : v.optional(shape)]),
  )
  return { ...strict(entries), rows } as unknown as v.GenericSchema<Written<R>> & { readonly rows: R }
}

/** The value of each option: what was written, else the profile's default; durations in their base unit. */
export type Values<R extends Options> = {
  readonly [
    K in keyof R & string as R[K]['unit'] extends 'ms' ? `${K}Ms` : R[K]['unit'] extends 's' ? `${K}S` : K
  ]: ValueOf<R[K]>
}

type ValueOf<O extends Option> =
  O extends Option<infer S, infer D, Unit>
    ? O['unit'] extends 'ms' | 's'
      ? number | Extract<D, null | undefined>
      : v.InferInput<S> | Extract<D, null | undefined>
    : never

export function valuesOf<R extends Options>(rows: R, input: Written<R>, profile: Profile): Values<R> {
  const values: Record<string, unknown> = {}
  for (const [key, { defaults, unit }] of Object.entries(rows)) {
    const written = (input as Record<string, unknown>)[key]
    const value = written === undefined ? defaults[profile] : written
    if (unit === undefined) values[key] = value
    else values[key + (unit === 'ms' ? 'Ms' : 'S')] = inUnit(value as string | number | null, unit)
  }
  return values as Values<R>
}

function inUnit(value: string | number | null | undefined, unit: 'ms' | 's'): number | null | undefined {
  if (value === null || value === undefined) return value
  const milliseconds = parseDurationMs(value)!
  return unit === 'ms' ? milliseconds : Math.ceil(milliseconds / 1000)
}
