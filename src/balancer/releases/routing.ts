// The releases of a backend: which one a request gets, and what that leaves of the server that the client belongs to. Each release has a
// pool and a policy of its own, made once; everything else is the backend's.

import { createReleasePool } from '../../balance/release-pool.ts'
import type { Member } from '../../balance/pool.ts'
import { createPolicy } from '../../balance/create-policy.ts'
import type { Policies } from '../../balance/policies.ts'
import { namesOf, underAnyName } from '../../config/names.ts'
import { EVERY_RELEASE, servesRelease } from '../../config/serves-release.ts'
import { fieldsOf } from '../../http/fields.ts'
import { isCacheable } from '../../persistence/cacheable.ts'
import { VERDICT_LETTER } from '../../persistence/recall.ts'
import { applyCookieEdits, NO_EDITS, setsCookie } from '../../persistence/remember.ts'
import { armOf } from '../../releases/arm.ts'
import { choose, isServed, mayKeep, withoutRule } from '../../releases/choose.ts'
import type { Choice, Claims, ReleaseBy } from '../../releases/choose.ts'
import { createRequestIds } from '../../releases/ids.ts'
import { kindOf } from '../../releases/kind.ts'
import type { Kind } from '../../releases/kind.ts'
import { createPinCodec } from '../../releases/pin.ts'
import { recallPin } from '../../releases/recall-pin.ts'
import type { RecalledPin } from '../../releases/recall-pin.ts'
import { standingsOf } from '../../releases/standing.ts'
import type { Standings } from '../../releases/standing.ts'
import type { CookieKeys } from '../../persistence/sealed.ts'
import { countRelease } from '../../stats/tally.ts'
import type { RulesEngine } from '../../rules/rules-engine.ts'
import type { View } from '../../rules/view.ts'
import type { BackendRuntime } from '../backend-runtime.ts'
import { after } from '../after.ts'
import { answeredBy, discard } from '../dispatch/attempt.ts'
import type { Tried } from '../dispatch/attempt.ts'
import type { Journey } from '../journey.ts'
import type { RequestPorts } from '../ports.ts'
import type { Assigned } from '../persist/assign.ts'
import type { StickRelease, Stuck } from '../persist/stick.ts'
import type { Watch } from '../watch.ts'
import { createBucketOf } from './bucket.ts'
import { createPinWriter } from './pin-writer.ts'
import { createRescue } from './rescue.ts'
import { createTrace } from './trace.ts'
import type { ReleaseRouting, ReleaseWay, Settled } from './way.ts'

export interface ReleasePorts {
  readonly cookieKeys: CookieKeys
  readonly rules: Pick<RulesEngine, 'compileText' | 'holdsOf'>
  readonly policies: Partial<Policies>
  readonly startsAtRandom: boolean
  random(): number
}

/** `base` is the backend's, with all servers. */
export async function createReleases(
  base: BackendRuntime,
  made: ReleasePorts,
  watch: Watch | undefined,
): Promise<ReleaseRouting<BackendRuntime>> {
  const { backend, pool } = base
  const config = backend.releases!
  const names = config.list.map(({ name }) => name)
  const { cookie } = config
  const codec = await createPinCodec(made.cookieKeys, namesOf(config.owner), cookie.name, names)
  const idsOf = createRequestIds(config)
  const bucketOf = createBucketOf(config.draw, made)
  const newPolicy = () => {
    const { random, startsAtRandom, policies } = made
    const policy = createPolicy(backend, { random, randomStart: startsAtRandom }, policies)
    return watch?.policy(base, policy) ?? policy
  }
  const runtimeOf = (release: string | null): BackendRuntime => ({
    ...base,
    pool: createReleasePool(pool, backend, release),
    policy: newPolicy(),
  })
  const runtimes = new Map(names.map((name) => [name, runtimeOf(name)]))
  /** Of the backups of all releases. */
  const rest = runtimeOf(null)
  const useRelease = backend.useRelease.map((rule) => ({ holds: made.rules.holdsOf(rule), release: rule.release }))
  const keepsDocuments = config.documents === 'own'
  let standings = standingsOf(config, undefined)
  const writer = createPinWriter(backend, codec, bucketOf, () => standings.areSeveral)
  const rescue = config.rescue
    ? createRescue(
        config,
        (release) => runtimes.get(release),
        () => standings,
        base.tally,
      )
    : undefined

  const routing: ReleaseRouting<BackendRuntime> = {
    accept(states = {}) {
      standings = standingsOf(config, underAnyName(config.owner, states))
    },
    choose(journey, view, assigned, ports) {
      rescue?.earn()
      const nowS = Math.floor(journey.nowMs / 1000)
      const known = standings
      const header = journey.forOrigin.headers.get('cookie')
      const recalled = recallPin(cookie, codec, header, (release) => isServed(release, known), nowS)
      if (recalled instanceof Promise)
        return recalled.then((pin) => claim({ journey, view, assigned, pin, known, ports }))
      return claim({ journey, view, assigned, pin: recalled, known, ports })
    },
  }
  return watch?.releases(base, routing) ?? routing

  function claim(asking: Asking): ReleaseWay<BackendRuntime> | Promise<ReleaseWay<BackendRuntime>> {
    const { journey, view, assigned, pin, known, ports } = asking
    const { asked, forOrigin } = journey
    if (pin.cookieForOrigin === null) forOrigin.headers.remove('cookie')
    else if (pin.cookieForOrigin !== undefined) forOrigin.headers.set('cookie', pin.cookieForOrigin)
    if (pin.verdict === 'void') countRelease(base.tally.counts, 'release_void_pins')
    if (pin.isLeftAlone) ports.leftAlone?.(backend.name, 'cookie')
    const kind = kindOf(asked, config)
    const { recalled } = assigned
    const isUsed = recalled.wish !== undefined && (recalled.verdict === 'none' || recalled.verdict === 'unused')
    const served = recalled.wish ?? recalled.named[0]
    const used = isUsed
      ? (releaseOf(recalled.wish) ?? '')
      : useRelease.find(
          ({ holds, release }) => holds(journey, view) && isServed(release, known) && hasCandidates(release),
        )?.release
    const claims: Claims = {
      kind,
      keepsDocuments,
      used,
      ids: kind === 'document' ? NO_IDS : idsOf(asked),
      pinned: pin.release,
      // A client whose pin is over is no client from before: its next page is of its arm, whatever server it has.
      served: kind === 'document' && pin.bucket !== undefined ? undefined : releaseOf(served),
    }
    const choice = choose(claims, known)
    const without = used === undefined ? choice : choose(withoutRule(claims, isUsed, pin.bucket !== undefined), known)
    const chosen: Chosen = { choice, without, isUsed, bucket: undefined }
    if (without || known.canary === null) return way(asking, kind, chosen)
    const bucket = bucketOf(journey, view, kind, pin.bucket)
    if (bucket instanceof Promise) return bucket.then((drawn) => way(asking, kind, { ...chosen, bucket: drawn }))
    return way(asking, kind, { ...chosen, bucket })
  }

  function way(
    { journey, view, assigned, pin, known, ports }: Asking,
    kind: Kind,
    { choice, without, isUsed, bucket }: Chosen,
  ): ReleaseWay<BackendRuntime> {
    const arm = armFor(known, bucket ?? pin.bucket)
    // An entry of a table may say more than the arm does.
    const asksTable =
      choice === undefined && kind !== 'live' && (kind !== 'document' || (keepsDocuments && pin.bucket === undefined))
    const meant = choice?.release ?? (hasCandidates(arm) ? arm : (firstWithCandidates(arm, known) ?? arm))
    const runtime = runtimes.get(meant) ?? rest
    const own = within(assigned, meant, kind, isUsed)
    if (backend.cookie) journey.verdict = VERDICT_LETTER[own.recalled.verdict] + NO_EDITS.letter
    const isOwn = (member: Member) =>
      servesRelease(member.server, meant) || (asksTable && mayKeep(releaseOf(member), kind, known))
    const stick: StickRelease = {
      pool: runtime.pool,
      isByRule: choice?.by === 'use' && !isUsed,
      standingOf(member) {
        if (isOwn(member)) return 'own'
        const { release } = member.server
        return release === null || isServed(release, known) ? 'other' : 'over'
      },
    }
    return { kind, runtime, assigned: own, stick, pin, settle, rescuing, mark }

    function settle(stuck: Stuck | undefined): Settled<BackendRuntime> {
      const wish = own.recalled.wish ?? stuck?.wish
      const found = own.recalled.wish ? undefined : releaseOf(stuck?.wish)
      const byTable = asksTable && found !== undefined
      let release = byTable ? found : meant
      let by: ReleaseBy = byTable ? 'server' : (choice?.by ?? (kind === 'live' ? 'live' : 'draw'))
      if (!byTable && choice === undefined && meant !== arm) by = 'down'
      const isPinned = by === 'pin' || by === 'server' || by === 'id'
      let status: number | undefined
      if (!wish && !hasCandidates(release) && by !== 'use') {
        if (isPinned && backend.onDown !== 'redispatch') status = backend.onDown
        else if (isPinned && backend.redispatch === 0) status = 503
        else {
          const other = firstWithCandidates(arm, known)
          if (other !== undefined || rest.pool.candidates().length > 0) {
            by = 'down'
            release = other ?? ''
            if (isPinned && (kind === 'part' || kind === 'asset')) {
              journey.redispatches += 1
              base.tally.counts.wredis += 1
            }
          }
        }
      }
      journey.release = createTrace(runtimes.has(release) ? release : null, by, arm)
      if (kind === 'document' && pin.release !== release) forgetConditions(journey)
      return { runtime: runtimes.get(release) ?? rest, wish, status }
    }

    function rescuing(
      conclude: (tried: Tried) => Response | Promise<Response>,
    ): (tried: Tried) => Response | Promise<Response> {
      return (tried) => {
        if (tried.last?.outcome !== 'response') return conclude(tried)
        const { response } = tried.last
        return after(rescue?.tryOthers(journey, kind, response, ports), journey, ports, (rescued) => {
          if (!rescued) return conclude(tried)
          discard(response)
          return conclude({ member: rescued.member, last: answeredBy(rescued.response) })
        })
      }
    }

    function mark(edited: Response, served: Response, { server, tally }: Member): Response | Promise<Response> {
      // Of a rescued file another release was chosen.
      const { by, rescuedFrom } = journey.release!
      if (rescuedFrom === undefined) countRelease(tally.counts, `release_by_${by}`)
      const { status, headers } = served
      const bringsServer =
        by === 'use' && edited !== served && setsCookie(fieldsOf(edited.headers), backend.cookie?.name ?? '')
      const seen = { status, headers: fieldsOf(headers), release: server.release, bringsServer }
      const wanted = { kind, pin, without: without?.release ?? arm }
      return after(writer.write(journey, view, wanted, seen), journey, ports, (edits) => {
        if (edits.setCookie === null && edits.editOrigins === null && !edits.addPrivate) return edited
        const marked = edited === served ? new Response(edited.body, edited) : edited
        const lines = fieldsOf(marked.headers)
        // The cookie for the server may have said so already.
        const addPrivate = edits.addPrivate && isCacheable(journey.asked.method, status, lines)
        if (!applyCookieEdits(lines, cookie, { ...edits, addPrivate })) ports.leftAlone?.(backend.name, 'set-cookie')
        return marked
      })
    }
  }

  /** The cookie's server, if it is one of the release: several may have the cookie. */
  function within(assigned: Assigned, release: string, kind: Kind, isUsed: boolean): Assigned {
    const { recalled } = assigned
    const remembers = assigned.remembers && !(kind === 'asset' && backend.cookie?.mode === 'insert')
    const isOwn = ({ server }: Member) => servesRelease(server, release)
    // Most clients come back to a server of their release, and nothing changes.
    if (isUsed || recalled.named.every(isOwn))
      return remembers === assigned.remembers ? assigned : { ...assigned, remembers }
    const own = recalled.named.filter(isOwn)
    const servable = own.find(pool.servable)
    const wish = servable ?? own.find((member) => assigned.persistsDown(member))
    const verdict = own.length === 0 ? 'unused' : servable ? 'valid' : 'down'
    return { ...assigned, remembers, recalled: { ...recalled, wish, verdict } }
  }

  function armFor({ current, canary }: Standings, bucket: number | undefined): string {
    if (canary === null || bucket === undefined || !hasCandidates(canary.name)) return current
    return armOf(canary.share, canary.name, bucket) ? canary.name : current
  }

  function hasCandidates(release: string): boolean {
    return (runtimes.get(release)?.pool.candidates().length ?? 0) > 0
  }

  function firstWithCandidates(arm: string, { others }: Standings): string | undefined {
    return [arm, ...others].find(hasCandidates)
  }
}

interface Chosen {
  /** Undefined: the client's arm. */
  readonly choice: Choice | undefined
  /** What it would be without a `useServer` or `useRelease` rule. */
  readonly without: Choice | undefined
  /** A rule has chosen the server. */
  readonly isUsed: boolean
  /** Undefined: there is no canary, or no need to draw. */
  readonly bucket: number | undefined
}

interface Asking {
  readonly journey: Journey
  readonly view: View
  readonly assigned: Assigned
  readonly pin: RecalledPin
  readonly known: Standings
  readonly ports: RequestPorts
}

/** That it says something about its client; undefined: it serves all releases. */
function releaseOf(member: Member | undefined): string | undefined {
  const release = member?.server.release ?? EVERY_RELEASE
  return release === EVERY_RELEASE ? undefined : release
}

const NO_IDS: readonly string[] = []

/** What a browser has is of another release: `304 Not Modified` would bring it back. */
function forgetConditions({ forOrigin: { headers } }: Journey): void {
  for (const name of ['if-none-match', 'if-modified-since', 'if-range']) headers.remove(name)
}
