// What the examples have in common with this repository, and where documents show them. That they work is test/package/examples.test.ts's.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLES = readdirSync(join(ROOT, 'examples'))
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifestOf = (path: string) => JSON.parse(textOf(path)) as Manifest

it("README's first code is the hono-routes example", () => {
  const blocks = [...textOf('README.md').matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, , code]) => code)
  expect(blocks.slice(0, 2)).toEqual([
    textOf('examples/hono-routes/src/index.ts'),
    textOf('examples/hono-routes/limpet.config.ts'),
  ])
})

describe.each(EXAMPLES)('examples/%s', (name) => {
  const read = (file: string) => textOf(`examples/${name}/${file}`)

  it('asks for the versions that this release is tested with', () => {
    const { dependencies, devDependencies } = manifestOf(`examples/${name}/package.json`)
    const own = manifestOf('package.json')
    const tested = { limpet: own.version, ...own.devDependencies, ...own.dependencies } as Record<string, string>
    const asked = { ...dependencies, ...devDependencies }
    const expected = Object.keys(asked).map((each) => [each, `^${tested[each]?.replace('^', '')}`])
    expect(asked).toEqual(Object.fromEntries(expected))
  })

  it('has the objects, migrations and flags of wrangler.toml', () => {
    const same = [
      'durable_objects',
      'migrations',
      'compatibility_date',
      'compatibility_flags',
      'minify',
      'keep_names',
      'triggers',
    ]
    const own = Object.entries(parse(textOf('wrangler.toml'))).filter(([key]) => same.includes(key))
    expect(own).toHaveLength(same.length)
    expect(parse(read('wrangler.toml'))).toMatchObject({ name: `limpet-${name}`, ...Object.fromEntries(own) })
  })

  // A deploy fails without a secret that is required.
  it('asks for the key of its cookies if it seals any, and its README says how to make one', () => {
    const { secrets } = parse(read('wrangler.toml')) as { secrets?: { required: string[] } }
    const seals =
      existsSync(join(ROOT, `examples/${name}/limpet.config.ts`)) && read('limpet.config.ts').includes('cookie: {')
    expect(secrets?.required).toEqual(seals ? ['LIMPET_COOKIE_KEYS'] : undefined)
    expect(read('README.md').includes('wrangler secret put LIMPET_COOKIE_KEYS')).toBe(seals)
  })

  it('is explained, and named in docs/README.md', () => {
    expect(read('README.md')).toContain('npm test')
    expect(textOf('docs/README.md')).toContain(`(../examples/${name}/README.md)`)
  })
})
