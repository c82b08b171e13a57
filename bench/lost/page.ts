// `--page FILE`: writes the tables into docs/sessions-lost.md, between its two marks, and the picture beside it.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { pictureOf } from './picture.ts'
import { spreadOf, spreadText } from './table.ts'
import type { Column, Figure, Results } from './table.ts'

const PAGE = fileURLToPath(new URL('../../docs/sessions-lost.md', import.meta.url))
const PICTURE = fileURLToPath(new URL('../../docs/images/sessions-lost.svg', import.meta.url))
const BEGINS = '<!-- tables: written by `npm run lost -- --page FILE` -->'
const ENDS = '<!-- end of the tables -->'

/** Rows of which more is shown than losses. */
const APART: readonly { readonly event: string; readonly of: Figure; readonly title: string }[] = [
  { event: 'drain', of: 'newOnDrained', title: 'new clients on the server that drains, of 12' },
  { event: 'one-address', of: 'busiestPercent', title: 'clients on the busiest server when all have one address, %' },
]

/** Returns the exit status. */
export function writePage(results: Results): number {
  const page = readFileSync(PAGE, 'utf8')
  const [from, to] = [page.indexOf(BEGINS), page.indexOf(ENDS)]
  if (from === -1 || to < from) throw new Error(`${PAGE}: the marks of the tables are missing`)
  writeFileSync(PAGE, `${page.slice(0, from)}${BEGINS}\n\n${tablesOf(results)}\n${page.slice(to)}`)
  writeFileSync(PICTURE, pictureOf(results))
  return 0
}

export function tablesOf(results: Results): string {
  const parts = (['cookies', 'keys'] as const).map((kind) => {
    const columns = results.peers.filter(({ clients }) => clients === kind)
    const title =
      kind === 'cookies' ? 'Clients with cookies' : 'Clients without cookies, known by a header or an address'
    return `**${title}**\n\n${lossesOf(results, columns)}`
  })
  const runs = `${results.runs} ${results.runs === 1 ? 'run' : 'runs'} a cell`
  return `${parts.join('\n')}
**What else was seen**

${restOf(results)}
${versionsOf(results)} ${runs[0]!.toUpperCase()}${runs.slice(1)}.
`
}

function lossesOf(results: Results, columns: readonly Column[]): string {
  return markdown([
    ['', ...columns.map(headOf)],
    ...results.events.map(({ id, title }) => [title, ...columns.map((column) => cellOf(results, column, id))]),
  ])
}

/** One column for each peer would be too wide: a peer is a row here. */
function restOf(results: Results): string {
  const rows = APART.filter(({ event }) => results.events.some(({ id }) => id === event))
  return markdown([
    ['', ...rows.map(({ title }) => title)],
    ...results.peers.map((column) => [
      headOf(column),
      ...rows.map(({ event, of }) => spreadText(spreadOf(results, column.id, event, of))),
    ]),
  ])
}

/** Losses, and failed requests where there are any. */
function cellOf(results: Results, column: Column, event: string): string {
  if (column.version === null) return 'not installed'
  const lost = spreadOf(results, column.id, event, 'avoidable')
  const failed = spreadOf(results, column.id, event, 'failed')
  if (!lost || !failed) return '–'
  const losses = lost.median > 0 ? `**${spreadText(lost)}**` : spreadText(lost)
  return failed.most > 0 ? `${losses} / ${spreadText(failed)}` : losses
}

function headOf({ program, setUp }: Column): string {
  return `${program} ${setUp}`.trim()
}

function versionsOf({ peers }: Results): string {
  const programs = new Map(peers.map(({ program, version }) => [program, version ?? 'not installed']))
  return `${[...programs].map(([program, version]) => `${program} ${version}`).join(', ')}.`
}

function markdown([head, ...rows]: readonly (readonly string[])[]): string {
  const lines = [head!, head!.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}
