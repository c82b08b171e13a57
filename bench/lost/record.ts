// What one cell has seen: sessions lost, requests failed, and where clients went.

import type { Origins } from './origins.ts'

export interface Seen {
  /** Sessions whose server still lived, was configured, and was to stay. */
  readonly avoidable: number
  /** Sessions that nobody could have kept. */
  readonly unavoidable: number
  readonly failed: number
  readonly requests: number
  /** New clients that a draining server got. */
  readonly newOnDrained: number
  /** Of the clients at the end, in percent. */
  readonly busiestPercent: number
  readonly slowestMs: number
  /** Why requests failed, in a word or two, and how many for each reason. */
  readonly reasons: Readonly<Record<string, number>>
}

export class CellRecord {
  readonly #origins: Origins
  /** Origins that the balancer's configuration has, by name, and those of them that drain. */
  configured: ReadonlySet<string> = new Set()
  drained: ReadonlySet<string> = new Set()
  #counts = { avoidable: 0, unavoidable: 0, failed: 0, requests: 0, newOnDrained: 0 }
  #slowestMs = 0
  readonly #reasons = new Map<string, number>()
  readonly #lastOf = new Map<object, string>()
  #isCounting = false

  constructor(origins: Origins) {
    this.#origins = origins
  }

  begin(): void {
    this.#isCounting = true
  }

  lost(id: string): void {
    if (!this.#isCounting) return
    const isAvoidable = this.#origins.holds(id) && this.configured.has(nameOf(id))
    this.#counts[isAvoidable ? 'avoidable' : 'unavoidable'] += 1
  }

  answered(client: object, id: string, isNewClient: boolean, tookMs: number): void {
    const name = nameOf(id)
    this.#lastOf.set(client, name)
    if (!this.#isCounting) return
    this.#counts.requests += 1
    if (isNewClient && this.drained.has(name)) this.#counts.newOnDrained += 1
    this.#slowestMs = Math.max(this.#slowestMs, tookMs)
  }

  failed(reason: string): void {
    if (!this.#isCounting) return
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    this.#counts.requests += 1
    this.#counts.failed += 1
  }

  gone(client: object): void {
    this.#lastOf.delete(client)
  }

  seen(): Seen {
    const shares = Map.groupBy(this.#lastOf.values(), (name) => name)
    const busiest = Math.max(0, ...[...shares.values()].map(({ length }) => length))
    return {
      ...this.#counts,
      busiestPercent: Math.round((100 * busiest) / Math.max(1, this.#lastOf.size)),
      slowestMs: Math.round(this.#slowestMs),
      reasons: Object.fromEntries(this.#reasons),
    }
  }
}

function nameOf(id: string): string {
  return id.slice(0, id.indexOf('.'))
}
