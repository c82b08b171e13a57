// Questions on a terminal. An answer that is not taken is asked for again, with the reason.

import { createInterface } from 'node:readline/promises'

import { CliError, UsageError } from '../cli-error.ts'

export interface Terminal {
  /** `fallback`: what no answer means. `read` throws a UsageError for what it does not take. */
  ask<T>(question: string, fallback: string, read: (answer: string) => T): Promise<T>
  close(): void
}

export function openTerminal(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Terminal {
  const lines = createInterface({ input, output })
  // By Ctrl-C or Ctrl-D. A question would wait forever.
  const closed = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(new CliError('stopped; nothing was written')))
  })
  closed.catch(() => undefined)
  return {
    async ask(question, fallback, read) {
      for (;;) {
        const answer = await Promise.race([lines.question(`${question} [${fallback}]: `), closed])
        try {
          return read(answer.trim() || fallback)
        } catch (error) {
          if (!(error instanceof UsageError)) throw error
          output.write(`${error.message}\n`)
        }
      }
    },
    close: () => lines.close(),
  }
}
