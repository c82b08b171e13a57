// The package as npm packs it, and projects that have it: unpacked beside links to what it declares, so that an import that is not
// declared finds nothing.

import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
}

export interface Packed {
  /** Where it is unpacked. */
  readonly directory: string
  readonly manifest: Manifest
  /** Of all files, unpacked. */
  readonly bytes: number
  readonly files: readonly string[]
}

/** Builds and packs it. */
export function pack(): Packed {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-package-'))
  const options = { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' } as const
  execFileSync('npm', ['run', 'build'], options)
  // Its scripts would write between the JSON.
  const json = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], options)
  // npm 11 gives a list, npm 12 an object by names.
  const report = JSON.parse(json) as object
  const [{ filename, unpackedSize, files }] = Object.values(report) as [
    { filename: string; unpackedSize: number; files: { path: string }[] },
  ]
  execFileSync('tar', ['-xzf', join(directory, filename), '-C', directory])
  const unpacked = join(directory, 'package')
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as Manifest
  return { directory: unpacked, manifest, bytes: unpackedSize, files: files.map(({ path }) => path) }
}

/** A project with the package, what it depends on, and `more` packages. `from`: a folder of projects/ to copy. */
export function install({ directory, manifest }: Packed, more: readonly string[], from?: string): string {
  const project = mkdtempSync(join(tmpdir(), 'limpet-project-'))
  if (from !== undefined) cpSync(join(ROOT, 'test/package/projects', from), project, { recursive: true })
  const modules = join(project, 'node_modules')
  const limpet = join(modules, 'limpet')
  cpSync(directory, limpet, { recursive: true })
  for (const name of [...Object.keys(manifest.dependencies), ...more]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  mkdirSync(join(modules, '.bin'))
  chmodSync(join(limpet, 'bin/limpet.js'), 0o755)
  symlinkSync(join(limpet, 'bin/limpet.js'), join(modules, '.bin/limpet'))
  for (const name of ['wrangler', 'tsc'])
    symlinkSync(join(ROOT, 'node_modules/.bin', name), join(modules, '.bin', name))
  return project
}
