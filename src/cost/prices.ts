// What Cloudflare bills and what it includes, as of November 2026; logs as of 1 December 2026. One item, one row.
// https://developers.cloudflare.com/workers/platform/pricing/ and https://developers.cloudflare.com/kv/platform/pricing/

export interface Price {
  readonly name: string
  /** Dollars for a million of its units; of logs, for a million megabytes. */
  readonly perMillion: number
  /** A month, on the paid plan. */
  readonly included: number
  /** A day, on the free plan; null: it has no daily limit. */
  readonly freePerDay: number | null
}

export const PRICES = {
  requests: { name: 'requests', perMillion: 0.3, included: 10e6, freePerDay: 100_000 },
  cpuMs: { name: 'CPU, ms', perMillion: 0.02, included: 30e6, freePerDay: null },
  objectRequests: { name: 'object requests', perMillion: 0.15, included: 1e6, freePerDay: 100_000 },
  objectGbS: { name: 'object GB-s', perMillion: 12.5, included: 400_000, freePerDay: 13_000 },
  rowsRead: { name: 'rows read', perMillion: 0.001, included: 25e9, freePerDay: 5e6 },
  rowsWritten: { name: 'rows written', perMillion: 1, included: 50e6, freePerDay: 100_000 },
  kvReads: { name: 'KV reads', perMillion: 0.5, included: 10e6, freePerDay: 100_000 },
  kvWrites: { name: 'KV writes', perMillion: 5, included: 1e6, freePerDay: 1_000 },
  logMb: { name: 'logs, MB', perMillion: 250, included: 50_000, freePerDay: 500 },
} as const satisfies Record<string, Price>

export type Item = keyof typeof PRICES
export const ITEMS = Object.keys(PRICES) as readonly Item[]

/** Dollars a month. */
export const PAID_PLAN = 5
