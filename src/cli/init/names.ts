// What a new project is called: as wrangler and npm take it, and as it can be a part of a host on workers.dev.

import { basename, resolve } from 'node:path'

import { UsageError } from '../cli-error.ts'

const NAME = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/

/** @throws UsageError for anything else */
export function parseName(text: string): string {
  if (NAME.test(text)) return text
  throw new UsageError(
    `--name ${text}: must be 1 to 63 lowercase letters, digits and dashes, and neither begin nor end with a dash`,
  )
}

/** After the directory. */
export function nameOf(directory: string): string {
  const name = basename(resolve(directory))
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '')
  return name === '' ? 'limpet' : name
}
