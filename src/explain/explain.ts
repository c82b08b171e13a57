// What would become of a request, and why. Not a second balancer: the request goes through one that is built as always, with ports that
// send and keep nothing, and with a watch that notes what its rooms decide.

import { hashKeyOf } from '../balance/hash-key.ts'
import { isHashed } from '../balance/create-policy.ts'
import type { Member } from '../balance/pool.ts'
import { createBalancer } from '../balancer/create-balancer.ts'
import { createFetchTarget } from '../balancer/dispatch/fetch-target.ts'
import type { RequestLog } from '../balancer/record/request-log.ts'
import type { PassedOver, Watch } from '../balancer/watch.ts'
import type { Config } from '../config/config.ts'
import { servesRelease } from '../config/serves-release.ts'
import { serverKey } from '../config/keys.ts'
import { addressHash } from '../config/network.ts'
import { fieldsOf } from '../http/fields.ts'
import type { MutableFields } from '../http/fields.ts'
import { requestTarget } from '../http/target.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import type { Snapshot } from '../health/snapshot.ts'
import { rightsOf, shownOf, wordOf } from '../server/states.ts'
import type { ServerState } from '../server/states.ts'
import { watchBackend } from './backend-notes.ts'
import type { BackendNotes, Sent, WatchedBackend } from './backend-notes.ts'
import { readCookies } from './cookie-reading.ts'
import type { Attempt, Choice, Explanation, HeaderLine, LeftOut, MetRule, ServerReading } from './explanation.ts'
import type { Facts, Question } from './facts.ts'
import { changesBetween, linesOf } from './header-changes.ts'
import { readRelease } from './release-reading.ts'
import { createRuleNotes } from './rule-notes.ts'
import { silentPorts } from './silent-ports.ts'

/** What a cookie is sealed with where no key is known: its value means nothing, and is not shown. */
const NO_KEY = 'a key that only explains'

/** Of a table and a key: the sample that made the key, or the server of its entry. */
interface Made {
  readonly table: string
  readonly key: string
  readonly value: string
}

/** `config` is valid. */
export async function explain(config: Config, question: Question, facts: Facts): Promise<Explanation> {
  const rules = createRuleNotes(config)
  const passedOver: { frontend: string; why: PassedOver }[] = []
  let notes: BackendNotes | undefined
  let line: RequestLog | undefined
  let isStatistics = false
  const keys: Made[] = []
  const entries: Made[] = []
  const watched = new Map<string, WatchedBackend>()
  const watch: Watch = {
    passedOver: ({ name }, why) => void passedOver.push({ frontend: name, why }),
    backend(runtime) {
      const answer = () => new Response()
      const made = watchBackend(runtime, facts.refusing, answer, (begun) => (notes = begun))
      watched.set(runtime.backend.name, made)
      return made.runtime
    },
    releases: ({ backend: { name } }, routing) => watched.get(name)!.watchReleases(routing),
    policy: ({ backend: { name } }, policy) => watched.get(name)!.watchPolicy(policy),
  }
  const cookieKeys = facts.cookieKeys.length > 0 ? facts.cookieKeys : await importCookieKeys(NO_KEY)
  const ports = silentPorts(config, question.atMs, facts, {
    rules,
    cookieKeys,
    log: (logged) => (line = logged),
    onStatistics: () => (isStatistics = true),
    onKey: (table, value, key) => void keys.push({ table, key, value }),
    onEntry: (table, key, value) => void entries.push({ table, key, value }),
  })
  const balancer = await createBalancer(loggingAll(config), ports, watch)
  balancer.accept(snapshotOf(config, facts))

  const { method, url, headers, src, port, frontends } = question
  const request = new Request(url, { method, headers: headers.map(([name, value]) => [name, value]) })
  const pending: Promise<unknown>[] = []
  const lifetime = { waitUntil: (work: Promise<unknown>) => void pending.push(work) }
  const socket = { port, frontends }
  const arrival = { peerAddress: src, peerPort: () => 0, socket, onCloudflare: facts.onCloudflare, lifetime }
  const response = await balancer.handle(request, arrival, requestTarget(request))
  await Promise.allSettled(pending)

  const { client = src, frontend = null, backend = null, verdict = '--', termination = 'PR' } = line ?? {}
  const attempts = attemptsOf(notes?.sent ?? [], request, config, facts.onCloudflare)
  const isAnswered = attempts.at(-1)?.outcome === 'answered' && !termination.startsWith('P')
  return {
    request: { method, url: url.href, client, peer: src, at: new Date(question.atMs).toISOString() },
    frontend,
    passedOver,
    rules: notes ? rules.met.map((rule) => passedOverIfDown(rule, config, notes!)) : rules.met,
    backend,
    cookie: notes ? await readCookies(notes, config, facts.cookieKeys, question.atMs) : null,
    // What is stored once the server has answered is said by the rules.
    stick: (line?.stick ?? [])
      .filter(({ asked }) => asked !== 'store')
      .map(({ table, key, verdict: found }) => {
        const valueIn = (all: readonly Made[]) => all.find((each) => each.table === table && each.key === key)?.value
        return { table, value: valueIn(keys) ?? '', key, verdict: found, server: valueIn(entries) ?? null }
      }),
    release: notes ? readRelease(notes, facts) : null,
    servers: notes ? notes.runtime.pool.members.map((member) => readingOf(member, notes!)) : [],
    choice: notes ? choiceOf(notes) : null,
    attempts,
    answer: {
      status: isStatistics ? null : response.status,
      by: isStatistics ? 'statistics' : isAnswered ? 'server' : 'limpet',
      headers: linesOf(fieldsOf(response.headers)).map((header) => shownHeader(header, notes, facts)),
      verdict,
      termination,
    },
  }
}

/** A useServer rule whose server cannot be used does not count, nor does a useRelease rule whose release gets nobody. */
function passedOverIfDown(rule: MetRule, { backends }: Config, notes: BackendNotes): MetRule {
  const { runtime, assigned, release } = notes
  if (rule.kind === 'use-release' && rule.holds) {
    const { release: named } = backends[Number(rule.keys[1])]!.useRelease[Number(rule.keys[3])]!
    if (!release || (release.by === 'use' && release.name === named)) return rule
    return { ...rule, changes: [`is passed over: ${named} has no server for new clients, or has ended`] }
  }
  if (rule.kind !== 'use-server' || !rule.holds) return rule
  const { server: name } = backends[Number(rule.keys[1])]!.useServer[Number(rule.keys[3])]!
  const member = runtime.pool.members.find(({ server }) => server.name === name)
  if (!member || runtime.pool.servable(member) || assigned.persistsDown(member)) return rule
  return { ...rule, changes: [`is passed over: ${name} cannot be used`] }
}

/** What a made-up key has sealed means nothing. */
function shownHeader([name, value]: HeaderLine, notes: BackendNotes | undefined, { cookieKeys }: Facts): HeaderLine {
  if (name !== 'set-cookie' || cookieKeys.length > 0 || !notes) return [name, value]
  const { cookie, releases } = notes.runtime.backend
  const sealed = [cookie?.format === 'sealed' ? cookie.name : undefined, releases?.cookie.name]
  const madeUp = sealed.find((each) => each !== undefined && value.startsWith(`${each}=`))
  return [name, madeUp === undefined ? value : `${madeUp}=(sealed)${value.slice(value.indexOf(';'))}`]
}

/** The line of the log says where a request went, whatever is logged otherwise. */
function loggingAll(config: Config): Config {
  const frontends = config.frontends.map((frontend) => ({ ...frontend, log: true }))
  return { ...config, frontends, log: 'json', logSampling: 1, counters: false, countBytes: false }
}

function snapshotOf({ backends }: Config, { states, releases }: Facts): Snapshot {
  const servers: Record<string, ServerState> = {}
  for (const backend of backends) {
    for (const { name, state, weight } of backend.servers) {
      const key = serverKey(backend.name, name)
      servers[key] = { admin: state, health: 'up', weight, ...states[key] }
    }
  }
  if (!releases) return { epoch: 1, n: 1, servers }
  const set = Object.entries(releases).map(([backend, own]) => [backend, { ...own, n: 1 }] as const)
  return { epoch: 1, n: 1, servers, releases: Object.fromEntries(set) }
}

function readingOf(member: Member, { runtime, candidates, release }: BackendNotes): ServerReading {
  const { server, status } = member
  const isOfOther = release !== undefined && !isOf(server, release.name)
  return {
    server: server.name,
    release: server.release,
    state: wordOf(status),
    weight: status.weight,
    backup: server.backup,
    servable: rightsOf(status).servable,
    leftOut: isOfOther ? 'release' : whyLeftOut(member, candidates, runtime.admission?.isFull(member) ?? false),
  }
}

function isOf(server: Member['server'], release: string | null): boolean {
  return release === null ? server.release === null : servesRelease(server, release)
}

function whyLeftOut(member: Member, candidates: readonly Member[], isFull: boolean): LeftOut | null {
  if (candidates.includes(member)) return isFull ? 'full' : null
  const shown = shownOf(member.status)
  if (!rightsOf(member.status).candidate && shown !== 'up') return shown
  return member.status.weight > 0 ? 'backup' : 'weight'
}

function choiceOf(notes: BackendNotes): Choice {
  const { runtime, assigned, stuck, picks, sent } = notes
  const { balance, hashType, ipv6PrefixLength } = runtime.backend
  const member = sent[0]?.member
  if (!member) return { server: null, among: [], by: null, policy: null, key: null }
  const { name } = member.server
  const { wish, verdict } = assigned.recalled
  if (wish) {
    const by = verdict === 'valid' || verdict === 'down' ? 'cookie' : 'use-server'
    return { server: name, among: [name], by, policy: null, key: null }
  }
  if (stuck?.wish) return { server: name, among: [name], by: 'stick', policy: null, key: null }
  const pick = picks.find((each) => each.member === member)
  const { policy } = balance
  const hasKey =
    pick !== undefined &&
    isHashed(balance) &&
    // What is no address is no key to HAProxy's hashes.
    (policy !== 'source' || hashType === 'rendezvous' || addressHash(pick.request.clientAddress) !== undefined)
  const key = (hasKey ? hashKeyOf(balance, pick.request, ipv6PrefixLength) : undefined) ?? null
  const isFixed = key !== null || policy === 'first'
  const among = isFixed || !pick ? [name] : pick.eligible.map(({ server }) => server.name)
  return { server: name, among, by: 'balance', policy, key }
}

function attemptsOf(
  sent: readonly Sent[],
  request: Request,
  config: Config,
  onCloudflare: boolean,
): readonly Attempt[] {
  const fetchTarget = createFetchTarget(config)
  const asked = linesOf(fieldsOf(request.headers) as MutableFields)
  return sent.map(({ member: { server }, outgoing, isRefused, lines }) => {
    const { url, resolveOverride } = fetchTarget(server, outgoing)
    const isByOwnName = onCloudflare && resolveOverride === undefined
    const host = onCloudflare ? new URL(url).host : outgoing.target.host
    const headers = [['host', host] as const, ...lines.filter(([name]) => name !== 'host')]
    return {
      server: server.name,
      method: outgoing.method,
      url: isByOwnName ? url : server.origin + outgoing.target.pathAndQuery,
      headers,
      changes: changesBetween(asked, headers),
      outcome: isRefused ? 'refused' : 'answered',
    }
  })
}
