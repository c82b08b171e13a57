// Clients that cannot be distinguished: a Worker in another zone sends all its clients' requests from one address, the same for every
// such Worker. A backend that chooses servers by the client's address then sends them all to one server; logged once.
// https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-connecting-ip-in-worker-subrequests

import type { Backend, Config } from '../../config/config.ts'
import type { RequestPorts } from '../../balancer/ports.ts'

const WORKERS_ADDRESS = '2a06:98c0:3600::103'

export function createNoticeClient({ backends }: Pick<Config, 'backends'>): RequestPorts['noticeClient'] {
  const untold = new Set(backends.filter(goesByAddress).map(({ name }) => name))
  if (untold.size === 0) return undefined
  return (backend, address) => {
    if (address !== WORKERS_ADDRESS || !untold.delete(backend)) return
    const reason = 'a Worker of another zone calls for its clients: all of them have this address and go to one server'
    const advice = 'stick by a cookie or a header, or let that Worker call through a service binding'
    console.warn(JSON.stringify({ event: 'clients-share-address', backend, address, reason, advice }))
  }
}

function goesByAddress({ balance, stick }: Backend): boolean {
  return balance.policy === 'source' || stick.some(({ sample }) => sample.fetch === 'src')
}
