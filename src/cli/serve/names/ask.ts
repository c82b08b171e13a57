// Asks name servers, by Node's resolver: all at once, and the first valid answer counts (configuration manual 5.3.1).

import { getServers, promises } from 'node:dns'

import type { Resolvers } from '../../../config/options/resolvers.ts'
import type { Answer, Ask, Failure } from './answer.ts'

const FAILURES: Readonly<Record<string, Failure>> = {
  ENOTFOUND: 'nx',
  EREFUSED: 'refused',
  ETIMEOUT: 'timeout',
  // Nothing listens there.
  ECONNREFUSED: 'timeout',
}

/** The section `default`, unless it is written: HAProxy makes it of the system's name servers. */
export const SYSTEM: Pick<Resolvers, 'nameservers' | 'parseResolvConf'> = { nameservers: [], parseResolvConf: true }

export function createAsk(resolvers: Pick<Resolvers, 'nameservers' | 'parseResolvConf' | 'retryMs'>): Ask {
  const ask = <Record>(query: (resolver: promises.Resolver) => Promise<readonly Record[]>) =>
    askAll(serversOf(resolvers), resolvers.retryMs, query)
  return {
    addresses: (name, family) => ask((resolver) => (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))),
    async targets(name) {
      return ask(async (resolver) =>
        (await resolver.resolveSrv(name)).map((each) => ({
          host: each.name.toLowerCase(),
          port: each.port,
          weight: each.weight,
        })),
      )
    },
  }
}

function serversOf({ nameservers, parseResolvConf }: Pick<Resolvers, 'nameservers' | 'parseResolvConf'>) {
  return nameservers.length === 0 || parseResolvConf ? [...nameservers, ...getServers()] : nameservers
}

async function askAll<Record>(
  servers: readonly string[],
  timeout: number,
  query: (resolver: promises.Resolver) => Promise<readonly Record[]>,
): Promise<Answer<Record>> {
  let failure: Failure = 'timeout'
  const questions = servers.map(async (server) => {
    // A new one each time: Node's would wait for less than it is told after some quick answers.
    const resolver = new promises.Resolver({ timeout, tries: 1 })
    resolver.setServers([server])
    try {
      const records = await query(resolver)
      if (records.length > 0) return records
      failure = 'other'
    } catch (error) {
      // Of several, the last one counts.
      failure = FAILURES[(error as NodeJS.ErrnoException).code ?? ''] ?? 'other'
    }
    throw new Error(failure)
  })
  try {
    return { records: await Promise.any(questions) }
  } catch {
    return { failure }
  }
}
