// TypeScript's language server, as an editor speaks to it (Language Server Protocol 3.17 by standard input and output).

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Editor {
  /** What is shown when the pointer rests on the first of these characters. */
  readonly hover: (at: string) => Promise<string>
  /** What is offered behind these characters. */
  readonly completions: (behind: string) => Promise<readonly string[]>
  /** What is underlined in red, and why. */
  readonly errors: () => Promise<readonly { readonly text: string; readonly message: string }[]>
  readonly close: () => Promise<void>
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly items?: readonly unknown[] }
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

interface Position {
  readonly line: number
  readonly character: number
}

/** Opens a file that is on no disk. */
export async function openEditor(text: string): Promise<Editor> {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-editor-'))
  const uri = pathToFileURL(join(folder, 'limpet.config.ts')).href
  const server = spawn(process.execPath, [compiler(), '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map<number, (message: Message) => void>()
  let received = Buffer.alloc(0)

  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  const take = (message: Message) => {
    if (message.method === undefined) waiting.get(message.id!)?.(message)
    // It asks what it may watch and how it is set; an editor that has no wishes says so.
    else if (message.id !== undefined) send({ id: message.id, result: message.params?.items?.map(() => null) ?? null })
  }
  server.stdout.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    for (;;) {
      const header = /^.*?Content-Length: (\d+).*?\r\n\r\n/s.exec(received.toString('latin1'))
      if (!header || received.length < header[0].length + Number(header[1])) return
      const end = header[0].length + Number(header[1])
      const body = received.subarray(header[0].length, end).toString()
      received = received.subarray(end)
      take(JSON.parse(body) as Message)
    }
  })

  const ask = <T>(method: string, params?: object) =>
    new Promise<T>((resolve, reject) => {
      const id = waiting.size + 1
      waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as T),
      )
      send(params === undefined ? { id, method } : { id, method, params })
    })

  const positionOf = (offset: number): Position => {
    const lines = text.slice(0, offset).split('\n')
    return { line: lines.length - 1, character: lines.at(-1)!.length }
  }
  const offsetOf = ({ line, character }: Position) =>
    text.split('\n').slice(0, line).join('\n').length + (line === 0 ? 0 : 1) + character
  const find = (part: string) => {
    const offset = text.indexOf(part)
    if (offset < 0) throw new Error(`there is no ${part}`)
    return offset
  }
  const textDocument = { uri }

  await ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
  })
  send({ method: 'initialized', params: {} })
  send({
    method: 'textDocument/didOpen',
    params: { textDocument: { uri, languageId: 'typescript', version: 1, text } },
  })

  return {
    hover: async (at) => {
      const shown = await ask<{ readonly contents: { readonly value: string } } | null>('textDocument/hover', {
        textDocument,
        position: positionOf(find(at)),
      })
      return shown?.contents.value ?? ''
    },
    completions: async (behind) => {
      const { items } = await ask<{ readonly items: readonly { readonly label: string }[] }>(
        'textDocument/completion',
        {
          textDocument,
          position: positionOf(find(behind) + behind.length),
        },
      )
      return items.map(({ label }) => label)
    },
    errors: async () => {
      const { items } = await ask<{
        readonly items: readonly {
          readonly range: { readonly start: Position; readonly end: Position }
          readonly message: string
        }[]
      }>('textDocument/diagnostic', { textDocument })
      return items.map(({ range, message }) => ({
        text: text.slice(offsetOf(range.start), offsetOf(range.end)),
        message,
      }))
    },
    close: async () => {
      await ask('shutdown')
      send({ method: 'exit' })
      server.kill()
      rmSync(folder, { recursive: true })
    },
  }
}

function compiler(): string {
  return join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
}
