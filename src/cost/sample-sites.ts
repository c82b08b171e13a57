// Three sites whose bills docs/cost.md shows.

import type { LimpetConfig } from '../config/options/root.ts'

export interface SampleSite {
  readonly name: string
  readonly requestsAMonth: number
  readonly config: LimpetConfig
  /** Dollars a month of the smallest pair of machines that would do, with HAProxy on them. */
  readonly machines: number
}

const servers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `s${i + 1}`, url: `https://s${i + 1}.example.com` }))

export const SAMPLE_SITES: readonly SampleSite[] = [
  {
    name: 'a club: two servers, a cookie, checks each minute',
    requestsAMonth: 500_000,
    config: {
      backends: [
        { name: 'app', cookie: { name: 'SERVERID' }, check: { uri: '/health', inter: '1m' }, servers: servers(2) },
      ],
    },
    machines: 2 * 6,
  },
  {
    name: 'a shop: four servers, a cookie, checks each two seconds',
    requestsAMonth: 10_000_000,
    config: {
      backends: [
        { name: 'app', cookie: { name: 'SERVERID' }, check: { uri: '/health', inter: '2s' }, servers: servers(4) },
      ],
    },
    machines: 2 * 12,
  },
  {
    name: 'an API: eight servers, a stick table of tokens, checks each two seconds, a hundredth of the requests logged',
    requestsAMonth: 100_000_000,
    config: {
      logSampling: 0.01,
      backends: [
        {
          name: 'api',
          stickTable: { type: 'string', size: '1m', expire: '1h', shards: 4 },
          stick: [{ on: 'req.hdr(x-api-token)' }],
          check: { uri: '/health', inter: '2s' },
          servers: servers(8),
        },
      ],
    },
    machines: 2 * 48,
  },
]

/** Cloudflare Load Balancing: two endpoints and 500,000 DNS queries are included. */
const LOAD_BALANCING = {
  base: 5,
  perEndpoint: 5,
  includedEndpoints: 2,
  includedQueries: 500_000,
  perQuery: 0.5 / 500_000,
}

/** As if each visit asked the DNS once; resolvers keep the answer for five minutes and share it. */
export function loadBalancingDollars(endpoints: number, visits: number): number {
  const { base, perEndpoint, includedEndpoints, includedQueries, perQuery } = LOAD_BALANCING
  return (
    base + perEndpoint * Math.max(0, endpoints - includedEndpoints) + perQuery * Math.max(0, visits - includedQueries)
  )
}
