// Links in the documents lead somewhere: the file is there, and so is the heading that an anchor names.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', '.github/**/*.md'], { cwd: ROOT }).toSorted()
const INDEX = 'docs/README.md'

/** A document without its code, in which brackets are not links and `#` is no heading. */
function proseOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll(/^( *)```[^]*?^\1```$/gm, '')
}

/** Links to files, with the anchor behind `#`; addresses of other sites are not looked at. */
function linksIn(text: string): readonly string[] {
  const links = [...text.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g)].map(([, link]) => link!)
  return links.filter((link) => !/^[a-z]+:/.test(link))
}

/** The anchors that GitHub makes of headings. */
function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replaceAll(/\]\([^)]*\)/g, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    let anchor = slug
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`
    anchors.add(anchor)
  }
  return anchors
}

/** Undefined when the link leads somewhere. */
function problemOf(file: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? file : relative(ROOT, join(ROOT, dirname(file), decodeURIComponent(path)))
  if (!existsSync(join(ROOT, target))) return `${file}: ${link}: there is no ${target}`
  if (anchor === undefined || !target.endsWith('.md') || anchorsIn(proseOf(target)).has(anchor)) return undefined
  return `${file}: ${link}: ${target} has no heading '${anchor}'`
}

/** What npm packs besides package.json. */
const { files: PACKED } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: readonly string[] }
const isPacked = (path: string) =>
  ['README.md', 'LICENSE', ...PACKED].some((each) => path === each || path.startsWith(`${each}/`))

describe.each(DOCUMENTS.filter(isPacked))('%s', (file) => {
  it('leads to files that the package has, too', () => {
    const targets = linksIn(proseOf(file)).map((link) => link.split('#')[0]!)
    const paths = targets.map((path) => (path === '' ? file : relative(ROOT, join(ROOT, dirname(file), path))))
    expect(paths.filter((path) => !isPacked(path))).toEqual([])
  })
})

describe.each(DOCUMENTS)('%s', (file) => {
  it('has no broken link', () => {
    expect(linksIn(proseOf(file)).flatMap((link) => problemOf(file, link) ?? [])).toEqual([])
  })
})

it('names every document in docs/README.md', () => {
  const linked = linksIn(proseOf(INDEX)).map((link) => relative(ROOT, join(ROOT, 'docs', link.split('#')[0]!)))
  expect(DOCUMENTS.filter((file) => file.startsWith('docs/') && file !== INDEX && !linked.includes(file))).toEqual([])
})

it('bites', () => {
  expect(problemOf('docs/log.md', 'nowhere.md')).toBe('docs/log.md: nowhere.md: there is no docs/nowhere.md')
  expect(problemOf('docs/log.md', '#no-such-heading')).toContain("docs/log.md has no heading 'no-such-heading'")
  expect(problemOf('README.md', 'docs/log.md#events')).toBeUndefined()
  expect(linksIn('[a](b.md#c "title") `[d](e.md)` ![f](g.png) [h](https://example.com)')).toEqual(['b.md#c', 'g.png'])
})
