// How the keeper's checks reach servers: by sockets of its own, except for servers with CAs of their own, which need a service in workerd's
// configuration. The keeper's is as old as the keeper, a front's is today's: so a front makes these checks.

import type { Config } from '../../config/config.ts'
import { hasOwnTrust } from '../../health/check.ts'
import type { CheckResult } from '../../health/check.ts'
import type { PatternOf } from '../../pattern/compile.ts'
import { createSocketProbers } from '../adapters/probe.ts'
import type { Probers } from '../adapters/probe.ts'
import type { Env } from '../env.ts'
import { checkByFront } from './served-env.ts'
import type { AskedCheck } from './served-env.ts'

export function createKeeperProbers(env: Env, config: Config, patternOf: PatternOf): Probers {
  const backends = new Map(
    config.backends.flatMap(({ name, servers }) =>
      servers.filter(hasOwnTrust).map((server) => [server, name] as const),
    ),
  )
  const own = createSocketProbers(env, config, patternOf)
  return {
    ...own,
    probe(server, check, state) {
      const backend = backends.get(server)
      return backend === undefined
        ? own.probe(server, check, state)
        : checkByFront(env, { backend, server: server.name, state })
    },
  }
}

/** A front's part. Throws if its configuration has no such check. */
export function createFrontCheck(env: Env, config: Config, patternOf: PatternOf) {
  const { probe } = createSocketProbers(env, config, patternOf)
  return async ({ backend, server: name, state }: AskedCheck): Promise<CheckResult> => {
    const server = config.backends
      .find((each) => each.name === backend)
      ?.servers.find((each) => each.name === name && hasOwnTrust(each))
    if (!server) throw new Error(`there is no check of ${backend}/${name}`)
    return probe(server, server.check!, state)
  }
}
