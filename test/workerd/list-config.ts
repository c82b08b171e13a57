// A configuration whose map and list rules change, for the Monitor of this folder's Worker and for isolates that tests make.

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { SERVERS } from './servers.ts'

export const LISTS: LimpetConfig = {
  counters: false,
  log: 'off',
  maps: { 'release.map': { shop: 'blue' } },
  lists: { 'banned.lst': ['198.51.100.0/24'] },
  frontends: [
    {
      name: 'www',
      defaultBackend: 'blue',
      rules: [
        { if: { path: '/ban' }, do: { addAcl: { list: 'banned.lst', key: '%[req.hdr(x-whom)]' } } },
        { if: { path: '/allow' }, do: { delAcl: { list: 'banned.lst', key: '%[req.hdr(x-whom)]' } } },
        { if: { sample: 'req.hdr(x-client)', match: 'ip', lists: 'banned.lst' }, do: { deny: { status: 403 } } },
        { do: { useBackend: '%[str(shop),map(release.map)]' } },
      ],
    },
  ],
  backends: [
    { name: 'blue', servers: [{ name: 'b1', url: SERVERS.s1 }] },
    { name: 'green', servers: [{ name: 'g1', url: SERVERS.s2 }] },
  ],
}
