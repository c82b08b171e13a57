// A haproxy.cfg on this machine: reading and translating it, and printing the status of its lines.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { styleText } from 'node:util'

import xxhash from 'xxhash-wasm'

import { translateHaproxy } from '../config/haproxy/translate.ts'
import type { Source } from '../config/haproxy/sections.ts'
import type { Translated } from '../config/haproxy/translate.ts'
import type { Diagnostic, LineStatus } from '../config/haproxy/line-status.ts'
import { noteFile } from './files-read.ts'

const COLOURS = {
  translated: 'green',
  platform: 'gray',
  differs: 'yellow',
  unsupported: 'magenta',
  error: 'red',
} as const satisfies Record<LineStatus, Parameters<typeof styleText>[0]>

export function isHaproxyFile(file: string): boolean {
  return file.endsWith('.cfg')
}

/** Several files are one configuration, as with several `-f` of HAProxy. `onlyHttp`: sections of plain TCP are left out. */
export async function translateFiles(sources: readonly Source[], onlyHttp = false): Promise<Translated> {
  const { h64Raw } = await xxhash()
  const [{ file: first } = { file: '' }] = sources
  return translateHaproxy(sources, {
    env: Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ''])),
    hash64: (bytes) => h64Raw(bytes),
    onlyHttp,
    namesIn,
    text: (name) => textIn(isAbsolute(name) ? name : join(dirname(first), name)),
  })
}

function textIn(path: string): string | undefined {
  noteFile(path)
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Files alone, and what leads to one; a directory is found from where the command runs, as a certificate is. */
function namesIn(directory: string): readonly string[] | undefined {
  try {
    noteFile(directory)
    return readdirSync(directory).filter((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.isFile())
  } catch {
    return undefined
  }
}

/** `file:12  differs     server s1 10.0.0.1:80  (an address: ...)` */
export function formatDiagnostic({ file, line, status, text, message }: Diagnostic, coloured: boolean): string {
  const word = status.padEnd(11)
  const shown = coloured ? styleText(COLOURS[status], word) : word
  return `${file}:${line}  ${shown}  ${text}${message === undefined ? '' : `  (${message})`}`
}

export function summaryOf(diagnostics: readonly Diagnostic[]): string {
  const statuses: readonly LineStatus[] = ['translated', 'platform', 'differs', 'unsupported', 'error']
  return statuses.map((each) => `${diagnostics.filter(({ status }) => status === each).length} ${each}`).join(', ')
}

/**
 * Prints every line that has no effect, and returns what to do about those that must not be skipped; undefined when the
 * rest may run. Lines that restrict access are never skipped: `allowUnsupported` is for lines whose loss costs a feature.
 */
export function refusalOf(
  diagnostics: readonly Diagnostic[],
  allowUnsupported: boolean,
  say: (line: string) => void = console.error,
): string | undefined {
  const lost = diagnostics.filter(({ status }) => status === 'unsupported' || status === 'error')
  for (const diagnostic of lost) say(formatDiagnostic(diagnostic, false))
  if (lost.some(({ status }) => status === 'error')) {
    return 'correct or remove the lines that are marked error; --allow-unsupported does not leave them out'
  }
  if (lost.length === 0 || allowUnsupported) return undefined
  return 'rewrite or remove the unsupported lines, or leave them out with --allow-unsupported'
}
