// What the facts are asked of: a Worker that is a server of the balancer, and, for whoever has the key, asks others in its
// stead, so that what a Worker is answered can be seen unchanged.

export default {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url)
    const act = PATHS[pathname]
    if (!act) return new Response(null, { status: 404 })
    if (pathname.startsWith('/prove/') && request.headers.get('x-prove-key') !== env.PROVE_KEY) {
      return new Response(null, { status: 403 })
    }
    return act(request, env, new URLSearchParams(search))
  },
}

const PATHS = {
  '/health': () => new Response('ok'),

  '/whoami': (request, env) =>
    Response.json({ name: env.PROVE_NAME, method: request.method, headers: Object.fromEntries(request.headers) }),

  '/tagged'(request) {
    const headers = { etag: '"1"' }
    if (request.headers.get('if-none-match') === '"1"') return new Response(null, { status: 304, headers })
    return new Response('tagged', { headers })
  },

  // A static extension: cached by default.
  '/now.css': () =>
    new Response(`/* ${crypto.randomUUID()} */`, {
      headers: { 'content-type': 'text/css', 'cache-control': 'public, max-age=600' },
    }),

  '/socket'(request) {
    if (request.headers.get('upgrade') !== 'websocket') return new Response(null, { status: 426 })
    const { 0: client, 1: server } = new WebSocketPair()
    server.accept()
    server.addEventListener('message', ({ data }) => server.send(`echo ${data}`))
    return new Response(null, { status: 101, webSocket: client })
  },

  /** Asks `url` with these headers and this `cf`, and tells what came back. */
  async '/prove/ask'(request) {
    const { url, headers, cf } = await request.json()
    try {
      const response = await fetch(url, { headers, cf, redirect: 'manual' })
      const body = await response.text()
      return Response.json({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: body.slice(0, 4_000),
      })
    } catch (error) {
      return Response.json({ threw: String(error) })
    }
  },

  /** Writes to the default cache, or reads what another Worker has written. */
  async '/prove/cache'(request, _env, query) {
    const key = query.get('key')
    try {
      if (request.method === 'POST') {
        await caches.default.put(key, new Response('cached', { headers: { 'cache-control': 'max-age=60' } }))
      }
      const hit = await caches.default.match(key)
      return Response.json({ hit: hit !== undefined })
    } catch (error) {
      return Response.json({ threw: String(error) })
    }
  },

  /** Opens a socket to `host:port`. */
  async '/prove/connect'(_request, _env, query) {
    const { connect } = await import('cloudflare:sockets')
    const socket = connect({ hostname: query.get('host'), port: Number(query.get('port')) })
    try {
      const slow = new Promise((_, reject) => setTimeout(() => reject(new Error('no answer within 5 s')), 5_000))
      await Promise.race([socket.opened, slow])
      await socket.close()
      return Response.json({ opened: true })
    } catch (error) {
      return Response.json({ threw: String(error) })
    }
  },
}
