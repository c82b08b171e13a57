// What hand-written code costs that does what Limpet does for a plain sticky backend, and nothing else: `cookie insert indirect nocache
// maxidle 30m maxlife 8h`, X-Forwarded-For, round robin, counts, a header timeout. Only the sealed cookie is Limpet's own, so that
// both read and write the same bytes. What Limpet needs more than this is the price of being general.

import { createSealed, importCookieKeys } from '../../src/persistence/sealed.ts'

const MAXIDLE_S = 1_800
const MAXLIFE_S = 28_800
const TIMEOUT_MS = 60_000

let codec
const counts = { requests: 0, valid: 0, none: 0, ok: 0, responseMs: 0 }
let turn = 0

export default {
  async fetch(request, env) {
    codec ??= await createSealed(await importCookieKeys(env.COOKIE_KEYS), env.BACKEND, env.COOKIE, env.SERVERS)
    const startedMs = Date.now()
    const nowS = Math.floor(startedMs / 1000)
    const headers = {}
    let cookie
    request.headers.forEach((value, name) => {
      if (name === 'cookie') cookie = value
      else headers[name] = value
    })
    const peer = request.cf.clientIp
    const address = peer.slice(0, peer.lastIndexOf(':'))
    headers['x-forwarded-for'] = headers['x-forwarded-for'] ? `${headers['x-forwarded-for']}, ${address}` : address
    if (env.IS_FORWARDED) {
      headers['x-forwarded-proto'] = 'http'
      headers['x-forwarded-host'] = headers.host
      headers['x-forwarded-port'] = '80'
    }
    let server
    let dates
    if (cookie !== undefined) {
      const at = cookie.indexOf(`${env.COOKIE}=`)
      if (at === -1) headers.cookie = cookie
      else {
        const semicolon = cookie.indexOf(';', at)
        const end = semicolon === -1 ? cookie.length : semicolon
        const value = cookie.slice(at + env.COOKIE.length + 1, end)
        const decoded = codec.decode(value)
        const known = typeof decoded === 'symbol' ? await codec.verify(value) : decoded
        if (known && nowS - known.dates.firstS <= MAXLIFE_S && nowS - known.dates.lastS <= MAXIDLE_S) {
          server = known.serverCookie
          dates = known.dates
        }
        if (at > 0) headers.cookie = cookie.slice(0, at - 2) + cookie.slice(end)
        else if (end < cookie.length) headers.cookie = cookie.slice(end + 2)
      }
    }
    const isNew = server === undefined
    if (isNew) server = env.SERVERS[turn++ % env.SERVERS.length]
    const answering = env[`server:${env.BACKEND}/${server}`].fetch(request.url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: 'manual',
    })
    const response = await new Promise((resolve, reject) => {
      answering.then(resolve, reject)
      setTimeout(reject, TIMEOUT_MS, 'timeout')
    })
    counts.requests += 1
    counts[isNew ? 'none' : 'valid'] += 1
    counts[response.status < 400 ? 'ok' : 'bad'] += 1
    counts.responseMs += Date.now() - startedMs
    if (!isNew && dates.lastS >= nowS) return response
    const lastS = Math.ceil(nowS / 4) * 4
    const written = await codec.encode(server, { lastS, firstS: dates?.firstS ?? lastS })
    const copy = new Response(response.body, response)
    copy.headers.append('set-cookie', `${env.COOKIE}=${written}; path=/; HttpOnly`)
    return copy
  },
}
