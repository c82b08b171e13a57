// One backend's servers as this isolate knows them: their states, who may get a new client, who may keep one.
// Choosing among the candidates is the policies' job; where states come from is the caller's.

import type { Backend, Server } from '../config/config.ts'
import { createTally } from '../stats/tally.ts'
import type { Tally } from '../stats/tally.ts'
import { configuredState } from '../server/configured-state.ts'
import { rightsOf } from '../server/states.ts'
import type { ServerState } from '../server/states.ts'

/** A server and what this isolate knows of it. One object per server for the isolate's whole life. */
export class Member {
  readonly server: Server
  status: ServerState
  /** Bad attempts in a row, as `observe` counts them. */
  errors = 0
  /** When it last answered without an error (Unix time, ms); 0: not yet, or no attempt has reached it since. */
  answeredMs = 0
  /** Answers and connections that this isolate got from it: tells an attempt in progress whether the server can be reached. */
  signsOfLife = 0
  /** Its counters. */
  readonly tally: Tally = createTally()
  /** Called when one of the three below has changed: a policy that keeps an order by them sets it. A pool has one policy. */
  onMoved: (() => void) | undefined
  #inFlight = 0
  #elsewhere = 0
  #turn = 0

  constructor(server: Server) {
    this.server = server
    this.status = { admin: configuredState(server), health: 'up', weight: server.weight }
  }

  /** Requests that this isolate has in progress on the server. */
  get inFlight(): number {
    return this.#inFlight
  }
  set inFlight(requests: number) {
    this.#inFlight = requests
    this.onMoved?.()
  }

  /** Those of all other isolates, as last heard; 0 for servers without a maxconn, where it is unknown. */
  get elsewhere(): number {
    return this.#elsewhere
  }
  set elsewhere(requests: number) {
    this.#elsewhere = requests
    this.onMoved?.()
  }

  /** Grows when it is chosen and when `inFlight` changes: of equals under leastconn, the lowest comes first. */
  get turn(): number {
    return this.#turn
  }
  set turn(turn: number) {
    this.#turn = turn
    this.onMoved?.()
  }
}

export interface Pool {
  readonly members: readonly Member[]
  /** Who may get a new client: active servers, or the first backup (all of them with allbackups) when no active one can. */
  candidates(): readonly Member[]
  /** Whether a client that belongs to this server may go there. */
  servable(member: Member): boolean
  /** The servers in `slowstart` that new clients skip this time: at first nearly always, in the end never. */
  skippedBySlowstart(nowMs: number, random: () => number): ReadonlySet<Member>
  /** Takes new states over; servers it does not name keep theirs. */
  update(statusOf: (server: Server) => ServerState | undefined): void
}

export function createPool(backend: Backend): Pool {
  const members = backend.servers.map((server) => new Member(server))
  // The list keeps its identity until a state changes, so that policies notice a change.
  let candidates = selectCandidates(members, backend.allbackups)
  let starting: readonly Member[] = []
  return {
    members,
    candidates: () => candidates,
    servable: (member) => rightsOf(member.status).servable,
    skippedBySlowstart(nowMs, random) {
      if (starting.length === 0) return NOBODY
      const isPassedOver = ({ server, status }: Member) =>
        nowMs - (status.startedMs ?? 0) < (server.slowstartMs ?? 0) * random()
      return new Set(starting.filter(isPassedOver))
    },
    update(statusOf) {
      let changed = false
      for (const member of members) {
        const next = statusOf(member.server)
        if (next === undefined || sameStatus(next, member.status)) continue
        member.status = next
        changed = true
      }
      if (!changed) return
      candidates = selectCandidates(members, backend.allbackups)
      starting = members.filter(({ status }) => status.health === 'starting')
    },
  }
}

let turns = 0

/** From now on it is behind its equals. */
export function moveBehind(member: Member): void {
  turns += 1
  member.turn = turns
}

export const NOBODY: ReadonlySet<Member> = new Set()

export function selectCandidates(members: readonly Member[], allbackups: boolean): readonly Member[] {
  const able = members.filter(({ status }) => status.weight > 0 && rightsOf(status).candidate)
  const active = able.filter((member) => !member.server.backup)
  if (active.length > 0) return active
  return allbackups ? able : able.slice(0, 1)
}

function sameStatus(a: ServerState, b: ServerState): boolean {
  return a.admin === b.admin && a.health === b.health && a.weight === b.weight && a.startedMs === b.startedMs
}
