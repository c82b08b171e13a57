// The files as people have them name paths of their machines. Here they lie in a directory: those of root/, a certificate for
// each that is named, and the directories of sockets.

import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { generate } from 'selfsigned'

/** Directories of files, by what is asked of them. */
export const SETS = {
  /** As people have them. */
  cfg: 'cfg',
  /** Those that use variables, maps, converters, captures and rules after the response. */
  variables: 'cfg-variables',
} as const

export interface CfgFile {
  /** Without its directory and ending; unique. */
  readonly name: string
  readonly set: keyof typeof SETS
  /** As it is written. */
  readonly text: string
}

const HERE = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Where files of a machine lie. `/dev/log` is the machine's own. */
const PATH = /(?<=^|[\s(,"'])\/(?:etc|usr|var|run|tmp|marathon-lb)(?=[/\s])[^\s,)"':]*/gm

export function readCfgFiles(): readonly CfgFile[] {
  return (Object.keys(SETS) as (keyof typeof SETS)[]).flatMap((set) =>
    readdirSync(HERE(SETS[set]))
      .filter((file) => file.endsWith('.cfg'))
      .toSorted()
      .map((file) => ({ name: file.slice(0, -4), set, text: readFileSync(join(HERE(SETS[set]), file), 'utf8') })),
  )
}

/** A directory that stands for a machine's `/`. Its name is short: a socket's path has at most 97 bytes for HAProxy. */
export async function makeRoot(files: readonly CfgFile[]): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'cfg-'))
  cpSync(HERE('root'), root, { recursive: true })
  const pem = await certificate()
  for (const { text } of files) {
    for (const [path] of text.matchAll(PATH)) mkdirSync(dirname(join(root, path)), { recursive: true })
    for (const [, crt] of text.matchAll(/^\s*bind\s.*\scrt\s+(\/\S+)/gm)) {
      if (!existsSync(join(root, crt!))) writeFileSync(join(root, crt!), pem)
    }
  }
  return root
}

/** The same lines, with the paths that they have here. */
export function withPaths(text: string, root: string): string {
  return text.replaceAll(PATH, (path) => root + path)
}

async function certificate(): Promise<string> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'example.com' }], { keyType: 'ec' })
  return `${cert}\n${key}`
}
