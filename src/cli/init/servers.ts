// What `limpet init` is given, as a configuration: servers with or without names, hosts.

import type { LimpetConfig } from '../../config/options/root.ts'
import { UsageError } from '../cli-error.ts'

/** For whoever names none: `limpet check` warns of them. */
export const EXAMPLE_SERVERS = ['https://s1.example.com', 'https://s2.example.com']

interface Named {
  readonly backend: string
  /** Undefined: s1, s2, ... */
  readonly name: string | undefined
  readonly url: string
}

/**
 * `https://host`, `NAME=https://host` or `BACKEND/NAME=https://host`.
 * @throws UsageError for anything else
 */
export function parseServer(text: string): Named {
  const [, backend = 'app', name, url] = /^(?:(?:([^/=\s]+)\/)?([^/=\s]+)=)?(https?:\/\/\S+)$/.exec(text) ?? []
  if (url !== undefined) return { backend, name, url }
  throw new UsageError(
    `--server ${text}: must be a URL, NAME=URL or BACKEND/NAME=URL, such as app/s1=https://s1.example.com`,
  )
}

/** @throws UsageError for what cannot be a Custom Domain */
export function parseHost(text: string): string {
  const host = text.toLowerCase()
  if (host.length <= 253 && /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z](?:[a-z\d-]{0,61}[a-z\d])?$/.test(host))
    return host
  throw new UsageError(
    `--host ${text}: must be a DNS name such as app.example.com, without scheme, port, path and wildcard`,
  )
}

/** Requests go to the first backend; to each other one those below its name. */
export function configOfServers(servers: readonly Named[], hosts: readonly string[]): LimpetConfig {
  const names = [...new Set(servers.map(({ backend }) => backend))]
  const backends = names.map((name): LimpetConfig['backends'][number] => {
    const its = servers.filter(({ backend }) => backend === name)
    return {
      name,
      balance: 'roundrobin',
      // Below one host, cookies of two backends need two names.
      cookie: { name: names.length === 1 ? 'SERVERID' : `${name.toUpperCase().replaceAll(/[^A-Z\d]/g, '')}SERVER` },
      check: { uri: '/', inter: '10s' },
      servers: withNames(its),
    }
  })
  const [first = '', ...others] = names
  if (hosts.length === 0 && others.length === 0) return { backends }
  const rules = others.map((name) => ({ if: { pathBeg: `/${name}/` }, do: { useBackend: name } }))
  const frontend = {
    name: 'www',
    ...(hosts.length === 0 ? {} : { hosts }),
    ...(rules.length === 0 ? {} : { rules }),
    defaultBackend: first,
  }
  return { frontends: [frontend], backends }
}

function withNames(servers: readonly Named[]): readonly { name: string; url: string }[] {
  const taken = new Set(servers.map(({ name }) => name))
  let i = 0
  return servers.map(({ name, url }) => {
    if (name !== undefined) return { name, url }
    do i++
    while (taken.has(`s${i}`))
    return { name: `s${i}`, url }
  })
}
