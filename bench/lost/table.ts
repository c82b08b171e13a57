// What was seen, as a table: medians, and ranges where rounds differ.

import type { ClientKind } from './clients.ts'
import type { Seen } from './record.ts'

export interface Measured {
  readonly peer: string
  readonly event: string
  readonly seen?: Seen
  /** Why it could not be measured. */
  readonly problem?: string
}

export interface Column {
  readonly id: string
  readonly program: string
  readonly setUp: string
  readonly clients: ClientKind
  /** Null: not installed. */
  readonly version: string | null
  /** Rows that it leaves out, and why. */
  readonly without: Readonly<Record<string, string>>
}

export interface Results {
  readonly peers: readonly Column[]
  readonly events: readonly { readonly id: string; readonly title: string }[]
  readonly runs: number
  readonly tookS: number
  readonly cells: readonly Measured[]
}

/** What is a number in what was seen. */
export type Figure = Exclude<keyof Seen, 'reasons'>

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Undefined where nothing was measured. */
export function spreadOf({ cells }: Results, peer: string, event: string, of: Figure): Spread | undefined {
  const found = cells.filter((each) => each.peer === peer && each.event === event)
  const numbers = found.flatMap(({ seen }) => (seen ? [seen[of]] : [])).toSorted((a, b) => a - b)
  if (numbers.length === 0) return undefined
  return { median: numbers[numbers.length >> 1]!, least: numbers[0]!, most: numbers.at(-1)! }
}

export function spreadText(spread: Spread | undefined): string {
  if (!spread) return '–'
  const { median, least, most } = spread
  return least === most ? String(median) : `${median} (${least}–${most})`
}

/** For a terminal. */
export function textOf(results: Results): string {
  const parts = (['cookies', 'keys'] as const).flatMap((kind) => {
    const peers = results.peers.filter(({ clients }) => clients === kind)
    if (peers.length === 0) return []
    const head = ['avoidable losses / failed requests', ...peers.map(({ id }) => id)]
    const rows = results.events.map(({ id, title }) => [title, ...peers.map((peer) => cellText(results, peer, id))])
    const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)))
    return [
      kind === 'cookies' ? 'clients with cookies' : 'clients without cookies',
      ...[head, ...rows].map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')),
      '',
    ]
  })
  return [...parts, `${results.runs} run${results.runs === 1 ? '' : 's'} a cell, ${results.tookS} s`].join('\n')
}

function cellText(results: Results, peer: Column, event: string): string {
  if (peer.version === null) return 'not installed'
  if (peer.without[event] !== undefined) return '-'
  const [lost, failed] = (['avoidable', 'failed'] as const).map((of) =>
    spreadText(spreadOf(results, peer.id, event, of)),
  )
  return `${lost} / ${failed}`
}
