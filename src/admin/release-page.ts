// Releases on the statistics page: a line above the servers of each, with buttons for what may be done with it.

import type { ReleasePorts, ReleaseGroup, ReleaseOperations, ReleaseRow } from './release-operations.ts'
import type { Config, Server } from '../config/config.ts'
import { EVERY_RELEASE } from '../config/serves-release.ts'
import type { ReleaseChange, SetReleaseState } from '../health/release-change.ts'
import { escaped } from './escaped.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { percentOf, shareText } from './release-rows.ts'

export function releaseGroups(rows: readonly ReleaseRow[], config: Config, isAdmin: boolean): readonly ReleaseGroup[] {
  const own = rows.toReversed().map((row): ReleaseGroup => {
    const current = rows.find(({ backend, state }) => backend === row.backend && state === 'current')?.release ?? ''
    return {
      backend: row.backend,
      servers: serversOf(config, row.backend, ({ release }) => release === row.release),
      head: (columns) => headOf(row, columns, isAdmin ? buttonsOf(row, current) : []),
    }
  })
  const shared = [...new Set(rows.map(({ backend }) => backend))].map((backend): ReleaseGroup => {
    const servers = serversOf(config, backend, ({ release }) => release === null || release === EVERY_RELEASE)
    return { backend, servers, head: (columns) => sharedHead(backend, columns) }
  })
  // Below the last release they would look like its servers.
  return [...own, ...shared.filter(({ servers }) => servers.size > 0)]
}

function serversOf(config: Config, backend: string, isOwn: (server: Server) => boolean): ReadonlySet<string> {
  const { servers } = config.backends.find(({ name }) => name === backend)!
  return new Set(servers.filter(isOwn).map(({ name }) => name))
}

function sharedHead(backend: string, columns: number): Html {
  return html`<tr id="release-${backend}/${EVERY_RELEASE}" class="release">
    <th scope="rowgroup" colspan="${columns}">every release</th>
  </tr>`
}

function headOf(row: ReleaseRow, columns: number, buttons: readonly Html[]): Html {
  const { backend, release, state, share, sinceMs, who, untilMs } = row
  const facts = [
    share === null ? '' : ` ${shareText(share)}`,
    sinceMs === null ? '' : `, since ${timeText(sinceMs)}${who === null ? '' : ` by ${escaped(who)}`}`,
    untilMs === null ? '' : `, until ${timeText(untilMs)}`,
  ]
  return html`<tr id="release-${backend}/${release}" class="release">
    <th scope="rowgroup" colspan="${columns}">
      ${release} <span class="state ${STYLES[state]}">${state}</span>${facts.join('')}
      ${buttons.length === 0 ? '' : html`<span class="pair">${buttons}</span>`}
    </th>
  </tr>`
}

const STYLES: Readonly<Record<ReleaseRow['state'], string>> = {
  current: 'up',
  canary: 'going',
  kept: 'drain',
  aborted: 'down',
  ended: 'maint',
  new: 'maint',
}

/** `2026-11-26 14:02Z` */
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`
}

function buttonsOf({ backend, release, state, share }: ReleaseRow, current: string): readonly Html[] {
  const name = `${release} of ${backend}`
  const ofShare = html`<label
    >Share
    <input type="number" name="share-${release}" min="0" max="100" step="any" value="${percentOf(share ?? 0.1)}" />
    %</label
  >`
  const promote = button('current', release, 'Promote', {
    ask: `Make ${name} current? All clients get it with the next page that they open; ${current} is kept for the pages that are open.`,
  })
  const end = button('ended', release, 'End', {
    ask: `End ${name}? The pages that were loaded from it get other releases with their next request.`,
  })
  switch (state) {
    case 'current':
      return []
    case 'canary':
      return [
        ofShare,
        button('share', release, 'Set', {
          ask: `Change the share of ${name}? Clients change with the next page that they open.`,
        }),
        promote,
        button('aborted', release, 'Abort', {
          ask: `Abort ${name}? Its clients go back to ${current} with the next page that they open; open pages are still served.`,
        }),
      ]
    case 'kept':
    case 'aborted':
    case 'ended':
    case 'new':
      return [
        ofShare,
        button('canary', release, 'Start', {
          ask: `Start ${name} as a canary? Its share of the clients get it with the next page that they open.`,
        }),
        promote,
        ...(state === 'kept' || state === 'aborted' ? [end] : []),
      ]
  }
}

function button(
  what: SetReleaseState | 'share',
  release: string,
  text: string,
  { ask }: { readonly ask: string },
): Html {
  return html`<button name="release" value="${what} ${release}" data-ask="${ask}">${text}</button>`
}

export function createAct({ change }: ReleasePorts): ReleaseOperations['act'] {
  return async (form, backend, who, uri) => {
    const asked = changeOf(form)
    if (!asked) return 'ERRP'
    const changed = await change(backend, asked, who)
    if (!changed) return 'ERRP'
    if (!('problem' in changed)) return 'DONE'
    return refusal(changed.problem, changed.isForcible ? form : undefined, uri)
  }
}

/** Undefined: no button of this page sends it. */
function changeOf(form: URLSearchParams): ReleaseChange | undefined {
  const [, what, release] = /^(canary|current|aborted|ended|share) (\S+)$/.exec(form.get('release') ?? '') ?? []
  if (what === undefined || release === undefined) return undefined
  const isForced = form.get('force') === '1'
  const written = form.get(`share-${release}`) ?? ''
  const share = /^\d+(?:\.\d+)?$/.test(written) ? Number(written) / 100 : Number.NaN
  if (what === 'share') return Number.isNaN(share) ? undefined : { release, share, isForced }
  if (what !== 'canary') return { release, state: what as SetReleaseState, isForced }
  return Number.isNaN(share) ? undefined : { release, state: what, share, isForced }
}

/** `form`: what would be done if it were forced. */
function refusal(problem: string, form: URLSearchParams | undefined, uri: string): Html {
  const release = form?.get('release') ?? ''
  const share = `share-${release.split(' ')[1]}`
  return html`<form method="post" action="${uri}" class="question">
    <p role="alert"><b>${escaped(problem)}</b>. Nothing was changed.</p>
    ${
      form === undefined
        ? ''
        : html`<input type="hidden" name="b" value="${form.get('b') ?? ''}" />
            <input type="hidden" name="force" value="1" />
            <input type="hidden" name="${share}" value="${form.get(share) ?? ''}" />
            <p>
              <button name="release" value="${release}">Do it all the same</button>
              <a href="${uri}">Leave it as it is</a>
            </p>`
    }
  </form>`
}
