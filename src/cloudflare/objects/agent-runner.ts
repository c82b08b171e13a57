// Asks the agents whose turn it is, and does what they say. health/agent-schedule.ts says when one is asked, health/agent.ts what its
// words mean, health/server-registry.ts what they change; the Monitor keeps the alarm.

import type { AskAgent } from '../../health/agent-check.ts'
import { createAgentSchedule } from '../../health/agent-schedule.ts'
import type { Entry } from '../../health/server-entry.ts'
import { serverKey } from '../../config/keys.ts'
import type { AgentParts, Agents } from './no-agents.ts'

export function createAgentRunner(parts: AgentParts, askAgent: AskAgent): Agents {
  const { registry, rows, changeLog } = parts
  const schedule = createAgentSchedule(registry, () => Date.now())
  return {
    startDue() {
      if (!parts.isHere()) return
      for (const entry of schedule.start()) parts.waitUntil(ask(entry))
    },
    nextDueMs: () => schedule.nextDueMs(),
  }

  async function ask(entry: Entry): Promise<void> {
    const { backend, server } = entry
    const key = serverKey(backend.name, server.name)
    try {
      const reply = await askAgent(server, server.agent!)
      if (!parts.isHere()) return
      const before = entry.record.agent
      const { transitions, weight } = registry.recordAgent(key, reply, Date.now())
      const { code, said } = reply.result
      const isSteady = before?.result?.code === code && before.result.said === said
      // A steady agent is not written each time: the row is not worth its price.
      if (!isSteady || transitions.length > 0 || weight) rows.save(entry)
      if (transitions.length > 0) parts.restartChecks(key, entry)
      for (const transition of transitions) changeLog.record(transition, `set by its agent${because(said)}`, null)
      if (weight) changeLog.recordWeight(key, weight.from, weight.to, 'set by its agent', null)
      if (transitions.length > 0 || weight) await parts.publish()
    } catch (error) {
      console.error(JSON.stringify({ event: 'check-failed', server: key, error: String(error) }))
    } finally {
      schedule.end(entry)
      await parts.setAlarm()
    }
  }
}

/** What it gives as the reason, in brackets behind its word. */
function because(said: string): string {
  const [, about] = /\((.*)\)$/.exec(said) ?? []
  return about === undefined ? '' : `: ${about}`
}
