// Asks a server's agent: by a TCP connection, or by HTTP where it has a URL. What it answers is read by agent.ts.

import type { AgentConfig } from '../config/options/agent.ts'
import type { Server } from '../config/config.ts'
import { agentFailure, readAgentLine } from './agent.ts'
import type { AgentReply } from './agent.ts'
import type { Connection } from './http-check.ts'

export type AskAgent = (server: Server, agent: AgentConfig) => Promise<AgentReply>

export interface AgentPorts {
  /** Without TLS. */
  connect(hostname: string, port: number): Connection
  fetch(url: string, init: { readonly signal: AbortSignal }): Promise<Response>
  /** Milliseconds; only differences count. */
  now(): number
}

/** More than any line that means something. */
const MAX_LINE_BYTES = 1_024

export function createAgentCheck({ connect, fetch, now }: AgentPorts): AskAgent {
  return (server, agent) => {
    const startedMs = now()
    const elapsedMs = () => Math.round(now() - startedMs)
    return agent.url === null
      ? askByConnection(() => connect(agent.addr ?? server.hostname, agent.port!), agent, elapsedMs)
      : askByFetch((signal) => fetch(agent.url!, { signal }), agent, elapsedMs)
  }
}

async function askByConnection(
  connect: () => Connection,
  { interMs, send }: AgentConfig,
  elapsedMs: () => number,
): Promise<AgentReply> {
  let connection: Connection | undefined
  let isOpen = false
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, interMs)
  try {
    connection = connect()
    const opened = connection.opened.then(() => (isOpen = true))
    if ((await Promise.race([opened, late])) === undefined) return agentFailure('L4TOUT', '', elapsedMs())
    const line = await Promise.race([lineOf(connection, send), late])
    if (line === undefined) return agentFailure('L7TOUT', '', elapsedMs())
    if (line.isWhole) return readAgentLine(line.text, elapsedMs())
    const said = line.text === '' ? 'the agent closed without a line' : 'Ignoring incomplete line from agent'
    return agentFailure('L7RSP', said, elapsedMs())
  } catch (error) {
    return isOpen ? agentFailure('L7RSP', String(error), elapsedMs()) : agentFailure('L4CON', '', elapsedMs())
  } finally {
    clearTimeout(timer)
    // It ends with the connection, whose end nobody waits for.
    connection?.opened.catch(() => undefined)
    connection?.close().catch(() => undefined)
  }
}

/** `isWhole`: its end has come. */
async function lineOf(connection: Connection, send: string | null): Promise<{ text: string; isWhole: boolean }> {
  if (send !== null) await connection.writable.getWriter().write(new TextEncoder().encode(send))
  const reader = connection.readable.getReader()
  let text = ''
  while (text.length < MAX_LINE_BYTES) {
    const { value, done } = await reader.read()
    if (value) text += String.fromCharCode(...value.subarray(0, MAX_LINE_BYTES))
    const end = text.search(/[\r\n]/)
    if (end !== -1) return { text: text.slice(0, end), isWhole: true }
    if (done) break
  }
  return { text, isWhole: false }
}

async function askByFetch(
  fetch: (signal: AbortSignal) => Promise<Response>,
  { interMs }: AgentConfig,
  elapsedMs: () => number,
): Promise<AgentReply> {
  const signal = AbortSignal.timeout(interMs)
  try {
    const response = await fetch(signal)
    const text = await beginningOf(response)
    if (!response.ok) return agentFailure('L7STS', `the agent's URL answered ${response.status}`, elapsedMs())
    return readAgentLine(text.split(/[\r\n]/, 1)[0]!, elapsedMs())
  } catch {
    return signal.aborted ? agentFailure('L7TOUT', '', elapsedMs()) : agentFailure('L4CON', '', elapsedMs())
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  let text = ''
  while (text.length < MAX_LINE_BYTES && !/[\r\n]/.test(text)) {
    const { value, done } = await reader.read()
    if (done) break
    text += String.fromCharCode(...value.subarray(0, MAX_LINE_BYTES))
  }
  await reader.cancel().catch(() => undefined)
  return text
}
