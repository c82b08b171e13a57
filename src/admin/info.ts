// `show info`: HAProxy 2.6's fields, in its order. What a Worker does not have, or cannot know, is 0.

import { isKeyOf } from '../config/keys.ts'
import { VERSION } from '../deployment.ts'
import type { CountersView, Operations } from './operations.ts'
import { tagsOf } from './stat-format.ts'

/** Of this version. */
const RELEASE_DATE = '2026/11/25'

interface Field {
  /** Its place in HAProxy's list. */
  readonly position: number
  readonly name: string
  readonly tags: string
  readonly type: 'str' | 'u32' | 'u64'
  readonly value: string | number
  readonly description: string
}

/** Place, name (`~` is a blank), tags, type, where its value comes from, and what it means. */
const FIELDS = `
0 Name POS str name Product name
1 Version POS str version Version of Limpet
2 Release_date POS str released Date of this version
3 Nbthread CGS u32 one Threads of a process: an isolate has one
4 Nbproc CGS u32 isolates Isolates heard of in the last minute
5 Process_num KGP u32 one Number of this process
6 Pid SGP u32 one Process id: a Worker does not know its own
7 Uptime MDP str uptimeText How long has been counted
8 Uptime_sec MDP u32 uptimeS How long has been counted, in seconds
9 Memmax_MB CLP u32 zero Limit of memory: none is set
10 PoolAlloc_MB MGP u32 zero Memory in pools: there are none
11 PoolUsed_MB MGP u32 zero Memory used in pools
12 PoolFailed MCP u32 zero Failed allocations in pools
13 Ulimit-n CLP u32 zero Limit of file descriptors: the platform's
14 Maxsock CLP u32 zero Limit of sockets: the platform's
15 Maxconn CLP u32 maxconn Sum of the frontends' maxconn; 0: one of them has none
16 Hard_maxconn CLP u32 maxconn The same
17 CurrConns MGP u32 current Requests in progress
18 CumConns MCP u32 requests Requests: a Worker sees no connections
19 CumReq MCP u32 requests Requests
20 MaxSslConns MMP u32 zero TLS is the platform's
21 CurrSslConns MGP u32 zero TLS is the platform's
22 CumSslConns MCP u32 zero TLS is the platform's
23 Maxpipes CLP u32 zero Pipes: there are none
24 PipesUsed MGP u32 zero Pipes in use
25 PipesFree MGP u32 zero Pipes kept
26 ConnRate MRP u32 rate Requests a second
27 ConnRateLimit CLP u32 zero Limit of the rate: none is set
28 MaxConnRate MMP u32 rateMax The most requests a second
29 SessRate MRP u32 rate Requests a second
30 SessRateLimit CLP u32 zero Limit of the rate: none is set
31 MaxSessRate MRP u32 rateMax The most requests a second
32 SslRate MRP u32 zero TLS is the platform's
33 SslRateLimit CLP u32 zero TLS is the platform's
34 MaxSslRate MMP u32 zero TLS is the platform's
35 SslFrontendKeyRate MGP u32 zero TLS is the platform's
36 SslFrontendMaxKeyRate MMP u32 zero TLS is the platform's
37 SslFrontendSessionReuse_pct MGP u32 zero TLS is the platform's
38 SslBackendKeyRate MRP u32 zero TLS is the platform's
39 SslBackendMaxKeyRate MMP u32 zero TLS is the platform's
40 SslCacheLookups MCP u32 zero TLS is the platform's
41 SslCacheMisses MCP u32 zero TLS is the platform's
42 CompressBpsIn MRP u32 zero Nothing is compressed here
43 CompressBpsOut MRP u32 zero Nothing is compressed here
44 CompressBpsRateLim CLP u32 zero Nothing is compressed here
47 Tasks MGP u32 zero Tasks: the runtime's
48 Run_queue MGP u32 zero Tasks that wait: the runtime's
49 Idle_pct MaP u32 hundred Idle time in percent: not known, so 100
50 node COS str node Name of the node
52 Stopping MGP u32 zero Whether it is about to stop
53 Jobs MGP u32 current Requests in progress
54 Unstoppable~Jobs MGP u32 zero Jobs that a stop does not end
55 Listeners MGP u32 frontends Frontends
56 ActivePeers MGP u32 zero Peers: tables are shared without any
57 ConnectedPeers MGP u32 zero Peers: tables are shared without any
58 DroppedLogs MGP u32 zero Log lines that were dropped
59 BusyPolling MGP u32 zero Whether it polls without rest
60 FailedResolutions MGP u32 zero Names are resolved by the platform
61 TotalBytesOut MGP u64 bytesOut Bytes of response bodies
62 TotalSplicdedBytesOut MGP u64 zero Bytes that were spliced
63 BytesOutRate MRP u64 zero Bytes a second: not counted
64 DebugCommandsIssued MGP u32 zero Commands for debugging: there are none
65 CumRecvLogs MCP u32 zero Log lines received: there is no log server
66 Build~info POS str version Version of Limpet
67 Memmax_bytes CLP u32 zero Limit of memory: none is set
68 PoolAlloc_bytes MGP u64 zero Memory in pools: there are none
69 PoolUsed_bytes MGP u64 zero Memory used in pools
70 Start_time_sec MDP u32 sinceS Since when is counted, in Unix seconds
71 Tainted SGP str untainted Whether something unsupported was done to it
`

export function infoFields({ config }: Operations, counters: CountersView, nowMs: number): readonly Field[] {
  const values = valuesOf(config, counters, nowMs)
  return FIELDS.trim()
    .split('\n')
    .map((line) => {
      const [position = '', name = '', tags = '', type, source = '', ...description] = line.split(' ')
      return {
        position: Number(position),
        name: name.replace('~', ' '),
        tags,
        type: type as Field['type'],
        value: values[source as keyof typeof values],
        description: description.join(' '),
      }
    })
}

function valuesOf({ frontends }: Operations['config'], counters: CountersView, nowMs: number) {
  const uptimeS = Math.max(0, Math.floor((nowMs - counters.sinceMs) / 1000))
  const totals = Object.entries(counters.totals).filter(([key]) => isKeyOf('frontend', key))
  const sum = (of: (total: (typeof totals)[number][1]) => number) =>
    totals.reduce((all, [, total]) => all + of(total), 0)
  const limits = frontends.map(({ maxconn }) => maxconn)
  return {
    name: 'Limpet',
    version: VERSION,
    released: RELEASE_DATE,
    zero: 0,
    one: 1,
    hundred: 100,
    untainted: '0',
    node: 'limpet',
    isolates: Math.max(1, counters.isolates.length),
    uptimeText: uptimeText(uptimeS),
    uptimeS,
    sinceS: Math.floor(counters.sinceMs / 1000),
    maxconn: limits.includes(null) ? 0 : limits.reduce<number>((all, limit) => all + (limit ?? 0), 0),
    frontends: frontends.length,
    current: sum((total) => total.current),
    requests: sum((total) => total.counts.stot),
    rate: sum((total) => total.rate),
    rateMax: sum((total) => total.rateMax),
    bytesOut: sum((total) => total.counts.bout),
  }
}

function uptimeText(seconds: number): string {
  const two = (value: number) => String(Math.floor(value) % 60).padStart(2, '0')
  return `${Math.floor(seconds / 86_400)}d ${Math.floor(seconds / 3600) % 24}h${two(seconds / 60)}m${two(seconds)}s`
}

/** `isDescribed`: each with what it means, as `desc` asks for. */
export function infoText(fields: readonly Field[], isDescribed: boolean): string {
  return fields.map((field) => `${field.name}: ${field.value}${described(field, isDescribed)}\n`).join('')
}

export function infoTyped(fields: readonly Field[], isDescribed: boolean): string {
  return fields
    .map((field) => {
      const { position, name, tags, type, value } = field
      return `${position}.${name}.1:${tags}:${type}:${value}${described(field, isDescribed)}\n`
    })
    .join('')
}

function described({ description }: Field, isDescribed: boolean): string {
  return isDescribed ? `:"${description}"` : ''
}

export function infoJson(fields: readonly Field[]): string {
  return JSON.stringify(
    fields.map(({ position: pos, name, tags, type, value }) => ({
      field: { pos, name },
      processNum: 1,
      tags: tagsOf(tags),
      value: { type, value },
    })),
  )
}
