// What hand-written code costs that does what Limpet does for a plain sticky backend, and nothing else: `cookie insert indirect nocache
// maxidle 30m maxlife 8h`, X-Forwarded-For, nothing forged, round robin, counts, a header timeout. Only the sealed cookie is Limpet's own,
// so that both read and write the same bytes. What Limpet needs more than this is the price of being general.

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
    const headers = new Headers(request.headers)
    // What a client says of itself in Cloudflare's name.
    const names = [...request.headers.keys()]
    for (const name of names) {
      if (name.startsWith('cf-') || name.startsWith('cf_')) headers.delete(name)
      if (env.IS_FORWARDED && name.startsWith('x-forwarded-')) headers.delete(name)
    }
    const peer = request.cf.clientIp
    headers.append('x-forwarded-for', peer.slice(0, peer.lastIndexOf(':')))
    if (env.IS_FORWARDED) {
      headers.set('x-forwarded-proto', 'http')
      headers.set('x-forwarded-host', headers.get('host'))
      headers.set('x-forwarded-port', '80')
    }
    const cookie = headers.get('cookie')
    let server
    let dates
    const at = cookie === null ? -1 : cookie.indexOf(`${env.COOKIE}=`)
    if (at !== -1) {
      const semicolon = cookie.indexOf(';', at)
      const end = semicolon === -1 ? cookie.length : semicolon
      const value = cookie.slice(at + env.COOKIE.length + 1, end)
      const decoded = codec.decode(value)
      const known = typeof decoded === 'symbol' ? await codec.verify(value) : decoded
      if (known && nowS - known.dates.firstS <= MAXLIFE_S && nowS - known.dates.lastS <= MAXIDLE_S) {
        server = known.serverCookie
        dates = known.dates
      }
      if (at > 0) headers.set('cookie', cookie.slice(0, at - 2) + cookie.slice(end))
      else if (end < cookie.length) headers.set('cookie', cookie.slice(end + 2))
      else headers.delete('cookie')
    }
    const isNew = server === undefined
    if (isNew) server = env.SERVERS[turn++ % env.SERVERS.length]
    const { method } = request
    const init =
      method === 'GET' ? { headers, redirect: 'manual' } : { method, headers, body: request.body, redirect: 'manual' }
    const answering = env[`server:${env.BACKEND}/${server}`].fetch(request.url, init)
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
    const answered = copy.headers
    answered.append('set-cookie', `${env.COOKIE}=${written}; path=/; HttpOnly`)
    answered.append('cache-control', 'private')
    return copy
  },
}
