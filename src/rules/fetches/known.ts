// Which frontend, backend or server a fetch names. Without a backend: that of the request, or, before one is chosen, the backend that has
// the frontend's name, as a `listen` section of HAProxy's is both.

import type { Facts, KnownBackend, KnownFrontend, KnownServer } from '../facts.ts'
import type { Fetch } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import type { Value } from '../values.ts'
import type { View } from '../view.ts'

export function backendNamed(name: string, transaction: Transaction, facts: Facts): KnownBackend | undefined {
  // The variables of the process are set when there is no request.
  return facts.backend(name === '' ? (transaction.backend ?? transaction.asked?.frontend.name) : name)
}

/** `BACKEND/SERVER`, or a server of the request's own backend. */
export function serverNamed(
  text: string,
  transaction: Transaction,
  facts: Facts,
): { readonly server: KnownServer; readonly backend: KnownBackend } | undefined {
  const slash = text.lastIndexOf('/')
  const backend = backendNamed(text.slice(0, Math.max(0, slash)), transaction, facts)
  const server = backend?.pool.members.find((member) => member.server.name === text.slice(slash + 1))
  return backend && server && { server, backend }
}

/** `isOwn`: the request goes to it. */
export function ofBackend(
  [name = '']: readonly string[],
  find: (backend: KnownBackend, isOwn: boolean, transaction: Transaction, view: View) => Value | undefined,
): Fetch {
  return (transaction, view) => {
    const backend = backendNamed(name, transaction, view.facts)
    return backend && find(backend, transaction.backend === backend.backend.name, transaction, view)
  }
}

export function ofServer(
  [name = '']: readonly string[],
  find: (server: KnownServer, backend: KnownBackend, view: View) => Value | undefined,
): Fetch {
  return (transaction, view) => {
    const named = serverNamed(name, transaction, view.facts)
    return named && find(named.server, named.backend, view)
  }
}

/** `isOwn`: the request came by it. */
export function ofFrontend(
  [name = '']: readonly string[],
  find: (frontend: KnownFrontend, isOwn: boolean, view: View) => Value | undefined,
): Fetch {
  return (transaction, view) => {
    const own = transaction.asked?.frontend.name ?? ''
    const frontend = view.facts.frontend(name === '' ? own : name)
    return frontend && find(frontend, name === '' || name === own, view)
  }
}
