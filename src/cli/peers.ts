// Packages that some commands need and that do not come with Limpet, since most who install it never run them: workerd alone is ten
// times as large as the rest. They are optional peers in package.json, which says in which versions.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { CliError } from './cli-error.ts'

export type Peer = 'workerd' | 'esbuild' | 'nodemailer' | 'selfsigned'

const PACKAGE = new URL('../../package.json', import.meta.url)

/**
 * Loads a package beside Limpet, of the project in the current directory, or of its wrangler, which brings workerd and esbuild along.
 * @param use what it is needed for, such as 'limpet serve'
 * @param packages from whose package.json or modules it is looked for; Limpet's and the project's without it
 * @throws CliError that says how to install it
 */
export function requirePeer<T>(name: Peer, use: string, packages?: readonly string[]): T {
  needPeers([name], use, packages)
  return createRequire(import.meta.url)(pathOf(name, packages)!) as T
}

/** Throws where one of them is missing: all at once, and before anything else has been done. */
export function needPeers(names: readonly Peer[], use: string, packages?: readonly string[]): void {
  const missing = names.filter((name) => pathOf(name, packages) === undefined)
  if (missing.length > 0) {
    const isOrAre = missing.length === 1 ? 'which is' : 'which are'
    throw new CliError(`${use} needs ${missing.join(' and ')}, ${isOrAre} not installed: ${howToInstall(missing)}`)
  }
  for (const name of names) {
    const path = pathOf(`${name}/package.json`, packages)
    const found =
      path === undefined ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version
    if (found !== undefined && isOlder(found, rangeOf(name)))
      throw new CliError(`${use} needs ${name} ${rangeOf(name)}, and ${path} is ${found}: ${howToInstall([name])}`)
  }
}

function pathOf(
  name: string,
  packages: readonly string[] = [import.meta.url, join(process.cwd(), 'package.json')],
): string | undefined {
  for (const from of packages) {
    const wrangler = find('wrangler/package.json', from)
    const path = find(name, from) ?? (wrangler && find(name, wrangler))
    if (path !== undefined) return path
  }
  return undefined
}

function find(specifier: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier)
  } catch {
    return undefined
  }
}

function howToInstall(names: readonly Peer[]): string {
  // Of a range its first number: without characters that a shell would read.
  const wanted = names.map((name) => `${name}@${/\d+/.exec(rangeOf(name))![0]}`)
  return `npm install --save-dev ${wanted.join(' ')} (or, to install nothing: npx -p limpet ${wanted.map((each) => `-p ${each}`).join(' ')} limpet ...)`
}

function rangeOf(name: Peer): string {
  const { peerDependencies } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { peerDependencies: Record<Peer, string> }
  return peerDependencies[name]
}

/** Than the least version of a range. What is newer than a range allows may do. */
function isOlder(version: string, range: string): boolean {
  const [found, least] = [version, range].map((text) => /(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [])
  const i = least!.findIndex((number, at) => number !== found![at])
  return i !== -1 && found![i]! < least![i]!
}
