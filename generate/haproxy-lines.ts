// A line of a haproxy.cfg for each word that HAProxy 2.6 has, as it takes it. docs/from-haproxy.md says what becomes of each, and
// test/applications/haproxy-lines.test.ts asks HAProxy itself about them, and about the same lines with a typing error.

export interface Place {
  /** As the page calls it. */
  readonly title: string
  /** The section that the lines stand in. */
  readonly section: string
  /** How many words before the word that a line is about. */
  readonly at: number
  /** Written before each of them. */
  readonly before?: string
  readonly lines: readonly string[]
}

const lines = (text: string): readonly string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())

export const HAPROXY_LINES: readonly Place[] = [
  {
    title: 'global',
    section: 'global',
    at: 0,
    lines: lines(`
      busy-polling
      ca-base /etc/ssl/certs
      chroot /var/lib/haproxy
      close-spread-time 5s
      cluster-secret secret
      cpu-map 1 0
      crt-base /etc/ssl/private
      daemon
      default-path config
      description text
      expose-experimental-directives
      external-check
      fd-hard-limit 10000
      gid 0
      grace 5s
      group root
      h1-accept-payload-with-any-method
      h1-case-adjust content-type Content-Type
      h1-case-adjust-file /dev/null
      h2-workaround-bogus-websocket-clients
      hard-stop-after 30s
      httpclient.resolvers.id default
      httpclient.resolvers.prefer ipv4
      httpclient.ssl.ca-file @system-ca
      httpclient.ssl.verify none
      insecure-fork-wanted
      insecure-setuid-wanted
      issuers-chain-path /etc/ssl/certs
      localpeer a
      log 127.0.0.1 local0
      log-send-hostname a
      log-tag haproxy
      master-worker
      max-spread-checks 50
      maxcompcpuusage 50
      maxcomprate 100
      maxconn 1000
      maxconnrate 100
      maxpipes 10
      maxsessrate 100
      maxsslconn 100
      maxsslrate 100
      maxzlibmem 10
      mworker-max-reloads 5
      nbthread 1
      no-memory-trimming
      node a
      noepoll
      noevports
      nogetaddrinfo
      nokqueue
      nopoll
      noreuseport
      nosplice
      numa-cpu-mapping
      pidfile /run/haproxy.pid
      pp2-never-send-local
      presetenv A b
      profiling.tasks on
      quiet
      resetenv PATH
      server-state-base /var/lib/haproxy
      server-state-file states
      set-dumpable
      set-var proc.a int(1)
      set-var-fmt proc.b text
      setenv A b
      spread-checks 5
      ssl-default-bind-ciphers HIGH
      ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
      ssl-default-bind-curves P-256
      ssl-default-bind-options ssl-min-ver TLSv1.2
      ssl-default-server-ciphers HIGH
      ssl-default-server-ciphersuites TLS_AES_128_GCM_SHA256
      ssl-default-server-options ssl-min-ver TLSv1.2
      ssl-dh-param-file dh.pem
      ssl-load-extra-del-ext
      ssl-load-extra-files none
      ssl-propquery provider=default
      ssl-provider default
      ssl-provider-path /usr/lib
      ssl-server-verify required
      ssl-skip-self-issued-ca
      stats socket /run/haproxy.sock
      strict-limits
      thread-group 1 1
      thread-groups 1
      tune.buffers.limit 100
      tune.buffers.reserve 3
      tune.bufsize 16384
      tune.comp.maxlevel 1
      tune.fail-alloc 0
      tune.h2.header-table-size 4096
      tune.h2.initial-window-size 65535
      tune.h2.max-concurrent-streams 100
      tune.h2.max-frame-size 16384
      tune.http.cookielen 63
      tune.http.logurilen 1024
      tune.http.maxhdr 101
      tune.idle-pool.shared on
      tune.idletimer 1000
      tune.listener.multi-queue on
      tune.lua.forced-yield 10000
      tune.lua.maxmem 0
      tune.lua.service-timeout 4s
      tune.lua.session-timeout 4s
      tune.lua.task-timeout 4s
      tune.maxaccept 4
      tune.maxpollevents 200
      tune.maxrewrite 1024
      tune.pattern.cache-size 10000
      tune.peers.max-updates-at-once 200
      tune.pipesize 16384
      tune.pool-high-fd-ratio 25
      tune.pool-low-fd-ratio 20
      tune.rcvbuf.client 16384
      tune.rcvbuf.server 16384
      tune.recv_enough 16384
      tune.runqueue-depth 200
      tune.sched.low-latency on
      tune.sndbuf.client 16384
      tune.sndbuf.server 16384
      tune.ssl.cachesize 20000
      tune.ssl.capture-buffer-size 0
      tune.ssl.default-dh-param 2048
      tune.ssl.force-private-cache
      tune.ssl.hard-maxrecord 1024
      tune.ssl.keylog off
      tune.ssl.lifetime 300
      tune.ssl.maxrecord 1024
      tune.ssl.ssl-ctx-cache-size 1000
      tune.vars.check-max-size 100
      tune.vars.global-max-size 100
      tune.vars.proc-max-size 100
      tune.vars.reqres-max-size 100
      tune.vars.sess-max-size 100
      tune.vars.txn-max-size 100
      uid 0
      ulimit-n 2048
      unix-bind mode 600
      unsetenv A
      user root
      zero-warning`),
  },
  {
    title: 'global: stats',
    section: 'global',
    at: 1,
    lines: lines(`
      stats socket /run/a.sock
      stats timeout 30s
      stats maxconn 10`),
  },
  {
    title: 'defaults, frontend, listen and backend',
    section: 'listen',
    at: 0,
    lines: lines(`
      acl a src 10.0.0.0/8
      backlog 100
      balance roundrobin
      bind 127.0.0.1:8080
      bind-process all
      capture cookie A len 32
      clitcpka-cnt 3
      clitcpka-idle 10s
      clitcpka-intvl 10s
      compression algo gzip
      cookie A insert
      declare capture request len 10
      default-server inter 2s
      default_backend other
      description text
      disabled
      dispatch 127.0.0.1:80
      dynamic-cookie-key secret
      email-alert level notice
      enabled
      error-log-format text
      errorfile 503 /dev/null
      errorfiles pages
      errorloc 503 /sorry
      errorloc302 503 /sorry
      errorloc303 503 /sorry
      external-check command /bin/true
      filter compression
      force-persist if TRUE
      fullconn 100
      hash-balance-factor 150
      hash-type consistent
      http-after-response set-header A b
      http-check expect status 200
      http-error status 503 content-type text/plain string sorry
      http-request deny if FALSE
      http-response set-header A b
      http-reuse safe
      http-send-name-header X-Server
      id 7
      ignore-persist if FALSE
      load-server-state-from-file none
      log global
      log-format text
      log-format-sd text
      log-tag haproxy
      max-keep-alive-queue 10
      max-session-srv-conns 5
      maxconn 100
      mode http
      monitor fail if FALSE
      monitor-uri /up
      option httplog
      persist rdp-cookie
      rate-limit sessions 100
      redirect location /a if FALSE
      retries 3
      retry-on conn-failure
      server a 127.0.0.1:80
      server-state-file-name states
      server-template a 1-3 127.0.0.1:80
      source 127.0.0.1
      srvtcpka-cnt 3
      srvtcpka-idle 10s
      srvtcpka-intvl 10s
      stats enable
      stick on src
      stick-table type ip size 1k
      tcp-check connect
      tcp-request content accept
      tcp-response content accept
      timeout check 1s
      transparent
      unique-id-format %ci
      unique-id-header X-ID
      use-fcgi-app app
      use-server s if FALSE
      use_backend other if FALSE`),
  },
  {
    title: 'option',
    section: 'listen',
    at: 1,
    lines: lines(`
      option abortonclose
      option accept-invalid-http-request
      option accept-invalid-http-response
      option allbackups
      option checkcache
      option clitcpka
      option contstats
      option disable-h2-upgrade
      option dontlog-normal
      option dontlognull
      option external-check
      option forwardfor
      option h1-case-adjust-bogus-client
      option h1-case-adjust-bogus-server
      option http-buffer-request
      option http-ignore-probes
      option http-keep-alive
      option http-no-delay
      option http-pretend-keepalive
      option http-restrict-req-hdr-names preserve
      option http-server-close
      option http-use-proxy-header
      option httpchk
      option httpclose
      option httplog
      option httpslog
      option idle-close-on-response
      option independent-streams
      option ldap-check
      option log-health-checks
      option log-separate-errors
      option logasap
      option mysql-check
      option nolinger
      option originalto
      option persist
      option pgsql-check user a
      option prefer-last-server
      option redis-check
      option redispatch
      option smtpchk
      option socket-stats
      option splice-auto
      option splice-request
      option splice-response
      option spop-check
      option srvtcpka
      option ssl-hello-chk
      option tcp-check
      option tcp-smart-accept
      option tcp-smart-connect
      option tcpka
      option tcplog
      option transparent`),
  },
  {
    title: 'timeout',
    section: 'listen',
    at: 1,
    lines: lines(`
      timeout check 1s
      timeout client 1s
      timeout client-fin 1s
      timeout connect 1s
      timeout http-keep-alive 1s
      timeout http-request 1s
      timeout queue 1s
      timeout server 1s
      timeout server-fin 1s
      timeout tarpit 1s
      timeout tunnel 1s`),
  },
  {
    title: 'balance',
    section: 'listen',
    at: 1,
    lines: lines(`
      balance first
      balance hash src
      balance hdr(host)
      balance leastconn
      balance random
      balance rdp-cookie
      balance roundrobin
      balance source
      balance static-rr
      balance uri
      balance url_param a`),
  },
  {
    title: 'bind',
    section: 'frontend',
    at: 2,
    lines: lines(`
      bind :1 accept-netscaler-cip 1
      bind :1 accept-proxy
      bind :1 allow-0rtt
      bind :1 alpn h2
      bind :1 backlog 10
      bind :1 ca-file ca.pem
      bind :1 ca-ignore-err all
      bind :1 ca-sign-file ca.pem
      bind :1 ca-sign-pass a
      bind :1 ca-verify-file ca.pem
      bind :1 ciphers HIGH
      bind :1 ciphersuites TLS_AES_128_GCM_SHA256
      bind :1 crl-file crl.pem
      bind :1 crt crt.pem
      bind :1 crt-ignore-err all
      bind :1 crt-list list
      bind :1 curves P-256
      bind :1 defer-accept
      bind :1 ecdhe prime256v1
      bind :1 expose-fd listeners
      bind :1 force-sslv3
      bind :1 force-tlsv10
      bind :1 force-tlsv11
      bind :1 force-tlsv12
      bind :1 force-tlsv13
      bind :1 generate-certificates
      bind :1 gid 0
      bind :1 group root
      bind :1 id 7
      bind :1 interface lo
      bind :1 level user
      bind :1 maxconn 10
      bind :1 mode 600
      bind :1 mss 1400
      bind :1 name a
      bind :1 namespace a
      bind :1 nice 1
      bind :1 no-ca-names
      bind :1 no-sslv3
      bind :1 no-tls-tickets
      bind :1 no-tlsv10
      bind :1 no-tlsv11
      bind :1 no-tlsv12
      bind :1 no-tlsv13
      bind :1 npn http/1.1
      bind :1 prefer-client-ciphers
      bind :1 process 1
      bind :1 proto h1
      bind :1 severity-output none
      bind :1 shards 1
      bind :1 ssl crt crt.pem
      bind :1 ssl-max-ver TLSv1.3
      bind :1 ssl-min-ver TLSv1.2
      bind :1 strict-sni
      bind :1 tcp-ut 10s
      bind :1 tfo
      bind :1 thread 1
      bind :1 tls-ticket-keys keys
      bind :1 transparent
      bind :1 uid 0
      bind :1 user root
      bind :1 v4v6
      bind :1 v6only
      bind :1 verify none`),
  },
  {
    title: 'server',
    section: 'backend',
    at: 3,
    lines: lines(`
      server a 127.0.0.1:80 addr 127.0.0.1
      server a 127.0.0.1:80 agent-addr 127.0.0.1
      server a 127.0.0.1:80 agent-check agent-port 1
      server a 127.0.0.1:80 agent-inter 2s
      server a 127.0.0.1:80 agent-port 1
      server a 127.0.0.1:80 agent-send a
      server a 127.0.0.1:80 allow-0rtt
      server a 127.0.0.1:80 alpn http/1.1
      server a 127.0.0.1:80 backup
      server a 127.0.0.1:80 ca-file @system-ca
      server a 127.0.0.1:80 check
      server a 127.0.0.1:80 check-alpn http/1.1
      server a 127.0.0.1:80 check-proto h1
      server a 127.0.0.1:80 check-send-proxy
      server a 127.0.0.1:80 check-sni a
      server a 127.0.0.1:80 check-ssl
      server a 127.0.0.1:80 check-via-socks4
      server a 127.0.0.1:80 ciphers HIGH
      server a 127.0.0.1:80 ciphersuites TLS_AES_128_GCM_SHA256
      server a 127.0.0.1:80 cookie a
      server a 127.0.0.1:80 crl-file crl.pem
      server a 127.0.0.1:80 crt crt.pem
      server a 127.0.0.1:80 disabled
      server a 127.0.0.1:80 downinter 2s
      server a 127.0.0.1:80 enabled
      server a 127.0.0.1:80 error-limit 10
      server a 127.0.0.1:80 fall 3
      server a 127.0.0.1:80 fastinter 2s
      server a 127.0.0.1:80 force-sslv3
      server a 127.0.0.1:80 force-tlsv10
      server a 127.0.0.1:80 force-tlsv11
      server a 127.0.0.1:80 force-tlsv12
      server a 127.0.0.1:80 force-tlsv13
      server a 127.0.0.1:80 id 7
      server a 127.0.0.1:80 init-addr none
      server a 127.0.0.1:80 inter 2s
      server a 127.0.0.1:80 log-proto legacy
      server a 127.0.0.1:80 max-reuse 1
      server a 127.0.0.1:80 maxconn 10
      server a 127.0.0.1:80 maxqueue 10
      server a 127.0.0.1:80 minconn 1
      server a 127.0.0.1:80 namespace a
      server a 127.0.0.1:80 no-agent-check
      server a 127.0.0.1:80 no-backup
      server a 127.0.0.1:80 no-check
      server a 127.0.0.1:80 no-check-send-proxy
      server a 127.0.0.1:80 no-check-ssl
      server a 127.0.0.1:80 no-send-proxy
      server a 127.0.0.1:80 no-send-proxy-v2
      server a 127.0.0.1:80 no-send-proxy-v2-ssl
      server a 127.0.0.1:80 no-send-proxy-v2-ssl-cn
      server a 127.0.0.1:80 no-ssl
      server a 127.0.0.1:80 no-ssl-reuse
      server a 127.0.0.1:80 no-sslv3
      server a 127.0.0.1:80 no-tfo
      server a 127.0.0.1:80 no-tls-tickets
      server a 127.0.0.1:80 no-tlsv10
      server a 127.0.0.1:80 no-tlsv11
      server a 127.0.0.1:80 no-tlsv12
      server a 127.0.0.1:80 no-tlsv13
      server a 127.0.0.1:80 non-stick
      server a 127.0.0.1:80 npn http/1.1
      server a 127.0.0.1:80 observe layer7 check
      server a 127.0.0.1:80 on-error mark-down
      server a 127.0.0.1:80 on-marked-down shutdown-sessions
      server a 127.0.0.1:80 on-marked-up shutdown-backup-sessions
      server a 127.0.0.1:80 pool-low-conn 1
      server a 127.0.0.1:80 pool-max-conn 1
      server a 127.0.0.1:80 pool-purge-delay 5s
      server a 127.0.0.1:80 port 81
      server a 127.0.0.1:80 proto h1
      server a 127.0.0.1:80 proxy-v2-options crc32c
      server a 127.0.0.1:80 redir http://a.example
      server a 127.0.0.1:80 resolve-net 10.0.0.0/8
      server a 127.0.0.1:80 resolve-opts allow-dup-ip
      server a 127.0.0.1:80 resolve-prefer ipv4
      server a 127.0.0.1:80 resolvers dns
      server a 127.0.0.1:80 rise 2
      server a 127.0.0.1:80 send-proxy
      server a 127.0.0.1:80 send-proxy-v2
      server a 127.0.0.1:80 send-proxy-v2-ssl
      server a 127.0.0.1:80 send-proxy-v2-ssl-cn
      server a 127.0.0.1:80 slowstart 10s
      server a 127.0.0.1:80 sni str(a)
      server a 127.0.0.1:80 socks4 127.0.0.1:1080
      server a 127.0.0.1:80 source 127.0.0.1
      server a 127.0.0.1:80 ssl verify required ca-file @system-ca
      server a 127.0.0.1:80 ssl-max-ver TLSv1.3
      server a 127.0.0.1:80 ssl-min-ver TLSv1.2
      server a 127.0.0.1:80 ssl-reuse
      server a 127.0.0.1:80 stick
      server a 127.0.0.1:80 tcp-ut 10s
      server a 127.0.0.1:80 tfo
      server a 127.0.0.1:80 tls-tickets
      server a 127.0.0.1:80 track other/s
      server a 127.0.0.1:80 verify none
      server a 127.0.0.1:80 verifyhost a.example
      server a 127.0.0.1:80 weight 10
      server a 127.0.0.1:80 ws h1`),
  },
  {
    title: 'http-request',
    section: 'listen',
    at: 1,
    lines: lines(`
      http-request add-acl(/dev/null) a
      http-request add-header A b
      http-request allow
      http-request auth
      http-request cache-use a
      http-request capture src len 15
      http-request del-acl(/dev/null) a
      http-request del-header A
      http-request del-map(/dev/null) a
      http-request deny
      http-request disable-l7-retry
      http-request do-resolve(txn.a,dns) hdr(host)
      http-request early-hint Link a
      http-request normalize-uri path-merge-slashes
      http-request redirect location /a
      http-request reject
      http-request replace-header A b c
      http-request replace-path a b
      http-request replace-pathq a b
      http-request replace-uri a b
      http-request replace-value A b c
      http-request return status 200
      http-request sc-inc-gpc(0,0)
      http-request sc-inc-gpc0(0)
      http-request sc-inc-gpc1(0)
      http-request sc-set-gpt(0,0) 1
      http-request sc-set-gpt0(0) 1
      http-request send-spoe-group a b
      http-request set-dst src
      http-request set-dst-port int(80)
      http-request set-header A b
      http-request set-log-level silent
      http-request set-map(/dev/null) a b
      http-request set-mark 1
      http-request set-method GET
      http-request set-nice 1
      http-request set-path /a
      http-request set-pathq /a?b
      http-request set-priority-class int(1)
      http-request set-priority-offset int(1)
      http-request set-query a
      http-request set-src src
      http-request set-src-port int(80)
      http-request set-timeout server 1s
      http-request set-tos 1
      http-request set-uri /a
      http-request set-var(txn.a) src
      http-request set-var-fmt(txn.a) a
      http-request silent-drop
      http-request strict-mode on
      http-request tarpit
      http-request track-sc0 src
      http-request unset-var(txn.a)
      http-request use-service prometheus-exporter
      http-request wait-for-body time 1s
      http-request wait-for-handshake`),
  },
  {
    title: 'http-response',
    section: 'listen',
    at: 1,
    lines: lines(`
      http-response add-acl(/dev/null) a
      http-response add-header A b
      http-response allow
      http-response cache-store a
      http-response capture status id 0
      http-response del-acl(/dev/null) a
      http-response del-header A
      http-response del-map(/dev/null) a
      http-response deny
      http-response redirect location /a
      http-response replace-header A b c
      http-response replace-value A b c
      http-response return status 200
      http-response sc-inc-gpc(0,0)
      http-response sc-inc-gpc0(0)
      http-response sc-inc-gpc1(0)
      http-response sc-set-gpt(0,0) 1
      http-response sc-set-gpt0(0) 1
      http-response send-spoe-group a b
      http-response set-header A b
      http-response set-log-level silent
      http-response set-map(/dev/null) a b
      http-response set-mark 1
      http-response set-nice 1
      http-response set-status 200
      http-response set-tos 1
      http-response set-var(txn.a) src
      http-response set-var-fmt(txn.a) a
      http-response silent-drop
      http-response strict-mode on
      http-response track-sc0 src
      http-response unset-var(txn.a)
      http-response wait-for-body time 1s`),
  },
  {
    title: 'http-after-response',
    section: 'listen',
    at: 1,
    lines: lines(`
      http-after-response add-header A b
      http-after-response allow
      http-after-response capture status id 0
      http-after-response del-header A
      http-after-response replace-header A b c
      http-after-response replace-value A b c
      http-after-response set-header A b
      http-after-response set-status 200
      http-after-response set-var(txn.a) src
      http-after-response set-var-fmt(txn.a) a
      http-after-response strict-mode on
      http-after-response unset-var(txn.a)`),
  },
  {
    title: 'tcp-request connection',
    section: 'listen',
    at: 2,
    lines: lines(`
      tcp-request connection accept
      tcp-request connection expect-netscaler-cip layer4
      tcp-request connection expect-proxy layer4
      tcp-request connection reject
      tcp-request connection sc-inc-gpc(0,0)
      tcp-request connection sc-inc-gpc0(0)
      tcp-request connection sc-inc-gpc1(0)
      tcp-request connection sc-set-gpt(0,0) 1
      tcp-request connection sc-set-gpt0(0) 1
      tcp-request connection set-dst src
      tcp-request connection set-dst-port int(80)
      tcp-request connection set-mark 1
      tcp-request connection set-src src
      tcp-request connection set-src-port int(80)
      tcp-request connection set-tos 1
      tcp-request connection set-var(sess.a) src
      tcp-request connection set-var-fmt(sess.a) a
      tcp-request connection silent-drop
      tcp-request connection track-sc0 src
      tcp-request connection unset-var(sess.a)`),
  },
  {
    title: 'tcp-request session',
    section: 'listen',
    at: 2,
    lines: lines(`
      tcp-request session accept
      tcp-request session reject
      tcp-request session sc-inc-gpc(0,0)
      tcp-request session sc-inc-gpc0(0)
      tcp-request session sc-inc-gpc1(0)
      tcp-request session sc-set-gpt(0,0) 1
      tcp-request session sc-set-gpt0(0) 1
      tcp-request session set-dst src
      tcp-request session set-dst-port int(80)
      tcp-request session set-mark 1
      tcp-request session set-src src
      tcp-request session set-src-port int(80)
      tcp-request session set-tos 1
      tcp-request session set-var(sess.a) src
      tcp-request session set-var-fmt(sess.a) a
      tcp-request session silent-drop
      tcp-request session track-sc0 src
      tcp-request session unset-var(sess.a)`),
  },
  {
    title: 'tcp-request content',
    section: 'listen',
    at: 2,
    lines: lines(`
      tcp-request content accept
      tcp-request content capture src len 15
      tcp-request content do-resolve(txn.a,dns) hdr(host)
      tcp-request content reject
      tcp-request content sc-inc-gpc(0,0)
      tcp-request content sc-inc-gpc0(0)
      tcp-request content sc-inc-gpc1(0)
      tcp-request content sc-set-gpt(0,0) 1
      tcp-request content sc-set-gpt0(0) 1
      tcp-request content send-spoe-group a b
      tcp-request content set-dst src
      tcp-request content set-dst-port int(80)
      tcp-request content set-log-level silent
      tcp-request content set-mark 1
      tcp-request content set-nice 1
      tcp-request content set-priority-class int(1)
      tcp-request content set-priority-offset int(1)
      tcp-request content set-src src
      tcp-request content set-src-port int(80)
      tcp-request content set-tos 1
      tcp-request content set-var(sess.a) src
      tcp-request content set-var-fmt(sess.a) a
      tcp-request content silent-drop
      tcp-request content switch-mode http
      tcp-request content track-sc0 src
      tcp-request content unset-var(sess.a)`),
  },
  {
    title: 'tcp-response content',
    section: 'listen',
    at: 2,
    lines: lines(`
      tcp-response content accept
      tcp-response content close
      tcp-response content reject
      tcp-response content sc-inc-gpc(0,0)
      tcp-response content sc-inc-gpc0(0)
      tcp-response content sc-inc-gpc1(0)
      tcp-response content sc-set-gpt(0,0) 1
      tcp-response content sc-set-gpt0(0) 1
      tcp-response content send-spoe-group a b
      tcp-response content set-log-level silent
      tcp-response content set-mark 1
      tcp-response content set-nice 1
      tcp-response content set-tos 1
      tcp-response content set-var(sess.a) src
      tcp-response content set-var-fmt(sess.a) a
      tcp-response content silent-drop
      tcp-response content unset-var(sess.a)`),
  },
  {
    title: 'stats',
    section: 'listen',
    at: 1,
    lines: lines(`
      stats admin if FALSE
      stats auth a:b
      stats enable
      stats hide-version
      stats http-request auth
      stats realm text
      stats refresh 10s
      stats scope .
      stats show-desc text
      stats show-legends
      stats show-modules
      stats show-node
      stats uri /stats`),
  },
  {
    title: 'http-check',
    section: 'listen',
    at: 1,
    lines: lines(`
      http-check comment text
      http-check connect
      http-check disable-on-404
      http-check expect status 200
      http-check send meth GET
      http-check send-state
      http-check set-var(check.a) int(1)
      http-check set-var-fmt(check.a) a
      http-check unset-var(check.a)`),
  },
  {
    title: 'tcp-check',
    section: 'listen',
    at: 1,
    lines: lines(`
      tcp-check comment text
      tcp-check connect
      tcp-check expect string a
      tcp-check send a
      tcp-check send-lf a
      tcp-check send-binary 00
      tcp-check send-binary-lf 00
      tcp-check set-var(check.a) int(1)
      tcp-check set-var-fmt(check.a) a
      tcp-check unset-var(check.a)`),
  },
  {
    title: 'filter',
    section: 'listen',
    at: 1,
    lines: lines(`
      filter cache a
      filter compression
      filter fcgi-app a
      filter spoe engine a config spoe.conf
      filter trace`),
  },
  {
    title: 'userlist',
    section: 'userlist NAME',
    at: 0,
    lines: lines(`
      group a
      user a insecure-password b`),
  },
  {
    title: 'peers',
    section: 'peers NAME',
    at: 0,
    lines: lines(`
      bind 127.0.0.1:1
      default-bind maxconn 10
      default-server weight 10
      disabled
      enabled
      log 127.0.0.1 local0
      peer a 127.0.0.1:1
      server a 127.0.0.1:1
      table a type ip size 1k`),
  },
  {
    title: 'resolvers',
    section: 'resolvers NAME',
    at: 0,
    lines: lines(`
      accepted_payload_size 1024
      hold valid 10s
      nameserver a 127.0.0.1:53
      parse-resolv-conf
      resolve_retries 3
      timeout retry 1s`),
  },
  {
    title: 'mailers',
    section: 'mailers NAME',
    at: 0,
    lines: lines(`
      mailer a 127.0.0.1:25
      timeout mail 10s`),
  },
  {
    title: 'cache',
    section: 'cache NAME',
    at: 0,
    lines: lines(`
      max-age 60
      max-object-size 1000
      max-secondary-entries 10
      process-vary on
      total-max-size 4`),
  },
  {
    title: 'ring',
    section: 'ring NAME',
    at: 0,
    lines: lines(`
      backing-file /dev/null
      description text
      format raw
      maxlen 1000
      server a 127.0.0.1:1
      size 100000
      timeout connect 5s`),
  },
  {
    title: 'http-errors',
    section: 'http-errors NAME',
    at: 0,
    lines: lines(`
      errorfile 503 /dev/null`),
  },
  {
    title: 'program',
    section: 'program NAME',
    at: 0,
    lines: lines(`
      command true
      group root
      option start-on-reload
      user root`),
  },
  {
    title: 'fcgi-app',
    section: 'fcgi-app NAME',
    at: 0,
    lines: lines(`
      acl a src 10.0.0.0/8
      docroot /var/www
      index index.php
      log-stderr global
      option keep-conn
      pass-header A
      path-info a
      set-param A b`),
  },
  {
    title: 'log-forward',
    section: 'log-forward NAME',
    at: 0,
    lines: lines(`
      backlog 10
      bind 127.0.0.1:1
      dgram-bind 127.0.0.1:1
      log 127.0.0.1 local0
      maxconn 10
      timeout client 10s`),
  },
]
