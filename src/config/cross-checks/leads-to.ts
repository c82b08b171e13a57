// Which frontends send requests to a backend, as they are written.

import type { BackendInput } from '../options/backend.ts'
import type { FrontendInput } from '../options/frontend.ts'

/** A backend's name that is made of samples may be any. */
export function leadsTo(frontend: FrontendInput, { name }: BackendInput): boolean {
  if (frontend.defaultBackend === name) return true
  return (frontend.rules ?? []).some((rule) => {
    if ('backend' in rule) return rule.backend === name
    const action = rule.do
    if (typeof action !== 'object' || !('useBackend' in action)) return false
    return action.useBackend === name || action.useBackend.includes('%')
  })
}
