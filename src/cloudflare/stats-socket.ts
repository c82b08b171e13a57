// HAProxy's socket under `limpet serve`: a Unix socket that workerd opens. admin/conversation.ts has the conversation.
// A separate entrypoint: a connect() handler is also reached by CONNECT requests on HTTP sockets, which workerd
// accepts with 200 before the handler runs. The entrypoint of public sockets has none, so workerd refuses them.

import { WorkerEntrypoint } from 'cloudflare:workers'

import { runCommands } from '../admin/commands.ts'
import { converse, NO_WORDS } from '../admin/conversation.ts'
import { LEVELS } from '../admin/level.ts'
import type { Level } from '../admin/level.ts'
import type { Operations } from '../admin/operations.ts'
import type { Env } from './env.ts'

/** What `limpet serve` attaches to each such socket. */
export interface StatsSocketProps {
  readonly level: Level
}

export type CommandSocketClass = new (ctx: ExecutionContext, env: Env) => WorkerEntrypoint<Env>

const MAX_LINE_CHARACTERS = 16_384

export function createCommandSocketClass(operationsOf: (env: Env) => Promise<Operations>): CommandSocketClass {
  return class CommandSocket extends WorkerEntrypoint<Env> {
    async connect(socket: Socket): Promise<void> {
      const { level } = this.ctx.props as Partial<StatsSocketProps>
      if (level === undefined || !LEVELS.includes(level)) {
        console.error(JSON.stringify({ event: 'command-refused', problem: 'this socket is not for commands' }))
        return socket.close()
      }
      await serveStatsSocket(socket, await operationsOf(this.env), { level })
    }
  }
}

export async function serveStatsSocket(
  socket: Pick<Socket, 'readable' | 'writable'>,
  operations: Operations,
  { level }: StatsSocketProps,
): Promise<void> {
  const writer = socket.writable.getWriter()
  const say = (text: string) => writer.write(new TextEncoder().encode(text))
  let current = level
  try {
    await converse({ lines: linesOf(socket.readable), answer, say })
  } finally {
    await writer.close().catch(() => undefined)
  }

  async function answer(line: string): Promise<string> {
    const lower = LEVELS.find((each) => each === line.trim())
    if (lower !== undefined && LEVELS.indexOf(lower) < LEVELS.indexOf(current)) {
      current = lower
      return NO_WORDS
    }
    try {
      return (await runCommands(line, operations, { who: 'socket', level: current })).text
    } catch (error) {
      console.error(JSON.stringify({ event: 'command-failed', error: String(error) }))
      return 'The Monitor cannot be reached now; try again.\n\n'
    }
  }
}

/** The last one need not end. */
async function* linesOf(readable: ReadableStream): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of readable as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 1)
    }
    if (text.length > MAX_LINE_CHARACTERS) return
  }
  if (text.trim() !== '') yield text
}
