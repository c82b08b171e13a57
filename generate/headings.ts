// The headings of docs/configuration.md, and links to them.

import type { Part } from './model.ts'

/** `server.slowstart`; an option at the top stands alone. */
export function titleOf(part: { readonly name: string }, key: string): string {
  return part.name === 'root' ? key : `${part.name}.${key}`
}

/** `server options`: told apart from the option of that name. A part of the rules' language stands alone. */
export function partTitleOf({ name, concept }: Pick<Part, 'name' | 'concept'>): string {
  if (name === 'root') return 'Options at the top'
  return concept ? `${name} options` : name
}

/** As GitHub makes it of a heading. */
export function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
}
