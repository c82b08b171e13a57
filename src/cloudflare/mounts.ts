// Routes of an application that lead to the balancer, and the backends that they are bound to.

import { env as startEnv } from 'cloudflare:workers'

import type { Config } from '../config/config.ts'
import { LimpetError } from '../errors.ts'
import type { Env } from './env.ts'

export interface Mount {
  /** Gets the route's requests, in place of the backend that the frontend would choose. */
  readonly backend?: string
}

export interface Mounts {
  /** Throws if the configuration is known by now and has no such backend. */
  add(mount: Mount): void
  /** Throws if it lacks a backend that was added before it was known. */
  check(config: Config): void
}

export function createMounts(configOf: (env: Env) => Config): Mounts {
  const bound = new Set<string>()
  return {
    add({ backend }) {
      if (backend === undefined) return
      const config = configAtStart(configOf)
      if (config) refuseUnknown(config, backend)
      bound.add(backend)
    },
    check(config) {
      for (const backend of bound) refuseUnknown(config, backend)
    },
  }
}

/** Undefined: it fails for now. The first request tries again, and is answered and logged; here it would be a Worker that does not start. */
export function configAtStart(configOf: (env: Env) => Config): Config | undefined {
  try {
    return configOf(startEnv as Env)
  } catch {
    return undefined
  }
}

function refuseUnknown({ backends }: Config, name: string): void {
  if (backends.some((backend) => backend.name === name)) return
  const names = backends.map((backend) => `'${backend.name}'`).join(', ')
  throw new LimpetError(
    'CONFIG_INVALID',
    `a route is bound to backend '${name}', which does not exist; there are: ${names}`,
  )
}
