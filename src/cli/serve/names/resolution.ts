// What is known of one name: the records of valid answers, and how long they count when answers change or fail (configuration manual 5.3.2
// "hold"). Pure.

import type { Hold } from '../../../config/options/resolvers.ts'
import type { Answer } from './answer.ts'

export interface Known<Record> {
  /** By what tells them apart. */
  readonly records: ReadonlyMap<string, Seen<Record>>
  /** When an answer was valid, or else when it was first asked for. */
  readonly validMs: number
  /** Why servers have no address. */
  readonly why: string
}

interface Seen<Record> {
  readonly record: Record
  readonly seenMs: number
}

export function unasked<Record>(nowMs: number): Known<Record> {
  return { records: new Map(), validMs: nowMs, why: 'no answer yet' }
}

/** Answers of servers that still have an address count as seen now: what a server had before this process began. */
export function assumed<Record>(known: Known<Record>, records: readonly (readonly [string, Record])[], nowMs: number) {
  const seen = records.map(([key, record]) => [key, { record, seenMs: nowMs }] as const)
  return { ...known, records: new Map([...known.records, ...seen]) }
}

export function afterAnswer<Record>(
  known: Known<Record>,
  answer: Answer<Record>,
  keyOf: (record: Record) => string,
  hold: Hold,
  nowMs: number,
): Known<Record> {
  if ('failure' in answer) {
    const { failure } = answer
    const isOver = nowMs >= known.validMs + hold[`${failure}Ms`]
    return isOver ? { ...known, records: new Map(), why: WHY[failure] } : known
  }
  const kept = [...known.records].filter(([, { seenMs }]) => nowMs < seenMs + hold.obsoleteMs)
  const seen = answer.records.map((record) => [keyOf(record), { record, seenMs: nowMs }] as const)
  return { records: new Map([...kept, ...seen]), validMs: nowMs, why: 'no address is left for it' }
}

const WHY = {
  nx: 'the name does not exist',
  refused: 'name servers refuse to answer',
  timeout: 'no name server answers',
  other: 'name servers know no address',
}

export function recordsOf<Record>({ records }: Known<Record>): readonly Record[] {
  return [...records.values()].map(({ record }) => record)
}
