// Which rows are counted: those asked for, what they are compared with, and what all are compared with.

import type { WorkerVariant } from '../worker-variants.ts'

export interface RowsAsked {
  /** Leaves out the rows without this text. */
  readonly only?: string | undefined
  /** Nothing but this row is asked for. */
  readonly functions?: string | undefined
}

export function chosenRows(
  rows: readonly [WorkerVariant, ...WorkerVariant[]],
  { only, functions }: RowsAsked,
): readonly WorkerVariant[] {
  const asked = functions === undefined ? rows.filter(({ name }) => only === undefined || name.includes(only)) : []
  if (functions !== undefined) asked.push(rowOf(rows, functions))
  const names = new Set([rows[0], ...asked, ...asked.map((row) => rivalOf(rows, row))].map((row) => row?.name))
  return rows.filter(({ name }) => names.has(name))
}

/** The same row of the other checkout; otherwise its floor. */
export function rivalOf(rows: readonly [WorkerVariant, ...WorkerVariant[]], row: WorkerVariant): WorkerVariant {
  const there = rows.find(({ name }) => name !== row.name && name === row.name.replace(/, here$/, ', there'))
  return there ?? row.floor ?? rows[0]
}

export function rowOf(rows: readonly WorkerVariant[], name: string): WorkerVariant {
  const row = rows.find((one) => one.name === name)
  if (row) return row
  throw new Error(
    `--functions: there is no row '${name}'; the rows are ${rows.map((one) => `'${one.name}'`).join(', ')}`,
  )
}
