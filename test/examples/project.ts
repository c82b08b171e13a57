// An example as somebody has it who has copied it and typed `npm install`: in a directory of its own, with the packages that it declares
// and no others. They are this checkout's, and so is limpet.

import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const EXAMPLES = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

interface PackageJson {
  readonly name: string
  readonly bin?: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export function installExample(name: string, directory: string): void {
  // What was left behind by whoever tried it.
  const isOwn = (path: string) => !/\/(?:node_modules|dist|\.limpet|\.wrangler|\.dev\.vars)$/.test(path)
  cpSync(join(ROOT, 'examples', name), directory, { recursive: true, filter: isOwn })
  const { dependencies, devDependencies } = packageAt(directory)
  for (const each of Object.keys({ ...dependencies, ...devDependencies })) {
    link(each, each === 'limpet' ? '/tmp/h2-pkg' : join(ROOT, 'node_modules', each), join(directory, 'node_modules'))
  }
}

function link(name: string, from: string, modules: string): void {
  symlink(from, join(modules, name))
  const { bin = {} } = packageAt(from)
  const commands = typeof bin === 'string' ? { [name]: bin } : bin
  for (const [command, file] of Object.entries(commands)) symlink(join(from, file), join(modules, '.bin', command))
}

function symlink(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

function packageAt(directory: string): PackageJson {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageJson
}
