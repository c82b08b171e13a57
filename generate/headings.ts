// The headings of docs/configuration.md, and links to them.

/** `server.slowstart`; an option at the top stands alone. */
export function titleOf(part: { readonly name: string }, key: string): string {
  return part.name === 'root' ? key : `${part.name}.${key}`
}

/** As GitHub makes it of a heading. */
export function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
}
