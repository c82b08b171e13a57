// How large is a Worker's upload, what is never in one, and how much of it is run when an isolate starts? What `limpet build` writes is
// bundled as wrangler does it; that wrangler's own bundle is the same is test/e2e/cli's.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'
import type { OutputFile } from 'esbuild'
import { expect, it } from 'vitest'

import { workerBuild } from '../../src/cli/bundle.ts'
import { configModule } from '../../src/cli/config-module.ts'
import { loadConfig } from '../../src/cli/load-config.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import { HARD } from '../../src/config/testing.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Sizes {
  /** KB, gzip. */
  readonly uploadKb: number
  /** Of it, what runs when an isolate starts. */
  readonly startKb: number
  /** Files of which something runs then. */
  readonly startFiles: readonly string[]
  /** Files of which something is uploaded. */
  readonly files: readonly string[]
  /** One character that is not ASCII, and V8 holds and reads all of it with two bytes a character. */
  readonly isAscii: boolean
}

async function sizesOf(written: LimpetConfig, isOfEnv = false): Promise<Sizes> {
  const path = join(ROOT, 'limpet.config.ts')
  const module = configModule({ path, isOfEnv }, configOrThrow(written, 'either'), join(ROOT, 'config.js'))
  const options = workerBuild(module, ROOT)
  const whole = await build({ ...options, write: false, outfile: 'worker.js' })
  // In chunks, what is imported later is apart from what is imported at once.
  const { outputFiles, metafile } = await build({
    ...options,
    write: false,
    outdir: ROOT,
    splitting: true,
    metafile: true,
    absWorkingDir: ROOT,
  })
  const { outputs } = metafile
  const filesIn = (name: string) =>
    Object.entries(outputs[name]!.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
  const atOnce = new Set<string>()
  const visit = (name: string): void => {
    if (atOnce.has(name)) return
    atOnce.add(name)
    for (const { path: next, kind } of outputs[name]!.imports)
      if (kind === 'import-statement' && next in outputs) visit(next)
  }
  visit(Object.keys(outputs).find((name) => outputs[name]!.entryPoint === 'src/worker.ts')!)
  return {
    uploadKb: kilobytes(whole.outputFiles),
    startKb: kilobytes(outputFiles.filter(({ path: at }) => atOnce.has(at.slice(ROOT.length)))),
    startFiles: [...atOnce].flatMap(filesIn),
    files: Object.keys(outputs).flatMap(filesIn),
    isAscii: whole.outputFiles.every(({ text }) => ASCII.test(text)),
  }
}

// oxlint-disable-next-line no-control-regex -- they are ASCII, too
const ASCII = /^[\0-\x7F]*$/

function kilobytes(files: readonly OutputFile[]): number {
  return gzipSync(Buffer.concat(files.map(({ contents }) => contents))).length / 1024
}

const written = async (file: string) => (await loadConfig(join(ROOT, file))).written as LimpetConfig

/** What only an operator needs, and what checks tokens of Cloudflare Access. */
const WINDOW = /src\/admin\/(?:admin|commands|info|metrics|stats-page|stats-window)|node_modules\/jose\//

/** What belongs to the command, or to whoever reads a haproxy.cfg: no Worker holds any of it. */
const COMMAND = /^src\/(?:cli|config\/haproxy|cost|difference|explain)\/|^generate\/|node:/
/** What validates and resolves a configuration, which is done before a built Worker is uploaded. */
const VALIDATOR =
  /^src\/config\/(?:cross-checks\/|option\.|options\/|fields\.|resolve\.|rules\/(?!list-entries)|salvage\.|validate\.)|node_modules\/valibot\//

const RULES = 'examples/haproxy-cfg/haproxy.cfg'
const TABLE = 'examples/durable-object-table/limpet.config.ts'
const EXAMPLE = 'limpet.config.ts'

it.each<[string, () => Promise<Sizes>, number, number]>([
  ['the example', async () => sizesOf(await written(EXAMPLE)), 78.4, 51.3],
  [
    'without the admin API',
    async () => sizesOf({ ...(await written(EXAMPLE)), admin: { enabled: false } }),
    50.0,
    50.0,
  ],
  ['rules and two backends', async () => sizesOf(await written(RULES)), 86.9, 59.9],
  ['a stick table', async () => sizesOf(await written(TABLE)), 92.9, 64.3],
  ['rules, captures, patterns, maps, alerts', () => sizesOf(HARD as LimpetConfig), 103.1, 74.0],
  ['a function of env: everything, and the validator', async () => sizesOf(await written(EXAMPLE), true), 206.7, 165.7],
])('%s', async (name, measure, uploadKb, startKb) => {
  const sizes = await measure()
  expect(sizes.uploadKb).toBeLessThan(uploadKb)
  expect(sizes.isAscii).toBe(true)
  expect(sizes.startKb).toBeLessThan(startKb)
  // Who never looks in runs nothing of it.
  expect(sizes.startFiles.filter((file) => WINDOW.test(file))).toEqual([])
  expect(sizes.startFiles).toContain('src/balance/roundrobin.ts')
  expect(sizes.files.filter((file) => COMMAND.test(file))).toEqual([])
  const ofValidator = sizes.files.filter((file) => VALIDATOR.test(file))
  if (!name.includes('env')) expect(ofValidator).toEqual([])
  else
    expect(ofValidator.filter((file) => file.includes('node_modules'))).toEqual(['node_modules/valibot/dist/index.mjs'])
})
