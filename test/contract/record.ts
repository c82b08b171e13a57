// Records a release for those after it: `node test/contract/record.ts 0.1` writes its objects, wrangler.toml and storage to
// test/workerd/release-0.1/, where roll-back.test.ts finds them. Once, when it is released.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../src/cli/bundle.ts'

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const [version] = process.argv.slice(2)
if (version === undefined) throw new Error('usage: node test/contract/record.ts VERSION')
const directory = pathOf(`../workerd/release-${version}`)
mkdirSync(directory, { recursive: true })

const bundled = async (entry: string) => {
  const { outputFiles } = await build({
    entryPoints: [pathOf(`../workerd/${entry}`)],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    external: ['cloudflare:*'],
    conditions: ['workerd', 'worker', 'browser'],
    write: false,
  })
  return outputFiles[0]!.text
}

writeFileSync(join(directory, 'objects.js'), await bundled('release-objects.ts'))
copyFileSync(pathOf('../../wrangler.toml'), join(directory, 'wrangler.toml'))

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    modules: true,
    script: await bundled('release-drive.ts'),
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [...COMPATIBILITY_FLAGS],
    durableObjects: { HOST: { className: 'Host', useSQLite: true } },
  }),
)
const answer = await miniflare.dispatchFetch('http://record/')
const dumps = (await answer.json()) as Record<string, string>
await miniflare.dispose()
for (const [name, sql] of Object.entries(dumps)) writeFileSync(join(directory, `${name}.sql`), sql)
