// The columns of `show stat`, in HAProxy 2.6's order: name, tags (origin, nature, scope), type and meaning,
// as `show stat typed desc` prints them (management manual 9.1). Of a counter only the name is here, for its place: the rest is
// stats/counters.ts's. Those of HAProxy's own protocol modules are there for programs that count columns.

import { COUNTERS } from '../stats/counters.ts'
import type { Counter } from '../stats/counter-names.ts'
import type { CounterRow } from '../stats/counters.ts'

export interface Column {
  readonly name: string
  /** Three letters: where it comes from, what it is, what it is about. */
  readonly tags: string
  readonly type: string
  /** In a sentence, for `desc`; those of HAProxy's protocol modules have none. */
  readonly description: string
}

const STATIC = `
pxname KNS str Name of the proxy
svname KNS str Name of the server, or FRONTEND or BACKEND
qcur MGP u32 Requests that wait for a slot now
qmax MMP u32 Most requests that waited at once
scur MGP u32 Requests in progress now
smax MMP u32 Most requests in progress at once
slim CLP u32 Limit of requests in progress
stot
bin
bout
dreq
dresp
ereq
econ
eresp
wretr
wredis
status SGP str OPEN; UP or DOWN; for a server what its checks and its operator say
weight MaP u32 Weight of the server, or of all servers that are up
act SGP u32 Active servers that are up, or whether the server is active
bck SGP u32 Backup servers that are up, or whether the server is a backup
chkfail MCP u64 Checks that failed while the server was up
chkdown MCP u64 How often it went down
lastchg MAP u32 Seconds since the last change of its state
downtime MCP u32 Seconds that it was down
qlimit CLS u32 Limit of requests that wait for the server
pid KGP u32 Number of the process: 1
iid KGS u32 Number of the proxy
sid KGS u32 Number of the server in its proxy
throttle SaP u32 Percent of its weight that a server gets while it starts
lbtot
tracked KNS str Server whose state it has
type CGS u32 0 frontend, 1 backend, 2 server, 3 socket
rate MRP u32 Requests in the last second
rate_lim CLP u32 Limit of requests a second
rate_max MMP u32 Most requests in a second
check_status MOP str Result of the last check
check_code MOP u32 HTTP status of the last check
check_duration MDP u64 Milliseconds that the last check took
hrsp_1xx
hrsp_2xx
hrsp_3xx
hrsp_4xx
hrsp_5xx
hrsp_other
hanafail MCP u64 Failures that observe has seen
req_rate MRP u32 Requests in the last second
req_rate_max MMP u32 Most requests in a second
req_tot MCP u64 Requests that were answered
cli_abrt
srv_abrt
comp_in MCP u64 Bytes that were compressed
comp_out MCP u64 Bytes that compressing made
comp_byp MCP u64 Bytes that were not compressed for lack of time
comp_rsp MCP u64 Responses that were compressed
lastsess MAP s32 Seconds since the last request; -1: none yet
last_chk MOP str What the last check found
last_agt MOP str What the last agent check found
qtime
ctime MaP u32 Average milliseconds that connecting took
rtime
ttime
agent_status MOP str Result of the last agent check
agent_code MOP u32 Code of the last agent check
agent_duration MDP u64 Milliseconds that the last agent check took
check_desc MOP str Result of the last check, in words
agent_desc MOP str Result of the last agent check, in words
check_rise CGS u32 Checks in a row that take it up
check_fall CGS u32 Checks in a row that take it down
check_health CGS u32 Counter of checks, from 0 to rise + fall - 1
agent_rise CGS u32 Agent checks in a row that take it up
agent_fall CGS u32 Agent checks in a row that take it down
agent_health CGS u32 Counter of agent checks
addr CGS str Address and port
cookie CNS str Value of the persistence cookie
mode CGS str Mode of the proxy
algo CGS str How the backend balances
conn_rate MRP u32 Connections in the last second
conn_rate_max MMP u32 Most connections in a second
conn_tot MCP u64 Connections that were accepted
intercepted
dcon MCP u64 Connections that rules refused
dses MCP u64 Sessions that rules refused
wrew MCP u64 Headers that could not be rewritten
connect MCP u64 Attempts to connect
reuse MCP u64 Requests over a connection that was there
cache_lookups MCP u64 Look-ups in the cache
cache_hits MCP u64 Answers from the cache
srv_icur MGP u32 Idle connections that may be used again
src_ilim CLP u32 Limit of idle connections
qtime_max MMP u32 Longest wait for a slot, in milliseconds
ctime_max MMP u32 Longest connecting, in milliseconds
rtime_max MMP u32 Longest wait for a response, in milliseconds
ttime_max MMP u32 Longest request, in milliseconds
eint MCP u64 Errors inside the balancer
idle_conn_cur MGP u32 Idle connections that are not safe to share
safe_conn_cur MGP u32 Idle connections that are safe to share
used_conn_cur MGP u32 Connections in use
need_conn_est MGP u32 Connections that are thought to be needed
uweight MaP u32 Weight that is in force
agg_server_status MGP u32 Servers of the backend in this state
agg_server_check_status MGP u32 Servers of the backend with this result, in an older spelling
agg_check_status MGP u32 Servers of the backend with this result of their checks
`
const MODULES = `
ssl_sess MCP u64
ssl_reused_sess MCP u64
ssl_failed_handshake MCP u64
h2_headers_rcvd MCP u64
h2_data_rcvd MCP u64
h2_settings_rcvd MCP u64
h2_rst_stream_rcvd MCP u64
h2_goaway_rcvd MCP u64
h2_detected_conn_protocol_errors MCP u64
h2_detected_strm_protocol_errors MCP u64
h2_rst_stream_resp MCP u64
h2_goaway_resp MCP u64
h2_open_connections MGP u64
h2_backend_open_streams MGP u64
h2_total_connections MCP u64
h2_backend_total_streams MCP u64
h1_open_connections MGP u64
h1_open_streams MGP u64
h1_total_connections MCP u64
h1_total_streams MCP u64
h1_bytes_in MCP u64
h1_bytes_out MCP u64
h1_spliced_bytes_in MCP u64
h1_spliced_bytes_out MCP u64
`

export const COLUMNS: readonly Column[] = columnsOf(STATIC)
export const MODULE_COLUMNS: readonly Column[] = columnsOf(MODULES)

function columnsOf(text: string): readonly Column[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', tags, type = '', ...description] = line.split(' ')
      return tags === undefined ? counterColumn(name) : { name, tags, type, description: description.join(' ') }
    })
}

function counterColumn(name: string): Column {
  const { isAverage, column: description = '' }: CounterRow = COUNTERS[name as Counter]
  return { name, description, ...(isAverage ? { tags: 'MaP', type: 'u32' } : { tags: 'MCP', type: 'u64' }) }
}
