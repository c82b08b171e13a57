// The keywords of a global section (configuration manual 3), and what becomes of a line with each.

import { differs, platform, unsupported } from './line-status.ts'
import { gone, newer, row, wordTable } from './words.ts'

const PROCESS = platform("processes and their limits are the platform's")
const BUFFERS = platform("memory and buffers are the platform's")
const CIPHERS = differs("versions and ciphers are the platform's")
const TO_SERVERS = differs("to servers, versions and ciphers are the platform's")
const USER = differs('limpet serve runs as the user who starts it')
const STATES = differs('states are kept in the directory of --state')
const NOT_LIMITED = unsupported('new connections are not limited')
const NO_LUA = unsupported('there is no Lua')
const NO_DEVICES = unsupported('there is no detection of devices')

export const GLOBAL_WORDS = wordTable(
  'global keyword',
  row(
    'log log-tag presetenv resetenv set-var set-var-fmt setenv spread-checks stats unsetenv ca-base crt-base default-path ssl-default-bind-options ssl-default-server-options ssl-server-verify',
  ),
  row(
    'busy-polling close-spread-time cluster-secret cpu-map daemon description expose-experimental-directives fd-hard-limit grace insecure-fork-wanted insecure-setuid-wanted localpeer master-worker maxcompcpuusage maxcomprate maxpipes maxzlibmem mworker-max-reloads nbthread no-memory-trimming no-quic node noepoll noevports nogetaddrinfo nokqueue nopoll noreuseport nosplice numa-cpu-mapping pidfile pp2-never-send-local profiling.memory profiling.tasks quiet set-dumpable strict-limits thread-group thread-groups ulimit-n zero-warning',
    PROCESS,
  ),
  row(
    'httpclient.resolvers.id httpclient.resolvers.prefer httpclient.ssl.ca-file httpclient.ssl.verify',
    platform('nothing here asks by it'),
  ),
  row(
    'tune.buffers.limit tune.buffers.reserve tune.bufsize tune.comp.maxlevel tune.fail-alloc tune.fd.edge-triggered tune.h2.header-table-size tune.h2.initial-window-size tune.h2.max-concurrent-streams tune.h2.max-frame-size tune.http.maxhdr tune.idle-pool.shared tune.idletimer tune.listener.multi-queue tune.lua.forced-yield tune.lua.maxmem tune.lua.service-timeout tune.lua.session-timeout tune.lua.task-timeout tune.maxaccept tune.maxpollevents tune.maxrewrite tune.pattern.cache-size tune.peers.max-updates-at-once tune.pipesize tune.pool-high-fd-ratio tune.pool-low-fd-ratio tune.quic.conn-buf-limit tune.quic.frontend.max-idle-timeout tune.quic.frontend.max-streams-bidi tune.quic.max-frame-loss tune.quic.retry-threshold tune.rcvbuf.client tune.rcvbuf.server tune.recv_enough tune.runqueue-depth tune.sched.low-latency tune.sndbuf.client tune.sndbuf.server tune.ssl.cachesize tune.ssl.capture-buffer-size tune.ssl.capture-cipherlist-size tune.ssl.default-dh-param tune.ssl.force-private-cache tune.ssl.hard-maxrecord tune.ssl.keylog tune.ssl.lifetime tune.ssl.maxrecord tune.ssl.ssl-ctx-cache-size tune.vars.check-max-size tune.vars.global-max-size tune.vars.proc-max-size tune.vars.reqres-max-size tune.vars.sess-max-size tune.vars.txn-max-size tune.zlib.memlevel tune.zlib.windowsize',
    BUFFERS,
  ),
  row(
    'ssl-dh-param-file ssl-engine ssl-load-extra-del-ext ssl-load-extra-files ssl-mode-async ssl-propquery ssl-provider ssl-provider-path ssl-skip-self-issued-ca',
    platform("TLS is the platform's"),
  ),
  row('issuers-chain-path', differs('write all certificates of the chain into the file of crt')),
  row('ssl-default-bind-ciphers ssl-default-bind-ciphersuites ssl-default-bind-curves', CIPHERS),
  row('ssl-default-server-ciphers ssl-default-server-ciphersuites', TO_SERVERS),
  row('chroot gid group uid user', USER),
  row('unix-bind', differs('a socket belongs to the user who runs it')),
  row('server-state-base server-state-file', STATES),
  row('maxconn maxsslconn', differs('frontends have no limit together: give each a maxconn')),
  row('maxconnrate maxsessrate maxsslrate', NOT_LIMITED),
  row('hard-stop-after', differs('how long a stop may take is said by limpet serve --drain')),
  row('max-spread-checks', differs('checks are spread by spread-checks, whatever their interval')),
  row('log-send-hostname', differs("log lines have this machine's name")),
  row('tune.http.cookielen', differs('cookies are captured as far as their len says')),
  row('tune.http.logurilen', differs('a URI is logged whole')),
  row(
    'h1-accept-payload-with-any-method h1-case-adjust h1-case-adjust-file h2-workaround-bogus-websocket-clients',
    differs('HTTP is read and written by the platform'),
  ),
  row('lua-load lua-load-per-thread', NO_LUA),
  row('lua-prepend-path', platform('no Lua is loaded from there')),
  row('external-check', unsupported('no program is run: check by option httpchk')),
  row(
    '51degrees-cache-size 51degrees-data-file 51degrees-property-name-list 51degrees-property-separator deviceatlas-json-file deviceatlas-log-level deviceatlas-properties-cookie deviceatlas-separator wurfl-cache-size wurfl-data-file wurfl-information-list wurfl-information-list-separator wurfl-patch-file',
    NO_DEVICES,
  ),
  row('nbproc', differs('HAProxy 2.6 refuses this word: remove it; one process runs here')),
  ...gone({
    'tune.chksize': 'tune.bufsize is used for checks, too',
    'module-load': 'remove it',
  }),
  newer('2.7', 'anonkey prealloc-fd', PROCESS),
  newer(
    '2.8',
    'limited-quic thread-hard-limit tune.h2.be.initial-window-size tune.h2.be.max-concurrent-streams tune.h2.fe.initial-window-size tune.h2.fe.max-concurrent-streams tune.lua.log.loggers tune.lua.log.stderr tune.memory.hot-size tune.stick-counters',
    PROCESS,
  ),
  newer('2.8', 'ssl-default-bind-client-sigalgs ssl-default-bind-sigalgs', CIPHERS),
  newer('2.8', 'httpclient.retries httpclient.timeout.connect', platform('nothing here asks by it')),
  newer(
    '3.0',
    'harden.reject-privileged-ports.quic harden.reject-privileged-ports.tcp ocsp-update.disable ocsp-update.httpproxy ocsp-update.maxdelay ocsp-update.mindelay ocsp-update.mode setcap stats-file tune.disable-zero-copy-forwarding tune.h1.zero-copy-fwd-recv tune.h1.zero-copy-fwd-send tune.h2.be.glitches-threshold tune.h2.fe.glitches-threshold tune.h2.fe.max-total-streams tune.h2.zero-copy-fwd-send tune.lua.burst-timeout tune.max-checks-per-thread tune.pt.zero-copy-forwarding tune.rcvbuf.backend tune.rcvbuf.frontend tune.ring.queues tune.sndbuf.backend tune.sndbuf.frontend',
    PROCESS,
  ),
  newer('3.0', 'ssl-default-server-client-sigalgs ssl-default-server-sigalgs ssl-security-level', TO_SERVERS),
  newer('3.1', 'expose-deprecated-directives', PROCESS),
  newer('3.2', 'cpu-policy cpu-set dns-accept-family warn-blocked-traffic-after', PROCESS),
)
