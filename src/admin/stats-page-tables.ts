// Stick tables on the statistics page: how full they are, which servers their clients have, and, of tables that count, the keys that come
// nearest to a limit.

import { limitOf } from '../counting/highest.ts'
import { escapedKey } from './escaped.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { TableView } from './operations.ts'
import { bytes, duration } from './stats-page-units.ts'
import { expiresInMs } from './table-text.ts'

export function tablesPart(tables: readonly TableView[], nowMs: number): Html | '' {
  if (tables.length === 0) return ''
  return html`<section aria-labelledby="tables">
    <h2 id="tables">Stick tables</h2>
    <ul>
      ${tables.map(tableLine)}
    </ul>
    ${tables.map((table) => highestPart(table, nowMs))}
  </section>`
}

/** Who is stuck where. */
function tableLine({ name, config, count, servers }: TableView): Html {
  const shares = Object.entries(servers)
    .toSorted(([, a], [, b]) => b - a)
    .map(([server, entries]) => `${entries} on ${server}`)
  return html`<li>
    ${name}: ${count ?? 'an unknown number'} of ${config.size}
    entries${shares.length > 0 ? `: ${shares.join(', ')}` : ''}
  </li>`
}

function highestPart(table: TableView, nowMs: number): Html | '' {
  const { name, entries, limits = new Map() } = table
  const [first] = entries
  if (!first?.data) return ''
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Highest counters of table ${name}">
    <table class="highest">
      <caption>
        ${name}: highest counters
      </caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          ${first.data.map(([type, shown]) => {
            const limit = limitOf(type, shown, limits)
            return html`<th scope="col">
              ${shown}${limit === undefined ? '' : html`<small>, limit ${limit}</small>`}
            </th>`
          })}
          <th scope="col">Expires in</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(({ key, data = [], untilMs }) => {
          const leftMs = expiresInMs(table, untilMs, nowMs)
          return html`<tr>
            <th scope="row">${escapedKey(key)}</th>
            ${data.map(([type, , value]) => html`<td>${type.startsWith('bytes_') ? bytes(value) : value}</td>`)}
            <td>${leftMs === undefined ? 'never' : duration(Math.ceil(leftMs / 1000))}</td>
          </tr>`
        })}
      </tbody>
    </table>
  </div>`
}
