// A resolved configuration is plain data: it can be written down as literals, and reads back as itself. What is made of it, such as a
// compiled pattern, is its reader's.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { configModule } from '../../src/cli/config-module.ts'
import { configIn } from '../../src/cli/testing.ts'
import { translateFiles } from '../../src/cli/haproxy.ts'
import { loadConfig } from '../../src/cli/load-config.ts'
import type { Config } from '../../src/config/config.ts'
import { EVERYTHING, HARD } from '../../src/config/testing.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import { configText } from '../conformance/haproxy/drive.ts'
import { makeDirectory } from '../conformance/haproxy/peers.ts'
import { SCENARIOS } from '../conformance/haproxy/scenarios.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ADDRESSES = { a: '127.0.0.1:1001', b: '127.0.0.1:1002', c: '127.0.0.1:1003', dead: '127.0.0.1:1' }

async function ofFile(name: string): Promise<unknown> {
  return (await loadConfig(join(ROOT, name))).written
}

/** All that is compared with the real HAProxy, in one file as there. */
async function ofScenarios(): Promise<unknown> {
  const directory = makeDirectory(SCENARIOS)
  const file = join(directory, 'all.cfg')
  writeFileSync(
    file,
    configText(
      SCENARIOS,
      SCENARIOS.map((_, i) => 10_000 + i),
      { addresses: ADDRESSES },
      directory,
    ),
  )
  const { config } = await translateFiles([{ file, text: readFileSync(file, 'utf8') }])
  rmSync(directory, { recursive: true })
  return config
}

const CONFIGURATIONS: readonly (readonly [string, () => unknown])[] = [
  ['the example', () => ofFile('limpet.config.ts')],
  ["the demo's", () => ofFile('demo/limpet.config.ts')],
  ['all scenarios', ofScenarios],
  ['one with everything', () => EVERYTHING],
  ["the same with HAProxy's defaults", () => ({ ...EVERYTHING, defaults: 'haproxy' })],
  ['one that is hard to write down', () => HARD],
]

/** Where something else stands, by path. */
function notData(value: unknown, path = ''): readonly string[] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return []
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${value}`]
  if (typeof value !== 'object') return [`${path}: ${typeof value}`]
  if (Array.isArray(value)) return value.flatMap((part, i) => notData(part, `${path}[${i}]`))
  if (value instanceof Map) {
    return [...value].flatMap(([key, part]) => [...notData(key, `${path} key`), ...notData(part, `${path}.${key}`)])
  }
  if (value instanceof Set) return [...value].flatMap((part) => notData(part, `${path} member`))
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.getOwnPropertySymbols(value).length > 0) {
    return [`${path}: ${value.constructor?.name ?? 'no prototype'}`]
  }
  return Object.entries(value).flatMap(([key, part]) => notData(part, `${path}.${key}`))
}

it.each(CONFIGURATIONS)('%s is plain data, and reads back from its module as itself', async (_, written) => {
  const config = configOrThrow(await written(), 'serve')
  expect(notData(config)).toEqual([])
  const text = configModule({ path: '/limpet.config.ts', isOfEnv: false }, config, '/.limpet/config.js')
  const built = await configIn(text)
  expect(built).toStrictEqual(config)
  // toStrictEqual does not look at the order of keys, which samples of maps go by.
  expect(JSON.stringify(built)).toBe(JSON.stringify(config))
})

it('the walk bites', () => {
  const parts = [/x/, new URL('https://x.example'), () => 1, undefined, Number.NaN, new Date(), Object.create(null), 1n]
  for (const part of parts) expect(notData({ a: [new Map([['b', new Set([part])]])] })).toHaveLength(1)
})

// And of every configuration that there could be, by its type.
type Data<T> = T extends string | number | boolean | null
  ? T
  : T extends ReadonlyMap<infer Key, infer Part>
    ? ReadonlyMap<Data<Key>, Data<Part>>
    : T extends ReadonlySet<infer Part>
      ? ReadonlySet<Data<Part>>
      : T extends (...given: never[]) => unknown
        ? 'a function'
        : T extends object
          ? { [Key in keyof T]: Data<T[Key]> }
          : 'no data'

type IsData<T> = T extends Data<T> ? true : false

const isData: IsData<Config> = true
const bites: readonly [IsData<{ readonly a: readonly RegExp[] }>, IsData<{ a: URL }>, IsData<{ a?: undefined }>] = [
  false,
  false,
  false,
]

it('so is what the type of configurations allows', () =>
  expect([isData, ...bites]).toEqual([true, false, false, false]))
