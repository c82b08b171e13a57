// The peer: reflare as its README sets it up, with three servers and `ip-hash`, its own way to keep a client on its
// server. Without an origin's address in `cf-connecting-ip` every client has one address, so one server takes all.

import useReflare from 'reflare'

export default {
  async fetch(request, env) {
    const reflare = await useReflare()
    reflare.push({
      path: '/*',
      loadBalancing: { policy: 'ip-hash' },
      upstream: env.ORIGINS.map((origin) => {
        const { hostname, port } = new URL(origin)
        return { domain: hostname, protocol: 'http', port: Number(port) }
      }),
    })
    return reflare.handle(request)
  },
}
