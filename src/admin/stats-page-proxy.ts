// One frontend and backend of a name on the statistics page: its rows, what may be done with its servers, its last minutes.

import { html } from 'hono/html'

import { proxyKey } from '../config/keys.ts'
import type { CountersView } from './operations.ts'
import type { StatRow } from './stat-rows.ts'
import { causeOf, rowId } from './stats-page-summary.ts'
import { bytes, duration, stateClass } from './stats-page-units.ts'

type Html = ReturnType<typeof html>

export interface ProxyPart {
  readonly uri: string
  readonly rows: readonly StatRow[]
  readonly counters: CountersView
  readonly isAdmin: boolean
  /** Which deployment the buttons are for. */
  readonly identity: string
}

/** What each column is called, and, where that is short, what it means. */
const HEADINGS = [
  ['Status'],
  ['Check', 'What the last check said'],
  ['Chk', 'Checks that failed while it was up'],
  ['Dwn', 'How often it went down'],
  ['Downtime'],
  ['Weight'],
  ['Now', 'Requests in progress'],
  ['Most', 'The most requests in progress'],
  ['Waiting', 'Requests that wait for a place'],
  ['Total', 'Requests'],
  ['Per s', 'Requests a second'],
  ['In', 'Bytes of request bodies'],
  ['Out', 'Bytes of response bodies'],
  ['4xx'],
  ['5xx'],
  ['Failed', 'Attempts that failed'],
  ['Retried'],
  ['Moved', 'Requests that another server got'],
  ['Last', 'Since the last request'],
] as const

export function proxySection(name: string, { rows, counters, isAdmin, uri, identity }: ProxyPart): Html {
  const own = rows.filter(({ cells }) => cells['pxname'] === name)
  const frontend = own.find(({ kind }) => kind === 'Frontend')
  const backend = own.find(({ kind }) => kind === 'Backend')
  const servers = own.filter(({ kind }) => kind === 'Server')
  const total = counters.totals[proxyKey('backend', name)]
  // The ten seconds that are still running would look like a fall.
  const history = (total?.history ?? []).slice(0, -1)
  return html`<section id="sec-${name}" aria-labelledby="px-${name}">
    <h2 id="px-${name}">${name}</h2>
    <form method="post" action="${uri}">
      <!-- Enter in a field chooses no action. -->
      <button type="submit" disabled hidden></button>
      <input type="hidden" name="b" value="${name}" />
      <input type="hidden" name="ask" value="1" />
      <div class="scroll" tabindex="0" role="region" aria-label="Figures of ${name}">
        <table>
          <caption class="unseen">
            ${name}
          </caption>
          <thead>
            <tr>
              <td></td>
              ${HEADINGS.map(
                ([text, meaning]) =>
                  html`<th scope="col">
                    ${meaning === undefined ? text : html`<abbr title="${meaning}">${text}</abbr>`}
                  </th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${frontend ? figures(frontend, 'Frontend', false) : ''}
            ${servers.map((row) => figures(row, String(row.cells['svname']), isAdmin))}
            ${backend ? figures(backend, 'Backend', false) : ''}
          </tbody>
        </table>
      </div>
      ${isAdmin && servers.length > 0 ? actions(name, identity) : ''}
    </form>
    ${backend && history.length > 1 ? graph(name, history) : ''} ${backend ? verdicts(total?.counts) : ''}
  </section>`
}

function figures(row: StatRow, name: string, isChoosable: boolean): Html {
  const { cells, kind } = row
  const number = (column: string) => cells[column] ?? ''
  const label = isChoosable
    ? html`<label><input type="checkbox" name="s" value="${name}" /> ${name}</label>`
    : html`${name}`
  // Of a backend it is how many backups could serve.
  const isBackup = kind === 'Server' && cells['bck'] === 1
  const cause = checkText(row)
  return html`<tr id="${rowId(row)}" class="${kind.toLowerCase()}">
    <th scope="row">${label}${isBackup ? html` <small>backup</small>` : ''}</th>
    <td>
      <span class="state ${stateClass(row)}">${cells['status']}</span>${
        cells['lastchg'] === undefined ? '' : html` <span class="age">${duration(Number(cells['lastchg']))}</span>`
      }
    </td>
    <td class="check">
      ${cause === undefined ? '' : html`<span title="${cells['check_desc']}">${cause} in ${cells['check_duration']} ms</span>`}
    </td>
    <td>${number('chkfail')}</td>
    <td>${number('chkdown')}</td>
    <td>${cells['downtime'] === undefined ? '' : duration(Number(cells['downtime']))}</td>
    <td>${number('weight')}</td>
    <td>${number('scur')}</td>
    <td>${number('smax')}</td>
    <td>${number('qcur')}</td>
    <td>${number('stot')}</td>
    <td>${number('rate')}</td>
    <td>${bytes(cells['bin'])}</td>
    <td>${bytes(cells['bout'])}</td>
    <td>${number('hrsp_4xx')}</td>
    <td>${number('hrsp_5xx')}</td>
    <td>${number('econ')}</td>
    <td>${number('wretr')}</td>
    <td>${number('wredis')}</td>
    <td>${lastText(cells['lastsess'])}</td>
  </tr>`
}

/** What passed is shown by its code, what did not in words. */
function checkText(row: StatRow): string | undefined {
  const { check_status: code, check_code: status } = row.cells
  if (code === undefined) return undefined
  if (code !== 'L7OKC' && String(code).endsWith('OK')) return status === undefined ? String(code) : `${code} ${status}`
  return `${causeOf(row)} (${code})`
}

function actions(name: string, identity: string): Html {
  return html`<fieldset>
    <legend>Chosen servers of ${name}</legend>
    <button name="action" value="ready">Ready</button>
    <button
      name="action"
      value="drain"
      data-ask="Drain {servers} of ${name}? They keep their clients and get no new ones."
    >
      Drain
    </button>
    <button name="action" value="maint" data-ask="Take {servers} of ${name} out of service? Their clients are moved.">
      Maint
    </button>
    <span class="pair">
      <label>Weight <input type="number" name="weight" min="0" max="256" value="1" /></label>
      <button name="action" value="weight">Set</button>
    </span>
    <small>${identity}</small>
  </fieldset>`
}

const GRAPH_WIDTH = 240
const GRAPH_HEIGHT = 32

function graph(name: string, history: readonly number[]): Html {
  const most = Math.max(1, ...history)
  const step = GRAPH_WIDTH / Math.max(1, history.length - 1)
  const points = history.map(
    (count, i) => `${(i * step).toFixed(1)},${(GRAPH_HEIGHT - (count / most) * GRAPH_HEIGHT).toFixed(1)}`,
  )
  return html`<figure>
    <svg
      viewBox="-1 -1 ${GRAPH_WIDTH + 2} ${GRAPH_HEIGHT + 2}"
      width="${GRAPH_WIDTH}"
      height="${GRAPH_HEIGHT}"
      role="img"
      aria-label="Requests of ${name} in the last minutes, at most ${most} in ten seconds"
    >
      <polyline points="${points.join(' ')}" />
    </svg>
    <figcaption>Requests in ten seconds, for ${Math.ceil((history.length * 10) / 60)} min; at most ${most}</figcaption>
  </figure>`
}

const VERDICTS = [
  ['verdict_v', 'with a valid cookie'],
  ['verdict_n', 'without a cookie'],
  ['verdict_i', 'with an invalid cookie'],
  ['verdict_d', 'with the cookie of a server that is down'],
  ['verdict_e', 'with an expired cookie'],
  ['verdict_o', 'with a cookie that is too old'],
] as const

function verdicts(counts: CountersView['totals'][string]['counts'] | undefined): Html | '' {
  const parts = VERDICTS.filter(([name]) => counts && counts[name] > 0).map(
    ([name, text]) => `${counts![name]} ${text}`,
  )
  return parts.length === 0 ? '' : html`<p>Requests: ${parts.join(', ')}.</p>`
}

function lastText(value: string | number | undefined): string {
  if (value === undefined) return ''
  return Number(value) < 0 ? 'never' : duration(Number(value))
}
