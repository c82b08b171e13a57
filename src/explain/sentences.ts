// An explanation in sentences, part by part.

import type { Config } from '../config/config.ts'
import { durationText } from '../config/duration.ts'
import { choice as anyOf } from './condition-words.ts'
import { cookieLines } from './cookie-words.ts'
import type { Attempt, Explanation, LeftOut, MetRule, ReleaseReading } from './explanation.ts'

/** A heading and what belongs below it. */
export interface Part {
  readonly heading: string
  readonly lines: readonly string[]
}

/** `placeOf`: where a rule is written, as FILE:LINE:COL; undefined: not known. */
export function sentences(
  explanation: Explanation,
  config: Config,
  placeOf: (rule: MetRule) => string | undefined,
): readonly Part[] {
  const { request, rules, cookie, backend } = explanation
  const before = rules.filter(({ kind }) => kind !== 'response-rule')
  const after = rules.filter(({ kind }) => kind === 'response-rule')
  const ruleLines = (met: readonly MetRule[]) => met.flatMap((rule) => linesOfRule(rule, placeOf(rule)))
  const parts: Part[] = [
    { heading: 'Request', lines: [requestText(request)] },
    { heading: 'Frontend', lines: frontendLines(explanation, config) },
    { heading: 'Rules', lines: before.length > 0 ? ruleLines(before) : ['The request meets none.'] },
    { heading: 'Backend', lines: backendLines(explanation, config) },
  ]
  if (cookie) parts.push({ heading: 'Cookie', lines: cookieLines(cookie, request.at) })
  if (explanation.stick.length > 0) parts.push({ heading: 'Stick table', lines: stickLines(explanation) })
  if (explanation.release) parts.push({ heading: 'Release', lines: releaseLines(explanation.release) })
  if (backend !== null && explanation.servers.length > 0)
    parts.push({ heading: 'Servers', lines: serverLines(explanation) })
  if (explanation.choice) parts.push({ heading: 'Choice', lines: choiceLines(explanation, config) })
  if (explanation.attempts.length > 0)
    parts.push({ heading: 'To the server', lines: explanation.attempts.flatMap(attemptLines) })
  if (after.length > 0) parts.push({ heading: 'Response rules', lines: ruleLines(after) })
  parts.push({ heading: 'Answer', lines: answerLines(explanation) })
  return parts
}

function requestText({ method, url, client, peer, at }: Explanation['request']): string {
  const reported = client === peer ? '' : ` (so says the trusted proxy ${peer})`
  return `${method} ${url} from ${client || 'an unknown address'}${reported}, at ${at}`
}

function frontendLines({ frontend, passedOver, request }: Explanation, config: Config): readonly string[] {
  const whyOf = Object.fromEntries(config.frontends.map((each) => [each.name, each]))
  const lines = passedOver.map(({ frontend: name, why }) => {
    const { hosts, scheme } = whyOf[name]!
    if (why === 'host')
      return `${name} does not take it: its hosts are ${anyOf(hosts)}, not ${new URL(request.url).hostname}.`
    if (why === 'scheme') return `${name} does not take it: it takes ${scheme} only.`
    return `${name} does not take it: it does not listen on this port.`
  })
  if (frontend === null) return [...lines, 'No frontend takes the request.']
  const { hosts } = whyOf[frontend]!
  const why = hosts.length > 0 ? `its hosts are ${anyOf(hosts)}` : 'it takes every host'
  return [...lines, `${frontend} takes it: ${why}.`]
}

function linesOfRule(rule: MetRule, place: string | undefined): readonly string[] {
  const { section, condition, holds, because, action, changes, kind } = rule
  const where = place === undefined ? section : `${place}, ${section}`
  const head = `${where}: ${action}${condition === null ? '' : ` if ${condition}`}`
  const reasons = because.map(
    (reason) => `"${reason.condition}" is ${reason.holds ? 'true' : 'false'} (${found(reason.found)})`,
  )
  const verdict = condition === null ? 'applies always' : holds ? 'applies' : 'does not apply'
  const why = reasons.length > 0 ? `${verdict}: ${reasons.join(', ')}` : verdict
  const changesNothing = holds && changes.length === 0 && (kind === 'rule' || kind === 'response-rule')
  return [head, `  ${why}`, ...(changesNothing ? ['changes nothing'] : changes).map((change) => `  → ${change}`)]
}

function found(values: readonly string[]): string {
  return values.length === 0 ? 'nothing' : values.map((value) => (value === '' ? "''" : value)).join(', ')
}

function backendLines({ backend, rules, frontend, answer }: Explanation, config: Config): readonly string[] {
  if (backend === null) return [answer.by === 'statistics' ? 'None: the statistics page answers.' : 'None.']
  const own = config.frontends.find(({ name }) => name === frontend)
  const isSent = rules.some(
    ({ section, changes }) => section.startsWith('frontend ') && changes.includes(`goes to backend ${backend}`),
  )
  return [
    isSent || own?.defaultBackend !== backend
      ? `${backend}, by a rule.`
      : `${backend}, the defaultBackend of ${frontend}.`,
  ]
}

const STICK_WORDS: Readonly<Record<Explanation['stick'][number]['verdict'], string>> = {
  hit: 'has an entry',
  new: 'has no entry: the server that answers is stored',
  miss: 'has no entry',
  down: 'has an entry for a server that cannot be used',
  full: 'has no entry, and no room for one',
  unreachable: 'cannot be reached',
  known: 'is not asked: another rule or the cookie has chosen already, or it is only written',
}

function stickLines({ stick }: Explanation): readonly string[] {
  return stick.map(({ table, value, key, verdict, server }) => {
    const stored = key === value ? '' : ` (stored as ${key})`
    return `Table ${table}, key ${value}${stored}: ${STICK_WORDS[verdict]}${server === null ? '' : `: ${server}`}.`
  })
}

const KIND_WORDS: Readonly<Record<ReleaseReading['kind'], string>> = {
  document: 'a document, which is loaded into a tab',
  ahead: 'a document that a page loads ahead',
  asset: 'a file of the page',
  live: 'a path that tells of newer versions',
  part: 'a part of a page, or no page',
}

const PIN_WORDS: Readonly<Record<ReleaseReading['pin'], string>> = {
  none: 'It brings no pin.',
  invalid: 'Its pin is not one of this backend: forged, of another backend, or under a key that is gone.',
  void: 'Its pin names a release that serves nothing any more.',
  expired: 'Its pin is over (maxidle or maxlife).',
  valid: 'Its pin is valid.',
  'no-key': 'Its pin is not read: no cookie key is known here.',
}

const BY_WORDS: Readonly<Record<NonNullable<ReleaseReading['by']>, string>> = {
  use: 'a useRelease rule names it, or a useServer rule one of its servers',
  id: 'the request names it',
  live: 'the next document of the client would come from it',
  pin: 'the pin names it',
  server: "the client's server runs it",
  draw: 'nothing else names one, and new documents of the client come from it',
  down: "no server of the client's release can be used",
}

/** As it stands after "r1 is". */
const STATE_WORDS: Readonly<Record<ReleaseReading['states'][number]['state'], string>> = {
  current: 'current',
  canary: 'the canary',
  kept: 'kept',
  aborted: 'aborted',
  ended: 'ended',
  new: 'new',
}

function releaseLines({ kind, pin, name, by, states }: ReleaseReading): readonly string[] {
  const chosen = by === null ? 'None was chosen.' : `${name ?? 'A server of no release'}: ${BY_WORDS[by]}.`
  const all = states.map(({ release, state, share }) => {
    const part = share === null ? '' : ` (${Number((share * 100).toFixed(2))} % of the clients)`
    return `${release} is ${STATE_WORDS[state]}${part}`
  })
  return [`The request is ${KIND_WORDS[kind]}. ${PIN_WORDS[pin]}`, chosen, `Releases: ${all.join(', ')}.`]
}

const LEFT_OUT: Readonly<Record<LeftOut, string>> = {
  down: 'it is down',
  drain: 'it drains: it keeps its clients and gets no new ones',
  maint: 'it is in maintenance',
  nolb: 'it answers its checks with 404: it keeps its clients and gets no new ones',
  weight: 'its weight is 0: it keeps its clients and gets no new ones',
  backup: 'it is a backup, and others are up',
  full: 'all its slots (maxconn) are taken',
  release: 'it runs another release',
}

function serverLines({ servers }: Explanation): readonly string[] {
  return servers.map(({ server, state, weight, backup, leftOut }) => {
    const what = `${server}: ${state}, weight ${weight}${backup ? ', backup' : ''}`
    return leftOut === null ? `${what}: may get new clients.` : `${what}: no new clients, because ${LEFT_OUT[leftOut]}.`
  })
}

function choiceLines({ choice, servers, cookie, stick, backend }: Explanation, config: Config): readonly string[] {
  const { server, among, by, policy, key } = choice!
  if (server === null) {
    const isLost = cookie?.verdict === 'down' || stick.some(({ verdict }) => verdict === 'down')
    return [
      isLost && servers.some(({ leftOut }) => leftOut === null)
        ? 'None: the client is not moved to another server (onDown).'
        : 'None: no server can take the request.',
    ]
  }
  const state = servers.find((each) => each.server === server)
  const waits =
    state?.leftOut === 'full'
      ? [`${server} is full: the request waits for a slot, at most ${queueText(config, backend)}.`]
      : []
  switch (by) {
    case 'cookie':
      return [
        `${server}: the cookie names it, and it ${state?.servable ? 'may keep its clients' : 'is used although it is down (persist)'}.`,
        ...waits,
      ]
    case 'use-server':
      return [`${server}: a useServer rule names it.`, ...waits]
    case 'stick':
      return [`${server}: the table's entry names it.`, ...waits]
    default:
      return [balanceText(server, among, policy ?? '', key), ...waits]
  }
}

function queueText({ backends }: Config, name: string | null): string {
  return durationText(backends.find((backend) => backend.name === name)?.timeoutQueueMs ?? 0)
}

const TURNS: Readonly<Record<string, string>> = {
  roundrobin: 'by turns',
  'static-rr': 'by turns',
  leastconn: 'whichever has the fewest requests in progress',
  random: 'by chance',
}

function balanceText(server: string, among: readonly string[], policy: string, key: string | null): string {
  if (key !== null) return `${server}: balance ${policy} sends the key ${key || "''"} there.`
  if (policy === 'first') return `${server}: balance first takes the first server that is free.`
  if (among.length === 1) return `${server}: no other server may get a new client (balance ${policy}).`
  const how = TURNS[policy] ?? 'by turns, since the request has no key'
  return `One of ${anyOf(among).replace(' or ', ' and ')}, ${how} (balance ${policy}). Below: ${server}, as an example.`
}

function attemptLines({ server, method, url, changes, outcome, headers }: Attempt): readonly string[] {
  const host = headers.find(([name]) => name === 'host')?.[1]
  const words = changes.flatMap(({ name, before, after }) => {
    if (name === 'host' && before === null) return []
    if (before === null) return [`  + ${name}: ${after}`]
    if (after === null) return [`  - ${name}: ${before}`]
    return [`  ~ ${name}: ${before} → ${after}`]
  })
  const end = outcome === 'refused' ? [`  ${server} refuses the connection.`] : []
  return [`To ${server}: ${method} ${url}, Host ${host}`, ...words, ...end]
}

function answerLines({ answer, attempts, cookie }: Explanation): readonly string[] {
  const { status, by, headers, verdict, termination } = answer
  if (by === 'statistics') return ['The statistics page, which has its own login.']
  const lines = headers.map(([name, value]) => `  ${name}: ${value}`)
  const letters = `In the log: termination ${termination}${verdict === '--' ? '' : `, cookie ${verdict}`}.`
  if (by === 'limpet') return [`${status}, from Limpet itself.`, ...lines, letters]
  const nothing = cookie && !headers.some(([name]) => name === 'set-cookie') ? 'nothing: no cookie is due.' : 'nothing.'
  const first = `That of ${attempts.at(-1)!.server}. To a 200 without headers, Limpet adds ${lines.length > 0 ? 'this:' : nothing}`
  return [first, ...lines, letters]
}
