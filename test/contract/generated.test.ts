// What is generated from the rows is up to date, and says something of each option: the types that editors show, limpet.schema.json and
// the reference.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { exampleOf } from '../../generate/example.ts'
import { generatedFiles } from '../../generate/files.ts'
import type { Form, Property } from '../../generate/form.ts'
import { wordsOf } from '../../generate/haproxy-words.ts'
import { readModel } from '../../generate/model.ts'
import { ROOT } from '../../generate/root.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const files = await generatedFiles()
const model = await readModel()

/** Every option with where it stands: `cookie.httponly`, `action.redirect.code`. */
const OPTIONS = [...model.values()].flatMap(({ name, form }) => optionsIn(form, name))

function optionsIn(form: Form, path: string): readonly { readonly path: string; readonly property: Property }[] {
  switch (form.kind) {
    case 'object':
      return form.properties.flatMap((property) => {
        const own = `${path}.${property.key}`
        return [{ path: own, property }, ...optionsIn(property.form, own)]
      })
    case 'either':
      return form.forms.flatMap((each) => optionsIn(each, path))
    case 'list':
      return optionsIn(form.of, path)
    case 'record':
      return optionsIn(form.value, path)
    default:
      return []
  }
}

const except = (holds: (property: Property) => boolean) =>
  OPTIONS.filter(({ property }) => !holds(property)).map(({ path }) => path)

describe('generated files', () => {
  it.each([...files.keys()])('%s is what `npm run options` writes', (path) => {
    expect(read(path)).toBe(files.get(path))
  })
})

describe('every option', () => {
  it('is there', () => {
    expect(OPTIONS.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'root.backends',
        'server.slowstart',
        'cookie.httponly',
        'action.redirect.code',
        'condition.hdr.name',
      ]),
    )
  })

  it('has a sentence', () => {
    expect(except(({ sentence }) => /^[A-Z`].*\.$/.test(sentence))).toEqual([])
  })

  it('has an example that may be written', () => {
    expect(except((property) => v.is(property.schema, exampleOf(property, model)))).toEqual([])
  })
})

interface Schema {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly [key: string]: unknown
}

describe('limpet.schema.json', () => {
  const schema = JSON.parse(files.get('limpet.schema.json')!) as Schema & { readonly $defs: Record<string, Schema> }

  it('describes every property', () => {
    const all = propertiesIn(schema)
    const described = all.filter(({ description = '' }) => description !== '')
    expect(all.length).toBeGreaterThan(300)
    expect(`${described.length}/${all.length}`).toBe(`${all.length}/${all.length}`)
  })

  it('has every default that is a constant', () => {
    const wrong = [...model.values()].flatMap(({ name, form, concept }) =>
      form.kind !== 'object' || !concept
        ? []
        : form.properties.flatMap(({ key, row, isRequired }) => {
            const constant = row?.defaults.limpet ?? undefined
            const { default: written, description = '' } = (name === 'root' ? schema : schema.$defs[name]!).properties![
              key
            ]!
            const isSaid = constant !== undefined || isRequired || description.includes('\nDefault: ')
            return JSON.stringify(written) === JSON.stringify(constant) && isSaid ? [] : [`${name}.${key}`]
          }),
    )
    expect(wrong).toEqual([])
  })

  function propertiesIn(value: unknown): readonly Schema[] {
    if (typeof value !== 'object' || value === null) return []
    const { properties = {}, default: _, examples: __, ...rest } = value as Schema
    return [
      ...Object.values(properties).flatMap((property) => [property, ...propertiesIn(property)]),
      ...Object.values(rest).flatMap(propertiesIn),
    ]
  }
})

describe('the documents', () => {
  const configuration = files.get('docs/configuration.md')!
  const headings = new Set([...configuration.matchAll(/^#+ (.*)$/gm)].map(([, title]) => slug(title!)))

  it('docs/configuration.md has a heading of its own for every option of a concept', () => {
    const titles = [...configuration.matchAll(/^#+ (.*)$/gm)].map(([, title]) => slug(title!))
    expect(titles.filter((title, i) => titles.indexOf(title) < i)).toEqual([])
    const missing = [...model.values()].flatMap(({ name, form, concept }) =>
      form.kind !== 'object' || !concept
        ? []
        : form.properties
            .map(({ key }) => (name === 'root' ? key : `${name}.${key}`))
            .filter((title) => !configuration.includes(`\n### ${title}\n`)),
    )
    expect(missing).toEqual([])
  })

  it.each(['docs/configuration.md', 'docs/from-haproxy.md'])('links of %s lead to headings', (path) => {
    const links = [...files.get(path)!.matchAll(/\]\((?:configuration\.md)?#([^)]+)\)/g)].map(([, target]) => target!)
    expect(links.length).toBeGreaterThan(50)
    expect(links.filter((target) => !headings.has(target))).toEqual([])
  })

  it("docs/from-haproxy.md has every word of HAProxy's that a row has", () => {
    const page = files.get('docs/from-haproxy.md')!
    const code = [...page.matchAll(/`([^`]*)`/g)].map(([, text]) => ` ${text} `)
    const missing = OPTIONS.flatMap(({ path, property: { row } }) =>
      (row ? wordsOf(row) : [])
        .filter(({ word }) => !code.some((text) => text.includes(` ${word} `)))
        .map(({ word }) => `${path}: ${word}`),
    )
    expect(missing).toEqual([])
  })

  function slug(title: string): string {
    return title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-')
  }
})
