// The first lines of the statistics page: how many are down, which, since when and why, each a link to its row.

import { html } from './html.ts'
import type { Html } from './html.ts'

import { CAUSE_TEXT } from '../health/check.ts'
import type { CheckCode } from '../health/check.ts'
import type { StatRow } from './stat-rows.ts'
import { duration, stateClass } from './stats-page-units.ts'

/** More names would hide the page below the summary. */
const MOST_NAMED = 20

export interface Trouble {
  readonly backendsDown: readonly StatRow[]
  readonly serversDown: readonly StatRow[]
}

export function troubleOf(rows: readonly StatRow[]): Trouble {
  const down = rows.filter(({ shown }) => shown === 'down')
  return {
    backendsDown: down.filter(({ kind }) => kind === 'Backend'),
    serversDown: down.filter(({ kind }) => kind === 'Server'),
  }
}

/** Nothing is wrong: undefined. */
export function troubleText({ backendsDown, serversDown }: Trouble): string | undefined {
  const parts = [
    ...(backendsDown.length === 0 ? [] : [`${counted(backendsDown.length, 'backend')} down`]),
    ...(serversDown.length === 0 ? [] : [`${counted(serversDown.length, 'server')} down`]),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

/** @param all every row that this page may show; @param shown those that it does, to which there are links */
export function summary(all: readonly StatRow[], shown: readonly StatRow[]): Html {
  const backends = all.filter(({ kind }) => kind === 'Backend')
  const servers = all.filter(({ kind }) => kind === 'Server')
  const trouble = troubleOf(all)
  const { backendsDown, serversDown } = trouble
  const down = [...backendsDown, ...serversDown]
  const others = (['maint', 'drain'] as const).map((state) => ({
    state,
    rows: servers.filter((row) => stateClass(row) === state),
  }))
  return html`<p class="summary${down.length > 0 ? ' trouble' : ''}" id="summary">
    <b
      >${counted(backends.length, 'backend')}${backendsDown.length > 0 ? ` (${backendsDown.length} down)` : ''},
      ${serversDown.length} of ${counted(servers.length, 'server')} down</b
    >${down.length > 0 ? ': ' : ''}${listed(down, shown)}${others
      .filter(({ rows }) => rows.length > 0)
      .map(({ state, rows }) => html`; ${rows.length} in ${state}: ${listed(rows, shown)}`)}
  </p>`
}

function listed(rows: readonly StatRow[], shown: readonly StatRow[]): Html {
  const named = rows.slice(0, MOST_NAMED)
  const more = rows.length - named.length
  return html`${named.map((row, i) => html`${i > 0 ? ', ' : ''}${mention(row, shown.includes(row))}`)}${
    more > 0 ? ` and ${more} more` : ''
  }`
}

function mention(row: StatRow, isLinked: boolean): Html {
  const { kind, cells } = row
  const name = kind === 'Server' ? `${cells['pxname']}/${cells['svname']}` : String(cells['pxname'])
  const since = duration(Number(cells['lastchg']))
  const cause = row.shown === 'down' ? causeOf(row) : undefined
  return html`${isLinked ? html`<a href="#${encodeURIComponent(rowId(row))}">${name}</a>` : name}
  (${since}${cause === undefined ? '' : `, ${cause}`})`
}

/** Unique on the page. */
export function rowId({ kind, cells }: StatRow): string {
  return kind === 'Server' ? `row-${cells['pxname']}/${cells['svname']}` : `row-${kind}-${cells['pxname']}`
}

/** What the last check said, in words: `unwanted status 500`. */
export function causeOf({ cells }: StatRow): string | undefined {
  const code = cells['check_status']
  if (code === undefined) return undefined
  const status = cells['check_code']
  return `${CAUSE_TEXT[code as CheckCode]}${status === undefined ? '' : ` ${status}`}`
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
