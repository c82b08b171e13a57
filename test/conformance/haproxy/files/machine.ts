// The files name paths of the machines that they are written for. Here these lie in a directory: the files of root/, a certificate for
// each that a bind names, and the directories of sockets.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { generate } from 'selfsigned'

/** By directory: what its files are. */
export const SETS = {
  cfg: 'Files as people have them',
  'cfg-variables': 'Variables, maps, converters, captures and http-after-response',
} as const

export interface CfgFile {
  /** Without its directory and ending; unique. */
  readonly name: string
  readonly set: keyof typeof SETS
  /** As it is written. */
  readonly text: string
}

/** `/dev/log` is the machine's own. */
const PATH = /(?<=^|[\s(,"'@])\/(?:etc|usr|var|run|tmp|marathon-lb)(?=[/\s])[^\s,)"':]*/gm

export function readCfgFiles(): readonly CfgFile[] {
  return (Object.keys(SETS) as (keyof typeof SETS)[]).flatMap((set) =>
    readdirSync(here(set))
      .filter((file) => file.endsWith('.cfg'))
      .toSorted()
      .map((file) => ({ name: file.slice(0, -4), set, text: readFileSync(join(here(set), file), 'utf8') })),
  )
}

/** A directory that stands for `/`. Its name is short, because HAProxy allows 97 bytes for the path of a socket. */
export async function makeRoot(files: readonly CfgFile[]): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'cfg-'))
  cpSync(here('root'), root, { recursive: true })
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'example.com' }], { keyType: 'ec' })
  for (const { text } of files) {
    for (const [path] of text.matchAll(PATH)) mkdirSync(dirname(join(root, path)), { recursive: true })
    for (const [, crt] of text.matchAll(/^\s*bind\s.*\scrt\s+(\/\S+)/gm)) {
      if (!existsSync(join(root, crt!))) writeFileSync(join(root, crt!), `${cert}\n${key}`)
    }
  }
  return root
}

/** The same lines, with the paths that they have here. */
export function withPaths(text: string, root: string): string {
  return text.replaceAll(PATH, (path) => root + path)
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
