// HAProxy's statistics page over HTTP (configuration manual 4.2 "stats uri" and the like): a prefix of the path,
// `;csv`, `;json`, `;typed`, `;up`, `;norefresh` behind it, a form that changes servers and is answered with 303.

import { allRows } from './stat-command.ts'
import { basicChallenge } from '../credentials/basic.ts'
import { isPageAt } from '../config/stats-uri.ts'
import type { StateChange } from '../health/state-change.ts'
import type { Throttle } from '../credentials/throttle.ts'
import { reply } from '../rules/replies.ts'
import type { StatsAccess } from './stats-access.ts'
import type { Access } from './access.ts'
import { mayDo } from './level.ts'
import type { Visitor } from './level.ts'
import { createLogin, holderOfRequest } from './login.ts'
import type { Account, Checked } from './login.ts'
import { boundedText } from './bounded-text.ts'
import type { Operations } from './operations.ts'
import type { Html } from './html.ts'
import { emptiedBy } from './emptied.ts'
import { isSameOrigin } from './same-origin.ts'
import { statsPage } from './stats-page.ts'
import type { Question } from './stats-page.ts'
import { findProxy } from '../config/proxies.ts'
import { isListed } from './stat-rows.ts'
import type { StatRow } from './stat-rows.ts'
import { toCsv, toJson, toTyped } from './stat-format.ts'

export interface StatsWindowOptions {
  /** A prefix of path and query, such as `/haproxy?stats`. */
  readonly uri: string
  readonly accounts: readonly Account[]
  readonly access?: Access | undefined
  /** Proxies that it shows; empty: all. */
  readonly scope: readonly string[]
  /** Seconds; null: the default. */
  readonly refreshS: number | null
  readonly showsLegends: boolean
}

export interface StatsQuestion {
  readonly request: Request
  /** As rules left it. */
  readonly url: URL
  readonly clientAddress: string
  /** `LIMPET_ADMIN_TOKEN`; undefined: no token is right. */
  readonly secret: string | undefined
  readonly access: StatsAccess
}

export interface StatsWindow {
  matches(pathAndQuery: string): boolean
  answer(question: StatsQuestion): Promise<Response>
}

/** How often the page refreshes by default. */
const REFRESH_S = 5

/** How many keys of a table that counts are shown. */
const MOST_KEYS = 10

const METHODS = ['GET', 'HEAD', 'POST']
/** What a form that names every server needs at most. */
const MAX_FORM_BYTES = 65_536

export function createStatsWindow(
  options: StatsWindowOptions,
  operations: Operations,
  throttle: Throttle,
): StatsWindow {
  const { uri, accounts } = options
  const login = createLogin(accounts, options.access, throttle)

  return {
    matches: (pathAndQuery) => isPageAt(options, pathAndQuery),
    async answer(question) {
      const { request, url, access } = question
      if (access.who === 'nobody') return reply(403)
      if (!METHODS.includes(request.method)) return plain('', 405, { allow: METHODS.join(', ') })
      const visitor = await visitorOf(question)
      if (visitor === 'blocked')
        return plain('Too many attempts; try again in a minute.\n', 429, { 'retry-after': '60' })
      if (visitor === 'wrong') {
        const response = reply(401)
        response.headers.set('www-authenticate', basicChallenge(access.realm))
        return response
      }
      if (request.method === 'POST') return act(request, url, visitor)
      return show(url, visitor)
    },
  }

  async function visitorOf({ request, clientAddress, secret, access }: StatsQuestion): Promise<Checked> {
    const accountLevel = access.mayChange ? 'admin' : 'user'
    if (access.who !== 'open') return login.check(request, { clientAddress, secret, accountLevel })
    // Other credentials may be for `http_auth`: they do not count as a guess.
    const holder = await holderOfRequest(request, secret)
    return holder ?? { who: clientAddress || 'anybody', level: accountLevel }
  }

  function isShown({ cells }: StatRow, scope: string): boolean {
    const name = String(cells['pxname'])
    return (options.scope.length === 0 || options.scope.includes(name)) && name.includes(scope)
  }

  async function show(url: URL, visitor: Visitor, question?: Question, refusal?: Html): Promise<Response> {
    const suffixes = (url.pathname + url.search).slice(uri.length).split(';').slice(1)
    const scope = suffixes.find((each) => each.startsWith('scope='))?.slice('scope='.length, 26) ?? ''
    const all = (await allRows(operations)).filter((row) => isShown(row, scope))
    const rows = all.filter((row) => isListed(row, suffixes))
    if (suffixes.includes('csv')) {
      return plain(toCsv(rows, { hidesAddresses: !options.showsLegends }), 200, NO_STORE)
    }
    if (suffixes.includes('typed')) return plain(toTyped(rows), 200, NO_STORE)
    if (suffixes.includes('json')) {
      return new Response(toJson(rows), { headers: { ...NO_STORE, 'content-type': 'application/json' } })
    }
    const [counters, events, tables] = await Promise.all([
      operations.counters(),
      operations.events(20),
      // Keys are for those who may see them with a command, too.
      operations.tables(mayDo(visitor.level, 'operator') ? MOST_KEYS : 0, 'highest'),
    ])
    const isAdmin = visitor.level === 'admin'
    const facts = { config: operations.config, totals: counters.totals, nowMs: operations.now() }
    const releases = (await operations.releases?.groups(facts, isAdmin)) ?? []
    const nonce = crypto.randomUUID()
    const refreshS = suffixes.includes('norefresh') ? 0 : (options.refreshS ?? REFRESH_S)
    // The outcome of a form is shown once.
    const lasting = suffixes.filter((each) => !each.startsWith('st='))
    const page = statsPage({
      uri,
      target: [uri, ...lasting].join(';'),
      nonce,
      host: url.host,
      deployment: operations.deployment,
      rows,
      all,
      counters,
      events,
      tables,
      releases,
      isAdmin,
      outcome: suffixes.find((each) => each.startsWith('st='))?.slice('st='.length),
      question,
      refusal,
      refreshS,
      nowMs: operations.now(),
    })
    return new Response(page, {
      headers: {
        ...NO_STORE,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      },
    })
  }

  /** HAProxy's form: `s` servers, `b` their backend, `action` what becomes of them. */
  async function act(request: Request, url: URL, visitor: Visitor): Promise<Response> {
    if (visitor.level !== 'admin' || !isSameOrigin(request)) return done('DENY')
    const body = await boundedText(request, MAX_FORM_BYTES)
    if (body === undefined) return done('EXCD')
    const form = new URLSearchParams(body)
    if (form.has('release')) return actOnRelease(form, url, visitor)
    const change = changeOf(form.get('action') ?? '', form.get('weight'))
    const backend = findProxy(operations.config, form.get('b') ?? '')?.backend?.name
    // As HAProxy: what is not there asks for nothing.
    if ((form.has('action') && !change) || (form.has('b') && backend === undefined)) return done('ERRP')
    const servers = form.getAll('s')
    if (!change || backend === undefined || servers.length === 0) return done('NONE')
    // Programs that send HAProxy's form are not asked.
    if (form.get('ask') === '1') {
      const emptied = emptiedBy(operations.config, await operations.servers(), backend, servers, change)
      const asked = { backend, action: form.get('action')!, weight: form.get('weight') ?? '' }
      if (emptied.length > 0) return show(new URL(uri, url), visitor, { form: asked, servers, emptied })
    }
    let changed = 0
    for (const server of servers) if (await operations.change(backend, server, change, visitor.who)) changed += 1
    if (changed === 0) return done('ERRP')
    return done(changed < servers.length ? 'PART' : 'DONE')
  }

  async function actOnRelease(form: URLSearchParams, url: URL, { who, level }: Visitor): Promise<Response> {
    const backend = findProxy(operations.config, form.get('b') ?? '')?.backend
    const outcome =
      backend?.releases && operations.releases ? await operations.releases.act(form, backend.name, who, uri) : 'ERRP'
    return typeof outcome === 'string' ? done(outcome) : show(new URL(uri, url), { who, level }, undefined, outcome)
  }

  function done(code: string): Response {
    return plain('', 303, { location: `${uri};st=${code}` })
  }
}

const NO_STORE = { 'cache-control': 'no-cache, no-store' }

function plain(text: string, status: number, headers: Record<string, string>): Response {
  return new Response(text, { status, headers: { ...NO_STORE, 'content-type': 'text/plain', ...headers } })
}

const ACTIONS: Readonly<Record<string, StateChange>> = {
  ready: { state: 'ready' },
  drain: { state: 'drain' },
  maint: { state: 'maint' },
  hrunn: { health: 'up' },
  hnolb: { health: 'stopping' },
  hdown: { health: 'down' },
  // As older versions call them.
  enable: { state: 'ready' },
  disable: { state: 'maint' },
  start: { weight: 1 },
  stop: { weight: 0 },
}

function changeOf(action: string, weight: string | null): StateChange | undefined {
  if (action === 'weight')
    return weight !== null && /^\d{1,3}$/.test(weight) && Number(weight) <= 256 ? { weight: Number(weight) } : undefined
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
}
