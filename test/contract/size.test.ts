// How large is a Worker's upload, and how much of it is run when an isolate starts? What `limpet build` writes is bundled as wrangler
// does it; that wrangler's own bundle is the same is test/e2e/cli's.

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
    startFiles: [...atOnce].flatMap((name) => Object.keys(outputs[name]!.inputs)),
  }
}

function kilobytes(files: readonly OutputFile[]): number {
  return gzipSync(Buffer.concat(files.map(({ contents }) => contents))).length / 1024
}

const written = async (file: string) => (await loadConfig(join(ROOT, file))).written as LimpetConfig

/** What only an operator needs, and what checks tokens of Cloudflare Access. */
const WINDOW = /src\/admin\/(?:admin|commands|info|metrics|stats-page|stats-window)|node_modules\/(?:hono|jose)\//

it('the example: 79 KB, of which 49 run at the start, and nothing that only an operator needs', async () => {
  const { uploadKb, startKb, startFiles } = await sizesOf(await written('limpet.config.ts'))
  expect(startFiles.filter((file) => WINDOW.test(file))).toEqual([])
  expect(startFiles).toContain('src/balance/roundrobin.ts')
  expect(uploadKb).toBeLessThan(79)
  expect(startKb).toBeLessThan(49)
})

it('without the admin API: 49 KB', async () => {
  const example = await written('limpet.config.ts')
  const { uploadKb } = await sizesOf({ ...example, admin: { enabled: false } })
  expect(uploadKb).toBeLessThan(49)
})

it('a stick table: 90 KB, of which 60 run at the start', async () => {
  const { uploadKb, startKb } = await sizesOf(await written('examples/durable-object-table/limpet.config.ts'))
  expect(uploadKb).toBeLessThan(90)
  expect(startKb).toBeLessThan(60)
})

it('rules, captures, patterns, maps, alerts: 96 KB, of which 65 run at the start', async () => {
  const { uploadKb, startKb } = await sizesOf(HARD as LimpetConfig)
  expect(uploadKb).toBeLessThan(96)
  expect(startKb).toBeLessThan(65)
})

it('everything that there is, and the validator, for a function of env: 136 KB, of which 99 run at the start', async () => {
  const { uploadKb, startKb, startFiles } = await sizesOf(await written('limpet.config.ts'), true)
  expect(startFiles.filter((file) => WINDOW.test(file))).toEqual([])
  expect(startFiles).toContain('src/balance/consistent-hash.ts')
  expect(uploadKb).toBeLessThan(136)
  expect(startKb).toBeLessThan(99)
})
