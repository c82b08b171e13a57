// HAProxy's proxies, by which commands and rows go: a name shared by a frontend, a backend or both, and its number.

import type { Backend, Config } from './config.ts'
import type { Frontend } from './options/frontend.ts'

/** HAProxy's own proxy is number 1. */
const FIRST_ID = 2

export interface Proxy {
  readonly id: number
  readonly name: string
  readonly frontend: Frontend | undefined
  readonly backend: Backend | undefined
}

/** HAProxy's `listen` is a frontend and a backend of one name. */
export function proxiesOf({ frontends, backends }: Pick<Config, 'frontends' | 'backends'>): readonly Proxy[] {
  const names = new Set([...frontends.map(({ name }) => name), ...backends.map(({ name }) => name)])
  const proxies = [...names].map((name, i) => {
    const frontend = frontends.find((each) => each.name === name)
    const backend = backends.find((each) => each.name === name)
    return { id: frontend?.id ?? backend?.id ?? i + FIRST_ID, name, frontend, backend }
  })
  return proxies.toSorted((a, b) => a.id - b.id)
}

/** By its name, or by its number as `#3`. */
export function findProxy(config: Config, text: string): Proxy | undefined {
  return proxiesOf(config).find(({ name, id }) => name === text || `#${id}` === text)
}
