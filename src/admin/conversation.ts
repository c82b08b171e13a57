// The conversation on HAProxy's socket (management manual 9.3): one line, and the connection ends; after `prompt` it stays until `quit`
// or until the other side is gone. Which socket it is, who may say what, and how lines arrive is up to the caller.

export interface Conversation {
  readonly lines: AsyncIterable<string>
  /** With the empty line that ends it. Never rejects: a failure is an answer, too. */
  answer(line: string): Promise<string>
  say(text: string): unknown
}

/** An answer without words: to what changes the connection alone. */
export const NO_WORDS = '\n'

export async function converse({ lines, answer, say }: Conversation): Promise<void> {
  let isInteractive = false
  for await (const line of lines) {
    const word = line.trim()
    if (word === 'quit') return
    const isPrompt = word === 'prompt'
    if (isPrompt) isInteractive = !isInteractive
    await say((isPrompt ? NO_WORDS : await answer(line)) + (isInteractive ? '> ' : ''))
    // A second `prompt` turns the prompt off, and the next line is the last.
    if (!isInteractive && !isPrompt) return
  }
}
