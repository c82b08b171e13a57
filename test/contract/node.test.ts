// Which Node the command needs is said in five places, and by the command itself. The suites run on a newer one, so what the command
// loads is looked through for names that the oldest lacks.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const textOf = (file: string) => readFileSync(`${ROOT}/${file}`, 'utf8')
const OLDEST = '22.18'

/** ES2026, and functions of Node that came after 22. */
const MISSING = new RegExp(
  [
    String.raw`\bPromise\.try\b`,
    String.raw`\bRegExp\.escape\b`,
    String.raw`\bError\.isError\b`,
    String.raw`\bIterator\.(?:concat|zip)\b`,
    String.raw`\bUint8Array\.from(?:Base64|Hex)\b`,
    String.raw`\.(?:toBase64|toHex|getOrInsert|getOrInsertComputed)\(`,
    String.raw`\bMath\.sumPrecise\b`,
    String.raw`\bFloat16Array\b`,
    String.raw`\bURLPattern\b`,
    String.raw`^\s*(?:await )?using \w+ =`,
  ].join('|'),
)

const limpet = (version: string) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`
    const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, `${ROOT}/bin/limpet.js`, '--help']
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    )
  })

it.each(['18.20.0', '20.19.4', '22.17.1'])('says on Node %s in one line what it needs', async (version) => {
  expect(await limpet(version)).toEqual({
    code: 1,
    stdout: '',
    stderr: `limpet needs Node ${OLDEST} or later, and this is ${version}: https://nodejs.org/en/download\n`,
  })
})

it.each([`${OLDEST}.0`, '24.0.0'])('runs on Node %s', async (version) => {
  expect(await limpet(version)).toMatchObject({ code: 0, stderr: '' })
})

it('is said alike wherever it is said', () => {
  const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } }
  expect(engines.node).toBe(`>=${OLDEST}`)
  for (const file of ['README.md', 'CONTRIBUTING.md']) expect(textOf(file)).toContain(`Node ${OLDEST} or later`)
  expect(textOf('.github/workflows/ci.yml')).toContain(`container: node:${OLDEST}-bookworm`)
})

it('the command uses nothing that it lacks', async () => {
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
    expect.arrayContaining(['src/cli/serve/serve.ts', 'src/cli/check.ts', 'src/config/cross-checks/cookie-names.ts']),
  )
  const lines = files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, i) => (MISSING.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  )
  expect(lines).toEqual([])
})
