// The table as a picture for README: a square for each cell, the darker the more sessions were lost that could have been kept.

import { CLIENTS } from './setting.ts'
import { spreadOf } from './table.ts'
import type { Results } from './table.ts'

const CELL = { width: 46, height: 22 }
const LEFT = 400
const TOP = 128
const GAP = 14
const FOOT = 34

const STYLE = `text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 11px; fill: #59636e }
  .bold { font-weight: 600 }
  .none { fill: #eaeef2 } .kept { fill: #dafbe1 } .some { fill: #ffd8b5 } .many { fill: #ff9c8a } .all { fill: #e5534b }
  .number { text-anchor: middle } .on-dark { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .on-dark { fill: #ffffff }
    .none { fill: #21262d } .kept { fill: #12361f } .some { fill: #5a3312 } .many { fill: #8e3326 } .all { fill: #da3633 }
  }`

export function pictureOf(results: Results): string {
  const { events } = results
  const measured = results.peers.filter(({ id }) => results.cells.some(({ peer, seen }) => peer === id && seen))
  const columns = [
    ...measured.filter(({ clients }) => clients === 'cookies'),
    ...measured.filter(({ clients }) => clients === 'keys'),
  ]
  const firstKey = columns.findIndex(({ clients }) => clients === 'keys')
  const leftOf = (column: number) => LEFT + column * CELL.width + (firstKey !== -1 && column >= firstKey ? GAP : 0)
  const width = leftOf(columns.length) + 60
  const height = TOP + events.length * CELL.height + FOOT
  const heads = columns.map(
    ({ program, setUp }, i) =>
      `<text class="${program === 'Limpet' ? 'bold' : ''}" transform="translate(${leftOf(i) + 20} ${TOP - 8}) rotate(-40)">${escaped(`${program} ${setUp}`)}</text>`,
  )
  const rows = events.flatMap(({ id, title }, row) => {
    const top = TOP + row * CELL.height
    return [
      `<text x="${LEFT - 10}" y="${top + 15}" text-anchor="end">${escaped(title)}</text>`,
      ...columns.map((column, i) => square(spreadOf(results, column.id, id, 'avoidable')?.median, leftOf(i), top)),
    ]
  })
  const legend = `Sessions of ${CLIENTS} clients that were lost although their server lived. Measured by npm run lost; –: not measured. Right of the gap: clients without cookies.`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>Sessions lost per event and balancer</title>
<style>
  ${STYLE}
</style>
${heads.join('\n')}
${rows.join('\n')}
<text class="small" x="10" y="${height - 12}">${escaped(legend)}</text>
</svg>
`
}

function square(lost: number | undefined, left: number, top: number): string {
  const shade = shadeOf(lost)
  const number = `<text class="number${shade === 'all' ? ' on-dark' : ''}" x="${left + CELL.width / 2 - 1}" y="${top + 15}">${lost ?? '–'}</text>`
  return `<rect class="${shade}" x="${left}" y="${top}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="3"/>${number}`
}

function shadeOf(lost: number | undefined): string {
  if (lost === undefined) return 'none'
  if (lost === 0) return 'kept'
  if (lost < CLIENTS / 4) return 'some'
  return lost < CLIENTS * 0.75 ? 'many' : 'all'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
