// Which proxies of a file send requests to which: a listen section to itself, all frontends by default_backend and use_backend.

import type { Draft } from './draft.ts'

/** By its own name: one that is made of samples may be that of any. */
export function sendsTo(frontend: Draft, backend: Draft): boolean {
  if (frontend.defaultBackend === backend.name) return true
  return [...frontend.oldUseBackend, ...frontend.useBackend].some(
    ({ do: action }) => typeof action === 'object' && 'useBackend' in action && action.useBackend === backend.name,
  )
}

/** A backend's name made of samples may be any that has the text around them. */
export function leadsTo(frontend: Draft, backend: Draft): boolean {
  if (frontend === backend || frontend.defaultBackend === backend.name) return true
  return [...frontend.oldUseBackend, ...frontend.useBackend].some(({ do: action }) => {
    if (typeof action !== 'object' || !('useBackend' in action)) return false
    return mayBe(action.useBackend, backend.name)
  })
}

function mayBe(template: string, name: string): boolean {
  const [first = '', ...texts] = template.split(/%\[(?:[^\]'"]|'[^']*'|"[^"]*")*\]/)
  const last = texts.pop()
  if (last === undefined) return template === name
  let at = first.length
  for (const text of texts) {
    const found = name.indexOf(text, at)
    if (found === -1) return false
    at = found + text.length
  }
  return name.startsWith(first) && name.endsWith(last) && name.length - last.length >= at
}
