// The modules of a generation: the Worker, which is the same whatever is configured, and the configuration that it imports. Building the
// Worker takes longer than starting it, so that is done once: in the package before it is published, in a checkout when its source has
// changed. A configuration that is a function of env brings modules of its own and is bundled with the Worker.

import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Config } from '../../config/config.ts'
import { bundleServed, bundleServedAlone } from '../bundle.ts'
import { servedConfigModule } from '../config-module.ts'
import type { Written } from '../config-module.ts'
import { IS_PACKAGE } from '../own-modules.ts'
import { writeSecret } from './secret-file.ts'

const WORKER = 'worker.js'
const CONFIG = 'worker-config.js'

/** Returns the files' names in `directory`, the Worker first. There may be passwords in the configuration: only this user can read it. */
export async function writeServedModules(
  written: Written,
  config: Config,
  directory: string,
): Promise<readonly string[]> {
  const worker = join(directory, WORKER)
  if (written.isOfEnv) {
    await bundleServed(written, config, worker)
    return [WORKER]
  }
  copyFileSync(IS_PACKAGE ? fileURLToPath(BUILT) : await builtFromSource(), worker)
  writeSecret(join(directory, CONFIG), servedConfigModule(written.path, config))
  return [WORKER, CONFIG]
}

const SOURCE = new URL('../../', import.meta.url)
/** What the package's build writes. */
const BUILT = new URL('served-worker.js', SOURCE)
const DAY_MS = 86_400_000
const CACHE = fileURLToPath(new URL('../node_modules/.cache/limpet', SOURCE))

async function builtFromSource(): Promise<string> {
  const built = join(CACHE, `served-worker-${stateOfSource()}.js`)
  if (existsSync(built)) return built
  mkdirSync(CACHE, { recursive: true })
  const before = readdirSync(CACHE).filter((name) => name.endsWith('.js'))
  for (const file of before.map((name) => join(CACHE, name)))
    if (Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY_MS) rmSync(file, { force: true })
  // Others may start at the same time.
  const own = join(CACHE, `${process.pid}.js`)
  await bundleServedAlone(own)
  renameSync(own, built)
  return built
}

/** Another one after any change of the source or of what is installed. */
function stateOfSource(): string {
  const root = fileURLToPath(SOURCE)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file))
  const hash = createHash('sha256')
  for (const file of [...files.toSorted(), join(dirname(CACHE), '../.package-lock.json')]) {
    const found = statSync(file, { throwIfNoEntry: false })
    hash.update(`${file} ${found?.mtimeMs} ${found?.size}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}
