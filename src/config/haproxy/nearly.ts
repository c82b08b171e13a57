// Fetches and converters whose value is HAProxy's only nearly.

const COUNTED = 'it counts requests, those of this isolate: under limpet serve all of them'

/** By name; a fetch and a converter of one name differ in the same way. */
export const NEARLY: Readonly<Record<string, string>> = {
  ssl_fc_sni: "ssl_fc_sni is the Host's name: a Worker does not see that of the TLS handshake",
  ...Object.fromEntries(
    'be_conn be_conn_free connslots dst_conn fe_conn srv_conn srv_conn_free queue avg_queue srv_queue be_sess_rate fe_req_rate fe_sess_rate srv_sess_rate'
      .split(' ')
      .map((name) => [name, `${name}: ${COUNTED}`]),
  ),
  HTTP_URL_STAR: 'HTTP_URL_STAR never holds: a request for * is answered with 400 before any rule is asked',
  ...Object.fromEntries(
    ['req.ver', 'req_ver', 'capture.req.ver'].map((name) => [
      name,
      `${name} takes HTTP/1.0 for HTTP/1.1 under limpet serve: workerd does not tell them apart`,
    ]),
  ),
  thread: 'thread is 0: an isolate has one thread',
  stopping: 'stopping is false: a Worker is not told that it stops',
  'req.hdrs': 'req.hdrs has the headers in the order of their names',
  'res.hdrs': 'res.hdrs has the headers in the order of their names',
  ...Object.fromEntries(
    ['res.body', 'res.body_len'].map((name) => [name, `${name} of a compressed response is about what was compressed`]),
  ),
  ltime: 'ltime is in UTC: a Worker has no time zone of its own',
  jwt_verify: 'jwt_verify knows shared secrets (HS256, HS384, HS512): signatures by certificates are not available',
  debug: 'debug shows nothing',
}

const NAMES = Object.keys(NEARLY).map((name) => name.replaceAll('.', String.raw`\.`))
/** Where a sample begins, or behind a comma of it. */
const NAMED = new RegExp(String.raw`(?:^!*|[[,])(${NAMES.join('|')})(?:_end|_reg)?(?=[(,\]]|$)`)

/** How the first of them in a line differs; undefined: there is none. */
export function nearlyBecause(words: readonly string[]): string | undefined {
  for (const [i, word] of words.entries()) {
    const found = maySample(words, i) ? NAMED.exec(word)?.[1] : undefined
    if (found !== undefined) return NEARLY[found]
  }
  return undefined
}

/** A plain word, such as `queue`, may be a value. */
function maySample(words: readonly string[], i: number): boolean {
  return words[i - 1] === '{' || (words[0] === 'acl' && i === 2) || /[[(_.,]/.test(words[i]!)
}
