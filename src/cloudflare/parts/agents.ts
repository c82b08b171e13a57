// Asks servers' agents how much their servers can take.

import { createAgentCheck } from '../../health/agent-check.ts'
import { UNCACHED } from '../adapters/uncached.ts'
import { createAgentRunner } from '../objects/agent-runner.ts'
import type { CreateAgents } from '../objects/no-agents.ts'

export const agents: CreateAgents = (parts) =>
  createAgentRunner(
    parts,
    createAgentCheck({
      connect: parts.connect,
      fetch: (url, init) => fetch(url, { ...init, redirect: 'manual', cf: UNCACHED }),
      now: () => Date.now(),
    }),
  )
