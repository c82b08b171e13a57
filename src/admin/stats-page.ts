// The statistics page: readable without JavaScript, refreshed in place with it. Nothing comes from elsewhere; what is shown
// is escaped by html.ts.

import { html, raw } from './html.ts'
import type { Html } from './html.ts'

import { deploymentText } from '../deployment.ts'
import type { Deployment } from '../deployment.ts'
import type { StateEvent } from '../health/state-event.ts'
import type { Emptied } from './emptied.ts'
import { escaped } from './escaped.ts'
import type { CountersView, TableView } from './operations.ts'
import type { ReleaseGroup } from './release-operations.ts'
import type { StatRow } from './stat-rows.ts'
import { STYLE } from './stats-page-assets.ts'
import { proxySection } from './stats-page-proxy.ts'
import { SCRIPT } from './stats-page-script.ts'
import { counted, summary, troubleOf, troubleText } from './stats-page-summary.ts'
import { tablesPart } from './stats-page-tables.ts'

export interface PageInput {
  readonly uri: string
  /** With what was asked for behind it. */
  readonly target: string
  readonly nonce: string
  /** Where it was asked for. */
  readonly host: string
  readonly deployment: Deployment
  /** Those that are shown. */
  readonly rows: readonly StatRow[]
  /** Also those that are hidden as down or in maintenance. */
  readonly all: readonly StatRow[]
  readonly counters: CountersView
  readonly events: readonly StateEvent[]
  readonly tables: readonly TableView[]
  readonly isAdmin: boolean
  /** What became of the form that led here. */
  readonly outcome: string | undefined
  readonly question: Question | undefined
  /** Why nothing was changed, where the answer is not one of a few. */
  readonly refusal: Html | undefined
  readonly releases: readonly ReleaseGroup[]
  /** Seconds; 0: never. */
  readonly refreshS: number
  readonly nowMs: number
}

/** An action that awaits confirmation, because it would leave backends empty. */
export interface Question {
  readonly form: { readonly backend: string; readonly action: string; readonly weight: string }
  readonly servers: readonly string[]
  readonly emptied: readonly Emptied[]
}

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

export function statsPage(input: PageInput): string {
  const { nonce, rows, all, counters, outcome, question, refreshS, nowMs, host, isAdmin } = input
  const names = [...new Set(rows.map(({ cells }) => String(cells['pxname'])))]
  const trouble = troubleText(troubleOf(all))
  const time = `${new Date(nowMs).toISOString().slice(11, 19)}Z`
  // Only visitors who may change servers see the deployment's details.
  const identity = isAdmin ? `${host}: ${deploymentText(input.deployment)}` : host
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${trouble === undefined ? '' : `${trouble} – `}Limpet statistics, ${host}</title>
        <style nonce="${nonce}">
          ${raw(STYLE)}
        </style>
      </head>
      <body data-refresh="${refreshS}" data-uri="${input.target}">
        <div id="alarm" class="alarm" role="alert" hidden>
          <b id="problem"></b> <span id="since" aria-hidden="true"></span>
        </div>
        <header>
          <h1>Limpet statistics</h1>
          <p>
            ${identity}. Counting since ${new Date(counters.sinceMs).toISOString().slice(0, 19)}Z,
            ${counted(counters.isolates.length, 'isolate')}. Also as <a href="${input.uri};csv">CSV</a> and
            <a href="${input.uri};json">JSON</a>.
          </p>
          ${outcome === undefined ? '' : html`<p role="status" class="outcome">${outcomeText(outcome)}</p>`}
          ${question === undefined ? '' : questionPart(question, input.uri)} ${input.refusal}
          <p class="clock">
            <span id="age"
              >As of <time>${time}</time>.
              <noscript>Without JavaScript this page does not refresh itself: load it again.</noscript></span
            >
          </p>
        </header>
        <main id="live" aria-live="off" data-as-of="${time}">
          ${summary(all, rows)} ${names.map((name) => proxySection(name, { ...input, identity }))}
          ${tablesPart(input.tables, nowMs)} ${eventsPart(input.events)}
        </main>
        <script nonce="${nonce}">
          ${raw(SCRIPT)}
        </script>
      </body>
    </html>`
  return String(page)
}

function questionPart({ form, servers, emptied }: Question, uri: string): Html {
  return html`<form method="post" action="${uri}" class="question">
    <p role="alert">
      ${emptied.map(
        ({ backend, servers: last }) =>
          html`<b>This leaves backend ${backend} without a server for new clients</b>: ${last.join(', ')}
            ${last.length === 1 ? 'is its last' : 'are its last'}. `,
      )}
      Nothing was changed yet.
    </p>
    <input type="hidden" name="b" value="${form.backend}" />
    <input type="hidden" name="weight" value="${form.weight}" />
    ${servers.map((server) => html`<input type="hidden" name="s" value="${server}" />`)}
    <p>
      <button name="action" value="${form.action}">Do it all the same</button>
      <a href="${uri}">Leave it as it is</a>
    </p>
  </form>`
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
                  <time>${new Date(atMs).toISOString().slice(0, 19)}Z</time> <b>${server}</b> ${from} &rarr; ${to}
                  <small>${escaped(`${reason}${who === null ? '' : `, by ${who}`}`)}</small>
                </li>`,
            )}
          </ol>`
    }
  </section>`
}
