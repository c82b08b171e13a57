// `--seal`: the cookies of a haproxy.cfg, sealed from now on. Those that HAProxy wrote are still read. Readable cookies of
// one name serve several backends of a site, sealed ones do not: each backend gets a name of its own, unless its servers
// are another's, too, for then a client must go to the same machine in both.

import { ownName } from '../cross-checks/cookie-names.ts'
import { sharedCookies } from '../cross-checks/shared-cookies.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { list } from '../units.ts'

export interface Sealed {
  readonly config: LimpetConfig
  /** What is not simply sealed, and why. */
  readonly notes: readonly string[]
}

export function sealCookies(config: LimpetConfig): Sealed {
  const notes: string[] = []
  const shared = sharedCookies(config)
  const backends = config.backends.map((backend, i): BackendInput => {
    const { cookie } = backend
    if (cookie === undefined) return backend
    const others = shared.filter((pair) => pair.includes(i)).map(([a, b]) => config.backends[a === i ? b : a]!)
    const same = others.find((other) => hasMachineOf(backend, other))
    if (same) {
      notes.push(
        `${backend.name}: the cookie ${cookie.name} stays as HAProxy writes it: '${same.name}' has the same name and ` +
          'the same servers, and could not read a sealed one',
      )
      return backend
    }
    const sealed = { ...cookie, format: 'sealed' as const, accept: ['haproxy' as const] }
    if (others.length === 0) return { ...backend, cookie: sealed }
    if (cookie.mode !== 'insert') {
      notes.push(
        `${backend.name}: the cookie ${cookie.name} stays as HAProxy writes it: '${others[0]!.name}' has the same name, ` +
          "could not read a sealed one, and the name is the application's",
      )
      return backend
    }
    const name = ownName(cookie.name, backend.name)
    notes.push(
      `${backend.name}: its cookie is called ${name} from now on, as '${others[0]!.name}' could not read a sealed ` +
        `${cookie.name}; ${cookie.name} is read as long as clients have it`,
    )
    return { ...backend, cookie: { ...sealed, name, formerly: [...new Set([...list(cookie.formerly), cookie.name])] } }
  })
  return { config: { ...config, backends }, notes }
}

function hasMachineOf(a: BackendInput, b: BackendInput): boolean {
  const urls = new Set(b.servers.map(({ url }) => url))
  return a.servers.some(({ url }) => urls.has(url))
}
