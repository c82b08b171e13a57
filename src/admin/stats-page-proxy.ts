// One frontend and backend of a name on the statistics page: its rows, what may be done with its servers, its last minutes.

import { html } from './html.ts'
import type { Html } from './html.ts'

import { proxyKey } from '../config/keys.ts'
import { COUNTER_ROWS, COUNTERS } from '../stats/counters.ts'
import type { Counter } from '../stats/counter-names.ts'
import type { CounterRow } from '../stats/counters.ts'
import type { CountersView } from './operations.ts'
import type { ReleaseGroup } from './release-operations.ts'
import type { StatRow } from './stat-rows.ts'
import { causeOf, rowId } from './stats-page-summary.ts'
import { bytes, duration, stateClass } from './stats-page-units.ts'

export interface ProxyPart {
  readonly uri: string
  readonly rows: readonly StatRow[]
  readonly counters: CountersView
  readonly releases: readonly ReleaseGroup[]
  readonly isAdmin: boolean
  /** Which deployment the buttons are for. */
  readonly identity: string
}

interface PageColumn {
  /** What it is called, and, where that is short, what it means. */
  readonly heading: readonly [text: string, meaning?: string]
  readonly cell: (row: StatRow) => Html | string | number
  /** Of the style sheet. */
  readonly style?: string
}

/** A column of `show stat`; empty where a row has none. */
function column(
  name: string,
  heading: PageColumn['heading'],
  written: (value: string | number) => string | number = (value) => value,
): PageColumn {
  return { heading, cell: ({ cells }) => (cells[name] === undefined ? '' : written(cells[name])) }
}

function counter(name: Counter, written?: (value: string | number) => string): PageColumn {
  const { heading = [name] }: CounterRow = COUNTERS[name]
  return column(name, heading, written)
}

const COLUMNS: readonly PageColumn[] = [
  { heading: ['Status'], cell: statusCell },
  { heading: ['Check', 'What the last check said'], cell: checkCell, style: 'check' },
  column('chkfail', ['Chk', 'Checks that failed while it was up']),
  column('chkdown', ['Dwn', 'How often it went down']),
  column('downtime', ['Downtime'], durationText),
  column('weight', ['Weight']),
  column('scur', ['Now', 'Requests in progress']),
  column('smax', ['Most', 'The most requests in progress']),
  column('qcur', ['Waiting', 'Requests that wait for a place']),
  counter('stot'),
  column('rate', ['Per s', 'Requests a second']),
  counter('bin', bytes),
  counter('bout', bytes),
  counter('hrsp_4xx'),
  counter('hrsp_5xx'),
  counter('econ'),
  counter('wretr'),
  counter('wredis'),
  column('lastsess', ['Last', 'Since the last request'], (value) =>
    Number(value) < 0 ? 'never' : durationText(value),
  ),
]

export function proxySection(name: string, { rows, counters, releases, isAdmin, uri, identity }: ProxyPart): Html {
  const own = rows.filter(({ cells }) => cells['pxname'] === name)
  const frontend = own.find(({ kind }) => kind === 'Frontend')
  const backend = own.find(({ kind }) => kind === 'Backend')
  const servers = own.filter(({ kind }) => kind === 'Server')
  const total = counters.totals[proxyKey('backend', name)]
  // The current ten seconds are incomplete and would look like a drop.
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
              ${COLUMNS.map(
                ({ heading: [text, meaning] }) =>
                  html`<th scope="col">
                    ${meaning === undefined ? text : html`<abbr title="${meaning}">${text}</abbr>`}
                  </th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${frontend ? figures(frontend, 'Frontend', false) : ''} ${inReleases(name, servers, releases, isAdmin)}
            ${backend ? figures(backend, 'Backend', false) : ''}
          </tbody>
        </table>
      </div>
      ${isAdmin && servers.length > 0 ? actions(name, identity) : ''}
    </form>
    ${backend && history.length > 1 ? graph(name, history) : ''} ${backend ? verdicts(total?.counts) : ''}
  </section>`
}

/** Servers below the release that they run; those that run none, such as backups, are last. */
function inReleases(
  backend: string,
  servers: readonly StatRow[],
  releases: readonly ReleaseGroup[],
  isAdmin: boolean,
): readonly Html[] {
  const own = releases.filter((group) => group.backend === backend)
  const nameOf = ({ cells }: StatRow) => String(cells['svname'])
  const line = (row: StatRow) => figures(row, nameOf(row), isAdmin)
  return [
    ...own.flatMap((group) => [
      group.head(COLUMNS.length + 1),
      ...servers.filter((row) => group.servers.has(nameOf(row))).map(line),
    ]),
    ...servers.filter((row) => own.every((group) => !group.servers.has(nameOf(row)))).map(line),
  ]
}

function figures(row: StatRow, name: string, isChoosable: boolean): Html {
  const { cells, kind } = row
  const label = isChoosable
    ? html`<label><input type="checkbox" name="s" value="${name}" /> ${name}</label>`
    : html`${name}`
  // For a backend this is the number of backups that could serve.
  const isBackup = kind === 'Server' && cells['bck'] === 1
  return html`<tr id="${rowId(row)}" class="${kind.toLowerCase()}">
    <th scope="row">${label}${isBackup ? html` <small>backup</small>` : ''}</th>
    ${COLUMNS.map(({ cell, style }) =>
      style === undefined ? html`<td>${cell(row)}</td>` : html`<td class="${style}">${cell(row)}</td>`,
    )}
  </tr>`
}

function statusCell(row: StatRow): Html {
  const { cells } = row
  return html`<span class="state ${stateClass(row)}">${cells['status']}</span>${
      cells['lastchg'] === undefined ? '' : html` <span class="age">${durationText(cells['lastchg'])}</span>`
    }`
}

function checkCell(row: StatRow): Html | '' {
  const { cells } = row
  const cause = checkText(row)
  return cause === undefined
    ? ''
    : html`<span title="${cells['check_desc']}">${cause} in ${cells['check_duration']} ms</span>`
}

function durationText(seconds: string | number): string {
  return duration(Number(seconds))
}

/** A passed check is shown by its code, a failed one in words. */
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

/** How clients' cookies were judged. */
function verdicts(counts: CountersView['totals'][string]['counts'] | undefined): Html | '' {
  const parts = COUNTER_ROWS.filter(([name, { phrase }]) => phrase !== undefined && counts && counts[name] > 0).map(
    ([name, { phrase }]) => `${counts![name]} ${phrase}`,
  )
  return parts.length === 0 ? '' : html`<p>Requests: ${parts.join(', ')}.</p>`
}
