// What fetches, converters and actions are, and the tables of them: a Worker has those that its configuration names.

import type { Action, ResponseAction } from '../config/rules/action.ts'
import type { ConverterName } from '../config/rules/samples/converter-rows.ts'
import type { FetchName } from '../config/rules/samples/fetch-rows.ts'
import type { PatternOf } from '../pattern/compile.ts'
import type { ALLOWED, Ended } from './ended.ts'
import type { CreateLists } from './lists/lists.ts'
import type { Tarpit } from './tarpit.ts'
import type { Transaction } from './transaction.ts'
import type { Found, Value } from './values.ts'
import type { View } from './view.ts'

/** What is found of a request. Called for each. */
export type Fetch = (transaction: Transaction, view: View) => Found
/** Called once for each sample of a configuration, with its arguments. */
export type FetchMaker = (given: readonly string[], tools: Tools) => Fetch

/** Undefined: nothing is left, as if nothing had been found. */
export type Convert = (value: Value, transaction: Transaction, view: View) => Value | undefined
export type ConverterMaker = (given: readonly string[], tools: Tools) => Convert

/** Undefined: the rules go on. */
export type Act = (transaction: Transaction, view: View) => Ended | typeof ALLOWED | undefined

/** A rule is for requests, or for responses: `view.response` is there, and its headers are what is changed. */
export type Phase = 'request' | 'response'

type KeyOf<T> = T extends unknown ? keyof T : never
export type ActionName = KeyOf<Action | ResponseAction>
type ActionWith<Name> = Extract<Action | ResponseAction, { readonly [K in Name & string]: unknown }>

/** Called once for each rule. */
export type ActionMaker<Name extends ActionName = ActionName> = (
  action: ActionWith<Name>,
  tools: Tools,
  phase: Phase,
) => Act

/** What samples, conditions and actions are compiled with. */
export interface Tools {
  /** In rules: what must be waited for may be. Elsewhere there is what was waited for before. */
  readonly mayWait?: boolean
  /** Undefined: nobody is kept waiting, as in what only looks at rules. */
  readonly tarpit?: Tarpit
  readonly patternOf: PatternOf
  readonly fetches: Readonly<Partial<Record<FetchName, FetchMaker>>>
  readonly converters: Readonly<Partial<Record<ConverterName, ConverterMaker>>>
  readonly actions: { readonly [Name in ActionName]?: ActionMaker<Name> }
  /** Undefined: the configuration has neither maps nor lists. */
  readonly createLists?: CreateLists | undefined
}
