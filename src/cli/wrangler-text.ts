// Pieces of a wrangler file as text, in either of its languages.

import { stringify } from 'smol-toml'

import type { Section } from './wrangler-parts.ts'

export type WranglerFormat = 'toml' | 'jsonc'

export interface Part {
  /** What a reader learns above it; one line each. */
  readonly comment: readonly string[]
  readonly section: Section
  /** It is commented out. */
  readonly isExample?: boolean
}

export function formatOf(name: string): WranglerFormat {
  return name.endsWith('.toml') ? 'toml' : 'jsonc'
}

/** As it is pasted into a file: without the braces around all of it. */
export function sectionText(section: Section, format: WranglerFormat): string {
  if (format === 'toml') return stringify(section).trim()
  return JSON.stringify(section, null, 2)
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(2))
    .join('\n')
}

/** A whole file. Of parts with the same key there is one. In TOML, plain keys belong into the first part. */
export function wranglerText(parts: readonly Part[], format: WranglerFormat): string {
  const mark = format === 'toml' ? '# ' : '// '
  const last = parts.findLastIndex(({ isExample }) => !isExample)
  const texts = parts.map(({ comment, section, isExample }, i) => {
    const text = sectionText(section, format) + (format === 'toml' || i === last ? '' : ',')
    const lines = text.split('\n').map((line) => (isExample && line !== '' ? mark + line : line))
    return [...comment.map((line) => mark + line), ...lines]
  })
  if (format === 'toml') return `${texts.map((lines) => lines.join('\n')).join('\n\n')}\n`
  const indented = texts.map((lines) => lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n'))
  return `{\n${indented.join('\n\n')}\n}\n`
}
