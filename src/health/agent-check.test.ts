import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { AgentInput } from '../config/options/agent.ts'
import { createAgentCheck } from './agent-check.ts'
import type { Connection } from './http-check.ts'

const serverWith = (agent: AgentInput) =>
  resolveConfig({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.com', agent }] }] })
    .backends[0]!.servers[0]!

/** Says its chunks, then closes, unless it hangs. */
function agentSaying(chunks: readonly string[], hangs = false) {
  const heard: string[] = []
  const asked: unknown[] = []
  const connect = (...where: readonly unknown[]): Connection => {
    asked.push(where)
    return {
      opened: Promise.resolve(),
      readable: new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
          if (!hangs) controller.close()
        },
      }),
      writable: new WritableStream({ write: (chunk) => void heard.push(new TextDecoder().decode(chunk)) }),
      close: async () => undefined,
    }
  }
  return { connect, heard, asked }
}

const fetchNothing = () => Promise.reject(new Error('not asked'))

async function answerOf(agent: AgentInput, ports: Partial<Parameters<typeof createAgentCheck>[0]>) {
  const server = serverWith(agent)
  const ask = createAgentCheck({
    connect: () => agentSaying([]).connect(),
    fetch: fetchNothing,
    now: () => 0,
    ...ports,
  })
  const { words, result } = await ask(server, server.agent!)
  return [words, result.code, result.said]
}

describe('by a connection', () => {
  it.each([
    [['up 50%\n'], [{ health: 'up', weightPercent: 50 }, 'L7OK', 'via agent : up']],
    [
      ['do', 'wn\r', '\nup\n'],
      [{ health: 'down' }, 'L7STS', 'via agent : down'],
    ],
    [['up'], [{}, 'L7RSP', 'Ignoring incomplete line from agent']],
    [[], [{}, 'L7RSP', 'the agent closed without a line']],
    [['x'.repeat(5_000)], [{}, 'L7RSP', 'Ignoring incomplete line from agent']],
  ])('%j', async (chunks, answer) => {
    expect(await answerOf({ port: 9777 }, agentSaying(chunks))).toEqual(answer)
  })

  it('it asks the server itself, or another host, and sends what it is told to', async () => {
    const own = agentSaying(['up\n'])
    await answerOf({ port: 9777 }, own)
    expect([own.asked, own.heard]).toEqual([[['s1.example.com', 9777]], []])
    const other = agentSaying(['up\n'])
    await answerOf({ port: 9777, addr: '10.0.0.9', send: 's1\n' }, other)
    expect([other.asked, other.heard]).toEqual([[['10.0.0.9', 9777]], ['s1\n']])
  })

  it('one that says nothing in time, or is not there, changes nothing', async () => {
    expect(await answerOf({ port: 9777, inter: '100ms' }, agentSaying([], true))).toEqual([{}, 'L7TOUT', ''])
    const connect = (opened: Promise<unknown>) => () => ({ ...agentSaying([]).connect(), opened })
    const never = new Promise(() => undefined)
    expect(await answerOf({ port: 9777, inter: '100ms' }, { connect: connect(never) })).toEqual([{}, 'L4TOUT', ''])
    const refused = Promise.reject(new Error('refused'))
    expect(await answerOf({ port: 9777 }, { connect: connect(refused) })).toEqual([{}, 'L4CON', ''])
  })
})

describe('by a URL', () => {
  const url = 'https://s1.example.com/agent'
  it.each([
    [new Response('drain 10% # upgrade\nup\n'), [{ state: 'drain', weightPercent: 10 }, 'CHECKED', '']],
    [new Response('up'), [{ health: 'up' }, 'L7OK', 'via agent : up']],
    [new Response(null), [{}, 'CHECKED', '']],
    [new Response('down\n', { status: 503 }), [{}, 'L7STS', "the agent's URL answered 503"]],
  ])('%#: the first line of an answer that is no error', async (response, answer) => {
    expect(await answerOf({ url }, { fetch: async () => response })).toEqual(answer)
  })

  it('one that cannot be fetched, or not in time, changes nothing', async () => {
    expect(await answerOf({ url }, {})).toEqual([{}, 'L4CON', ''])
    const fetch = (_: string, { signal }: { readonly signal: AbortSignal }) =>
      new Promise<Response>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    expect(await answerOf({ url, inter: '100ms' }, { fetch })).toEqual([{}, 'L7TOUT', ''])
  })
})
