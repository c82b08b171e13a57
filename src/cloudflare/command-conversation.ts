// HAProxy's commands over a socket: admin/conversation.ts has the conversation, this has the bytes.

import { runCommands } from '../admin/commands.ts'
import { converse, NO_WORDS } from '../admin/conversation.ts'
import { LEVELS } from '../admin/level.ts'
import type { Level } from '../admin/level.ts'
import type { Operations } from '../admin/operations.ts'

export interface CommandLine {
  readonly socket: Pick<Socket, 'readable' | 'writable'>
  /** What whoever speaks may do, until they give some of it up. */
  readonly level: Level
}

const MAX_LINE_CHARACTERS = 16_384

export async function converseOn({ socket, level }: CommandLine, operations: Operations): Promise<void> {
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
