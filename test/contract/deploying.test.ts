// The configurations that docs/deploying.md shows can be deployed.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { configFor } from '../../src/config/define.ts'
import type { ConfigSource } from '../../src/config/define.ts'
import { validateConfig } from '../../src/config/validate.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BLOCK = /^( *)```ts\n([^]*?)^ *```$/gm
const blocks = [...readFileSync(`${ROOT}/docs/deploying.md`, 'utf8').matchAll(BLOCK)].map(([, , code]) => code!)

it.each(blocks.map((code, i) => [i + 1, code] as const))('configuration %i', async (_, code) => {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-test-'))
  const file = join(directory, 'limpet.config.ts')
  writeFileSync(file, code.replace('limpet/config', `${ROOT}/src/config/define.ts`))
  const { default: source } = (await import(file)) as { default: ConfigSource }
  rmSync(directory, { recursive: true })
  const { issues } = validateConfig(configFor(source, { ACCESS_ID: 'id', ACCESS_SECRET: 'secret' }), 'cloudflare')
  expect(issues).toEqual([])
})

it('are there', () => expect(blocks).toHaveLength(2))
