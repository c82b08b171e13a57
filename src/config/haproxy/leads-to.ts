// Which proxies of a file send requests to which: a listen section to itself, all frontends by default_backend and use_backend.

import type { Draft } from './draft.ts'

/** By its own name: one that is made of samples may be that of any. */
export function sendsTo(frontend: Draft, backend: Draft): boolean {
  if (frontend.defaultBackend === backend.name) return true
  return [...frontend.oldUseBackend, ...frontend.useBackend].some(
    ({ do: action }) => typeof action === 'object' && 'useBackend' in action && action.useBackend === backend.name,
  )
}

/** A backend's name made of samples may be any. */
export function leadsTo(frontend: Draft, backend: Draft): boolean {
  if (frontend === backend || frontend.defaultBackend === backend.name) return true
  return [...frontend.oldUseBackend, ...frontend.useBackend].some(({ do: action }) => {
    if (typeof action !== 'object' || !('useBackend' in action)) return false
    return action.useBackend === backend.name || action.useBackend.includes('%[')
  })
}
