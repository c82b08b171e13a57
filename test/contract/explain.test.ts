// docs/explain.md has every key and every word of `limpet explain --json`: programs read them, so they do not change unnoticed.

import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const DOCUMENT = readFileSync(new URL('docs/explain.md', ROOT), 'utf8')
const TYPES = readFileSync(new URL('src/explain/explanation.ts', ROOT), 'utf8').replaceAll(/\/\*\*[^]*?\*\//g, '')

/** Keys of the types, and words between quotes. */
const PUBLIC = [
  ...new Set([
    ...[...TYPES.matchAll(/readonly (\w+):/g)].map(([, key]) => key!),
    ...[...TYPES.matchAll(/'([a-z-]+)'/g)].map(([, word]) => word!),
  ]),
]

it('has keys and words to look for', () => {
  expect(PUBLIC).toEqual(
    expect.arrayContaining(['passedOver', 'leftOut', 'use-server', 'unknown-server', 'validUntil']),
  )
})

it.each(PUBLIC)('docs/explain.md has %s', (word) => {
  expect(DOCUMENT).toContain(`\`${word}\``)
})
