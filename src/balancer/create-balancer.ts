// The whole balancer of one isolate: given a configuration and ports, it turns requests into responses. Pure: it has no clock,
// randomness, network or storage, so a test can build all of it.

import { createPolicy } from '../balance/create-policy.ts'
import { createPool } from '../balance/pool.ts'
import type { Member } from '../balance/pool.ts'
import type { Backend, Config } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import { holdsRequests } from '../config/in-flight.ts'
import { proxyKey, serverKeys } from '../config/keys.ts'
import { createEjection } from '../health/ejection.ts'
import type { Snapshot } from '../health/snapshot.ts'
import { urlTarget } from '../http/target.ts'
import type { MutableTarget } from '../http/target.ts'
import { createCodecs, createFormerCodecs } from '../persistence/create-codecs.ts'
import type { Lists } from '../rules/lists/lists.ts'
import { createTally } from '../stats/tally.ts'
import type { Tally, TallyKey } from '../stats/tally.ts'
import type { Admitted } from './admit.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import { createRetryBudget } from './dispatch/retry-budget.ts'
import { createAssign } from './persist/assign.ts'
import type { BalancerPorts } from './balancer-ports.ts'
import type { Arrival } from './reception/arrival.ts'
import { createRequestHandler } from './request-handler.ts'
import type { Watch } from './watch.ts'

export interface Balancer {
  /** `target`: the request's, if it has been parsed already; null: it is malformed, and answered with 400. */
  handle(request: Request, arrival: Arrival, target?: MutableTarget | null): Response | Promise<Response>
  /** For paths that are not behind a frontend: whether the rules of the frontend that would take the request refuse it. */
  admit(request: Request, arrival: Arrival, target: MutableTarget): Promise<Admitted>
  /** Behind the trustedProxies of the frontend that takes the request, the address that they report. */
  clientAddressOf(request: Request, arrival: Arrival, target: MutableTarget): string
  /** Servers' states from now on, and how maps and lists differ from the configuration. */
  accept(snapshot: Snapshot): void
  /** Maps and lists, as this isolate knows them; undefined: there are none. */
  readonly lists: Lists | undefined
  /** What was counted since they were last reported. */
  readonly tallies: ReadonlyMap<TallyKey, Tally>
}

/** `watch`: sees what it decides, and why. */
export async function createBalancer(config: Config, ports: BalancerPorts, watch?: Watch): Promise<Balancer> {
  const backends = new Map<string, BackendRuntime>()
  for (const backend of config.backends) {
    const runtime = await createBackendRuntime(backend, ports, config)
    const watched = watch?.backend(runtime) ?? runtime
    const releases = backend.releases ? await ports.createReleases(watched, ports, watch) : undefined
    backends.set(backend.name, { ...watched, releases })
  }
  const frontends = new Map(config.frontends.map((frontend) => [frontend, createTally()]))
  const tallies = talliesOf(frontends, backends)
  const handler = createRequestHandler(config, backends, (frontend) => frontends.get(frontend)!, ports, watch)
  return {
    handle: (request, arrival, target = urlTarget(request.url)) =>
      target ? handler.handle(request, target, arrival) : handler.refuseUnreadable(request, arrival),
    admit: (request, arrival, target) => handler.admit(request, target, arrival),
    clientAddressOf: (request, arrival, target) => handler.clientAddressOf(request, target, arrival),
    accept(snapshot) {
      applySnapshot(snapshot, backends)
      handler.lists?.accept(snapshot.lists)
    },
    lists: handler.lists,
    tallies,
  }
}

async function createBackendRuntime(
  backend: Backend,
  ports: BalancerPorts,
  { countedProxies }: Config,
): Promise<BackendRuntime> {
  const { cookieKeys, rules, tables, createStick, policies, maxconn, random, now, startsAtRandom } = ports
  const pool = createPool(backend)
  const codecs = await createCodecs(backend, backend.cookie?.name, cookieKeys)
  const former = await createFormerCodecs(backend, cookieKeys)
  const isLimited = backend.servers.some((server) => server.maxconn !== null)
  const admission = isLimited
    ? maxconn.createAdmission(pool, (server, max, onAnswer) => maxconn.limit({ backend, server }, max, onAnswer), now)
    : undefined
  return {
    tally: createTally(),
    backend,
    pool,
    policy: createPolicy(backend, { random, randomStart: startsAtRandom }, policies),
    hashSample: backend.balance.policy === 'hash' ? rules.compileBytes(backend.balance.sample) : undefined,
    ejection: createEjection<Member>(),
    retryBudget: createRetryBudget(backend.retryBudget),
    admission,
    holding:
      holdsRequests(backend) || countedProxies.includes(backend.name)
        ? ports.createHolding(backend, pool, admission)
        : undefined,
    assign: createAssign(backend, pool, codecs, former, rules),
    stick: backend.stick.length === 0 ? undefined : createStick(backend, pool, tables, rules),
    codec: codecs[0],
    releases: undefined,
  }
}

function talliesOf(
  frontends: ReadonlyMap<Frontend, Tally>,
  backends: ReadonlyMap<string, BackendRuntime>,
): ReadonlyMap<TallyKey, Tally> {
  const tallies = new Map<TallyKey, Tally>()
  for (const [{ name }, tally] of frontends) tallies.set(proxyKey('frontend', name), tally)
  for (const [name, { tally, pool, admission, holding }] of backends) {
    const { members } = pool
    tallies.set(proxyKey('backend', name), tally)
    for (const member of members) {
      tallies.set(proxyKey('server', name, member.server.name), member.tally)
      if (admission) member.tally.queued = () => admission.waiting(member)
      if (holding) member.tally.current = () => member.inFlight
    }
    if (holding) tally.current = () => members.reduce((sum, { inFlight }) => sum + inFlight, 0)
    if (admission) tally.queued = () => Math.max(...members.map(admission.waiting))
  }
  return tallies
}

function applySnapshot(snapshot: Snapshot, backends: ReadonlyMap<string, BackendRuntime>): void {
  for (const { backend, pool, releases } of backends.values()) {
    // A snapshot published before a rename has the former names.
    pool.update((server) => {
      const known = serverKeys(backend, server).find((key) => key in snapshot.servers)
      return known === undefined ? undefined : snapshot.servers[known]
    })
    releases?.accept(snapshot.releases)
  }
}
