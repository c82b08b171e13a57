// The statistics page: readable without JavaScript, refreshed in place with it. Nothing comes from elsewhere; what is shown
// is escaped by hono/html.

import { html, raw } from 'hono/html'

import type { StateEvent } from '../health/state-event.ts'
import { escaped } from './escaped.ts'
import type { CountersView, TableView } from './operations.ts'
import type { StatRow } from './stat-rows.ts'
import { SCRIPT, STYLE } from './stats-page-assets.ts'

export interface PageInput {
  readonly uri: string
  readonly nonce: string
  readonly rows: readonly StatRow[]
  readonly counters: CountersView
  readonly events: readonly StateEvent[]
  readonly tables: readonly TableView[]
  readonly isAdmin: boolean
  /** What became of the form that led here. */
  readonly outcome: string | undefined
  readonly refreshS: number | null
  readonly nowMs: number
}

type Html = ReturnType<typeof html>

const OUTCOMES: Readonly<Record<string, string>> = {
  DONE: 'Done.',
  PART: 'Some of these servers do not exist; the others were changed.',
  NONE: 'No server was chosen, so nothing was changed.',
  ERRP: 'This could not be understood, so nothing was changed.',
  EXCD: 'The form was too long, so nothing was changed.',
  DENY: 'This is not allowed here, so nothing was changed.',
}

function outcomeText(code: string): string {
  return Object.hasOwn(OUTCOMES, code) ? OUTCOMES[code]! : 'Unexpected result.'
}

/** How often the page looks for news, unless it is told. */
const REFRESH_S = 5

export function statsPage(input: PageInput): string {
  const { nonce, rows, counters, outcome, refreshS, nowMs } = input
  const names = [...new Set(rows.map(({ cells }) => String(cells['pxname'])))]
  const title = 'Limpet statistics'
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style nonce="${nonce}">
          ${raw(STYLE)}
        </style>
      </head>
      <body data-refresh="${refreshS ?? REFRESH_S}" data-uri="${input.uri}">
        <header>
          <h1>${title}</h1>
          <p>
            Counting since ${new Date(counters.sinceMs).toISOString().slice(0, 19)}Z, ${counters.isolates.length}
            ${counters.isolates.length === 1 ? 'isolate' : 'isolates'}. Also as <a href="${input.uri};csv">CSV</a> and
            <a href="${input.uri};json">JSON</a>.
          </p>
          ${outcome === undefined ? '' : html`<p role="status" class="outcome">${outcomeText(outcome)}</p>`}
        </header>
        <main id="live" aria-live="off">
          <p class="clock">As of <time>${new Date(nowMs).toISOString().slice(11, 19)}Z</time></p>
          ${names.map((name) => section(name, input))} ${tablesPart(input.tables)} ${eventsPart(input.events)}
        </main>
        <script nonce="${nonce}">
          ${raw(SCRIPT)}
        </script>
      </body>
    </html>`
  return String(page)
}

function section(name: string, { rows, counters, isAdmin, uri }: PageInput): Html {
  const own = rows.filter(({ cells }) => cells['pxname'] === name)
  const frontend = own.find(({ kind }) => kind === 'Frontend')
  const backend = own.find(({ kind }) => kind === 'Backend')
  const servers = own.filter(({ kind }) => kind === 'Server')
  // The ten seconds that are still running would look like a fall.
  const history = (counters.totals[`backend:${name}`]?.history ?? []).slice(0, -1)
  return html`<section aria-labelledby="px-${name}">
    <h2 id="px-${name}">${name}</h2>
    <form method="post" action="${uri}">
      <!-- Enter in a field chooses no action. -->
      <button type="submit" disabled hidden></button>
      <input type="hidden" name="b" value="${name}" />
      <div class="scroll" tabindex="0" role="region" aria-label="Figures of ${name}">
        <table>
          <caption class="unseen">
            ${name}
          </caption>
          <thead>
            <tr>
              ${[
                '',
                'Status',
                'Weight',
                'Now',
                'Most',
                'Waiting',
                'Total',
                'Per s',
                'In',
                'Out',
                '4xx',
                '5xx',
                'Failed',
                'Retried',
                'Moved',
                'Check',
                'Down',
                'Last',
              ].map((text) => (text === '' ? html`<td></td>` : html`<th scope="col">${text}</th>`))}
            </tr>
          </thead>
          <tbody>
            ${frontend ? figures(frontend, 'Frontend', false) : ''}
            ${servers.map((row) => figures(row, String(row.cells['svname']), isAdmin))}
            ${backend ? figures(backend, 'Backend', false) : ''}
          </tbody>
        </table>
      </div>
      ${isAdmin && servers.length > 0 ? actions(name) : ''}
    </form>
    ${backend && history.length > 1 ? graph(name, history) : ''}
    ${backend ? verdicts(counters.totals[`backend:${name}`]?.counts) : ''}
  </section>`
}

function figures({ cells, kind }: StatRow, name: string, isChoosable: boolean): Html {
  const status = String(cells['status'])
  const number = (column: string) => cells[column] ?? ''
  const label = isChoosable
    ? html`<label><input type="checkbox" name="s" value="${name}" /> ${name}</label>`
    : html`${name}`
  const check = cells['check_status']
  return html`<tr class="${kind.toLowerCase()}">
    <th scope="row">${label}${cells['bck'] === 1 ? html` <small>backup</small>` : ''}</th>
    <td><span class="state ${stateClass(status)}">${status}</span></td>
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
    <td>
      ${check === undefined ? '' : html`<span title="${cells['check_desc']}">${check}${cells['check_code'] === undefined ? '' : ` ${cells['check_code']}`} in ${cells['check_duration']} ms</span>`}
    </td>
    <td>${cells['downtime'] === undefined ? '' : duration(Number(cells['downtime']))}</td>
    <td>${lastText(cells['lastsess'])}</td>
  </tr>`
}

function actions(name: string): Html {
  return html`<fieldset>
    <legend>Chosen servers of ${name}</legend>
    <button name="action" value="ready">Ready</button>
    <button
      name="action"
      value="drain"
      data-ask="Drain the chosen servers? They keep their clients and get no new ones."
    >
      Drain
    </button>
    <button name="action" value="maint" data-ask="Take the chosen servers out of service? Their clients are moved.">
      Maint
    </button>
    <span class="pair">
      <label>Weight <input type="number" name="weight" min="0" max="256" value="1" /></label>
      <button name="action" value="weight">Set</button>
    </span>
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

function tablesPart(tables: readonly TableView[]): Html | '' {
  if (tables.length === 0) return ''
  return html`<section aria-labelledby="tables">
    <h2 id="tables">Stick tables</h2>
    <ul>
      ${tables.map(tableLine)}
    </ul>
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

function eventsPart(events: readonly StateEvent[]): Html {
  return html`<section aria-labelledby="events">
    <h2 id="events">Recent changes</h2>
    ${
      events.length === 0
        ? html`<p>None.</p>`
        : html`<ol class="events">
            ${events.map(
              ({ atMs, server, from, to, reason, who }) =>
                html`<li>
                  <time>${new Date(atMs).toISOString().slice(0, 19)}Z</time> <b>${server}</b> ${from} → ${to}
                  <small>${escaped(`${reason}${who === null ? '' : `, by ${who}`}`)}</small>
                </li>`,
            )}
          </ol>`
    }
  </section>`
}

function stateClass(status: string): string {
  if (status.startsWith('MAINT')) return 'maint'
  if (status.startsWith('DRAIN') || status.startsWith('NOLB')) return 'drain'
  if (status.startsWith('DOWN')) return 'down'
  return /\d\/\d/.test(status) ? 'going' : 'up'
}

function bytes(value: string | number | undefined): string {
  let size = Number(value ?? 0)
  for (const unit of ['', 'K', 'M', 'G']) {
    if (size < 1024) return `${unit === '' ? size : size.toFixed(1)}${unit}`
    size /= 1024
  }
  return `${size.toFixed(1)}T`
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}

function lastText(value: string | number | undefined): string {
  if (value === undefined) return ''
  return Number(value) < 0 ? 'never' : duration(Number(value))
}
