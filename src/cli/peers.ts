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
  const path = pathOf(name, packages)
  if (path === undefined) throw new CliError(missingText([name], use))
  return createRequire(import.meta.url)(path) as T
}

/** Throws where one of them is missing: all at once, and before anything else has been done. */
export function needPeers(names: readonly Peer[], use: string, packages?: readonly string[]): void {
  const missing = names.filter((name) => pathOf(name, packages) === undefined)
  if (missing.length > 0) throw new CliError(missingText(missing, use))
}

function pathOf(
  name: Peer,
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

function missingText(names: readonly Peer[], use: string): string {
  const { peerDependencies } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { peerDependencies: Record<Peer, string> }
  // Of a range its first number: without characters that a shell would read.
  const wanted = names.map((name) => `${name}@${/\d+/.exec(peerDependencies[name])![0]}`)
  const isOrAre = names.length === 1 ? 'which is' : 'which are'
  return `${use} needs ${names.join(' and ')}, ${isOrAre} not installed: npm install --save-dev ${wanted.join(' ')} (or, to install nothing: npx -p limpet ${wanted.map((each) => `-p ${each}`).join(' ')} limpet ...)`
}
