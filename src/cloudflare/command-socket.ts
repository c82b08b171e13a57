// HAProxy's socket under `limpet serve`: a Unix socket that workerd opens. command-conversation.ts reads and answers.
// A separate entrypoint: a connect() handler is also reached by CONNECT requests on HTTP sockets, which workerd
// accepts with 200 before the handler runs. The entrypoint of public sockets has none, so workerd refuses them.

import { WorkerEntrypoint } from 'cloudflare:workers'

import { LEVELS } from '../admin/level.ts'
import type { Level } from '../admin/level.ts'
import type { CommandLine } from './command-conversation.ts'
import type { Env } from './env.ts'

/** What `limpet serve` attaches to each such socket. */
export interface CommandSocketProps {
  readonly level: Level
}

export type CommandSocketClass = new (ctx: ExecutionContext, env: Env) => WorkerEntrypoint<Env>

/** `converse`: until the other end closes. */
export function createCommandSocketClass(converse: (line: CommandLine, env: Env) => Promise<void>): CommandSocketClass {
  return class CommandSocket extends WorkerEntrypoint<Env> {
    async connect(socket: Socket): Promise<void> {
      const { level } = this.ctx.props as Partial<CommandSocketProps>
      if (level === undefined || !LEVELS.includes(level)) {
        console.error(JSON.stringify({ event: 'command-refused', problem: 'this socket is not for commands' }))
        return socket.close()
      }
      await converse({ socket, level }, this.env)
    }
  }
}
