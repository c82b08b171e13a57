// Varnish, which has no stickiness until its VCL says so, in three ways: a cookie of its own, a server's name in front of the application's
// cookie, and a global variable for each session that it has seen. A reload loads another VCL; a server that drains gets no new clients there.

import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { balancerOf, movableClock, versionOf } from '../peer.ts'
import type { Peer } from '../peer.ts'
import { CHECK, HEALTH, SESSION_COOKIE } from '../setting.ts'
import type { Setting } from '../setting.ts'

const run = promisify(execFile)

/** VCL for one way: which server a request names, and how an answer of X-Backend is remembered. */
interface Way {
  readonly imports: readonly string[]
  readonly recall: string
  readonly remember: string
}

const OWN: Way = {
  imports: [],
  recall: 'set req.http.X-Server = cookie.get("SERVERID");',
  remember: `if (resp.http.X-Backend != req.http.X-Server) {
    header.append(resp.http.Set-Cookie, "SERVERID=" + resp.http.X-Backend + "; Path=/; HttpOnly");
  }`,
}

const PREFIX: Way = {
  imports: [],
  recall: `set req.http.X-Session = cookie.get("${SESSION_COOKIE}");
  if (req.http.X-Session ~ "~") {
    set req.http.X-Server = regsub(req.http.X-Session, "~.*", "");
    cookie.set("${SESSION_COOKIE}", regsub(req.http.X-Session, "^[^~]*~", ""));
    set req.http.Cookie = cookie.get_string();
  }`,
  remember: `if (resp.http.Set-Cookie ~ "^${SESSION_COOKIE}=") {
    set resp.http.Set-Cookie = regsub(resp.http.Set-Cookie, "=", "=" + resp.http.X-Backend + "~");
  }`,
}

const LEARNT: Way = {
  imports: ['var'],
  recall: `if (cookie.get("${SESSION_COOKIE}")) {
    set req.http.X-Server = var.global_get(cookie.get("${SESSION_COOKIE}"));
  }`,
  remember: `if (resp.http.Set-Cookie ~ "^${SESSION_COOKIE}=") {
    var.global_set(regsub(resp.http.Set-Cookie, "^${SESSION_COOKIE}=([^;]+).*", "\\1"), resp.http.X-Backend);
  }`,
}

export const VARNISH: readonly Peer[] = [
  peer('own cookie', 'varnish-cookie', OWN),
  peer('prefix', 'varnish-prefix', PREFIX),
  peer('learnt', 'varnish-learnt', LEARNT),
]

function peer(setUp: string, id: string, way: Way): Peer {
  return {
    program: 'Varnish',
    setUp,
    id,
    clients: 'cookies',
    version: () => versionOf(['varnishd', '-V'], /varnish-(\S+)/),
    async open(place) {
      return balancerOf(
        place.ports.map((port, i) => {
          const directory = join(place.directory, `varnish-${i}`)
          mkdirSync(directory)
          const file = join(directory, 'app.vcl')
          const work = join(directory, 'work')
          let loads = 0
          return {
            port,
            log: join(directory, 'log'),
            command: [
              'varnishd',
              '-F',
              '-j',
              'none',
              '-n',
              work,
              '-a',
              `127.0.0.1:${port}`,
              '-f',
              file,
              '-s',
              'malloc,8M',
            ],
            env: movableClock(place),
            stopSignal: 'SIGTERM',
            write: (setting) => writeFileSync(file, vclOf(setting, way)),
            async reload() {
              const name = `reload${++loads}`
              await run('varnishadm', ['-n', work, 'vcl.load', name, file])
              await run('varnishadm', ['-n', work, 'vcl.use', name])
            },
          }
        }),
      )
    },
  }
}

function vclOf({ servers }: Setting, { imports, recall, remember }: Way): string {
  const backends = servers.map(
    ({ name, port }) =>
      `backend ${name} { .host = "127.0.0.1"; .port = "${port}"; .probe = check; .connect_timeout = 2s; .first_byte_timeout = 10s; }`,
  )
  const known = servers.map(
    ({ name, formerly }) =>
      `if (${[name, ...formerly].map((each) => `req.http.X-Server == "${each}"`).join(' || ')}) { set req.backend_hint = ${name}; }`,
  )
  return `vcl 4.1;
import directors;
import std;
import cookie;
import header;
${imports.map((each) => `import ${each};`).join('\n')}
probe check {
  .url = "${HEALTH}"; .interval = ${CHECK.interMs / 1000}s; .timeout = ${CHECK.timeoutMs / 1000}s;
  .window = ${CHECK.fall + CHECK.rise - 1}; .threshold = ${CHECK.rise}; .initial = ${CHECK.fall + CHECK.rise - 1};
}
${backends.join('\n')}
sub vcl_init {
  new any = directors.round_robin();
${servers
  .filter(({ isDrained }) => !isDrained)
  .map(({ name }) => `  any.add_backend(${name});`)
  .join('\n')}
}
sub vcl_recv {
  unset req.http.X-Server;
  cookie.parse(req.http.Cookie);
  ${recall}
  set req.backend_hint = any.backend();
  ${known.join(' else ')}
  if (!std.healthy(req.backend_hint)) { set req.backend_hint = any.backend(); }
  if (req.http.Upgrade ~ "(?i)websocket") { return (pipe); }
  return (pass);
}
sub vcl_pipe {
  if (req.http.Upgrade) {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
  }
}
sub vcl_backend_response {
  set beresp.http.X-Backend = beresp.backend;
}
sub vcl_backend_error {
  if (bereq.retries < 3) {
    set bereq.backend = any.backend();
    return (retry);
  }
}
sub vcl_deliver {
  if (resp.http.X-Backend) {
    ${remember}
  }
  unset resp.http.X-Backend;
}
`
}
