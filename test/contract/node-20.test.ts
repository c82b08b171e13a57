// The command runs on Node 20.12 (package.json: engines), which lacks part of what newer versions and workerd have. The suites run
// on a newer one, so what the command loads is looked through for names that would be missing.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** ES2024 and later, and functions of Node that came after 20. */
const MISSING = new RegExp(
  [
    String.raw`\b(?:Map|Object)\.groupBy\b`,
    String.raw`\bPromise\.(?:withResolvers|try)\b`,
    String.raw`\bArray\.fromAsync\b`,
    String.raw`\bRegExp\.escape\b`,
    String.raw`\bIterator\.`,
    String.raw`\.(?:keys|values|entries)\(\)\.(?:map|filter|some|every|find|toArray|reduce|flatMap|take|drop)\(`,
    String.raw`\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference|isWellFormed)\(`,
    String.raw`\bglobSync\b`,
    String.raw`\bURL\.parse\b`,
    String.raw`\bimport\.meta\.(?:dirname|filename)\b`,
  ].join('|'),
)

it('the command uses nothing that Node 20.12 lacks', async () => {
  const { metafile } = await build({
    entryPoints: [`${ROOT}/src/cli/main.ts`],
    bundle: true,
    write: false,
    outdir: 'out',
    platform: 'node',
    format: 'esm',
    packages: 'external',
    splitting: true,
    metafile: true,
    absWorkingDir: ROOT,
    logLevel: 'silent',
  })
  const files = Object.keys(metafile.inputs)
  expect(files).toEqual(
    expect.arrayContaining(['src/cli/serve.ts', 'src/cli/check.ts', 'src/config/cross-checks/cookie-names.ts']),
  )
  const lines = files.flatMap((file) =>
    readFileSync(`${ROOT}/${file}`, 'utf8')
      .split('\n')
      .flatMap((line, i) => (MISSING.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  )
  expect(lines).toEqual([])
})
