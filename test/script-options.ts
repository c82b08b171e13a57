// The command line of a script of this repository. Its first lines say what it does and takes, and so does `--help`.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'

import { messageOf } from '../src/errors.ts'

/** `script`: its import.meta.url. What is wrong is said in one line, and the exit status is 2. */
export function scriptOptions<const T extends ParseArgsConfig>(script: string, config: T) {
  const path = fileURLToPath(script)
  const words = process.argv.slice(2)
  const end = words.indexOf('--')
  // What stands behind `--` is somebody else's.
  if (words.slice(0, end === -1 ? undefined : end).includes('--help')) {
    console.log(headOf(readFileSync(path, 'utf8')))
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    console.error(`${messageOf(error).replace(/\. To specify a positional.*$/, '')}; --help says which there are`)
    process.exit(2)
  }
}

function headOf(text: string): string {
  const lines = text.split('\n')
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('//')),
    )
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n')
}
