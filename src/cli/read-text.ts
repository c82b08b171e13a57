// A configuration's text, or what keeps it from being read: no such file, a directory, a binary file, one that is far too large.

import { readFileSync, statSync } from 'node:fs'

import { messageOf } from '../errors.ts'
import { ConfigError } from './cli-error.ts'
import { noteFile } from './files-read.ts'

/** Nothing that anybody writes comes near it. */
const MAX_BYTES = 8 * 1024 * 1024
const MAX_DEPTH = 500

/** Without its byte order mark. */
export function readText(file: string): string {
  noteFile(file)
  let bytes: Buffer
  try {
    const { size } = checkedFile(file)
    if (size > MAX_BYTES) throw tooLarge(file, size)
    bytes = readFileSync(file)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      const text = 'there is no such file. Write one (README.md shows how), or name another.'
      throw new ConfigError('unreadable-file', { file }, text)
    }
    throw new ConfigError('unreadable-file', { file }, `cannot be read: ${messageOf(error)}`)
  }
  return decoded(file, bytes)
}

export function decoded(file: string, bytes: Buffer): string {
  if (bytes.length > MAX_BYTES) throw tooLarge(file, bytes.length)
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new ConfigError('unreadable-file', { file }, 'is UTF-16; save it as UTF-8')
  if (bytes.subarray(0, 8192).includes(0))
    throw new ConfigError('unreadable-file', { file }, 'is a binary file, not a text')
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  const place = tooDeepAt(text)
  if (place !== undefined && !file.endsWith('.cfg')) {
    const line = text.slice(0, place).split('\n').length
    throw new ConfigError(
      'too-deep',
      { file, line },
      `is nested more than ${MAX_DEPTH} levels deep; a configuration needs 20`,
    )
  }
  return text
}

function checkedFile(file: string): { readonly size: number } {
  const stat = statSync(file)
  if (!stat.isDirectory()) return stat
  throw new ConfigError(
    'unreadable-file',
    { file },
    `is a directory; name the file in it, such as ${file}/limpet.config.ts`,
  )
}

function tooLarge(file: string, size: number): ConfigError {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
  const text = `has ${megabytes(size)} MB, and a configuration has at most ${megabytes(MAX_BYTES)} MB; is it the right file?`
  return new ConfigError('unreadable-file', { file }, text)
}

/** Where brackets are nested too deeply for a parser's stack. Strings and comments are passed over. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|[[{(]|[\]})]/g)) {
    if ('[{('.includes(token)) depth += 1
    else if (']})'.includes(token)) depth -= 1
    if (depth > MAX_DEPTH) return index
  }
  return undefined
}
