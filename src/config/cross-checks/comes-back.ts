// Whether what is sent to a server comes back to its backend: by way of a frontend that listens at the server's address,
// perhaps through other backends. Several balancers behind one another in one file are a chain, and no circle.

import type { Template } from '../rules/samples/template.ts'

/** A frontend, as far as it says where requests go. */
export interface Way {
  readonly frontend: string
  /** Backends that it may choose. */
  readonly backends: readonly string[]
}

/** What a frontend's rules may choose, in their order. Null: made of samples, so any. */
export interface Choice {
  readonly backend: string | null
  readonly isConditional: boolean
}

export type Return = 'always' | 'perhaps' | 'never'

export function wayOf(
  frontend: string,
  choices: readonly Choice[],
  defaultBackend: string | null | undefined,
  all: readonly string[],
): Way {
  const chosen = new Set<string>()
  for (const { backend, isConditional } of choices) {
    if (backend === null) return { frontend, backends: all }
    chosen.add(backend)
    if (!isConditional) return { frontend, backends: [...chosen] }
  }
  if (typeof defaultBackend === 'string') chosen.add(defaultBackend)
  return { frontend, backends: [...chosen] }
}

/** Null for a name that is made of samples. */
export function literalName(template: Template | string): string | null {
  if (typeof template === 'string') return template.includes('%[') ? null : template
  const [first, ...more] = template
  return typeof first === 'string' && more.length === 0 ? first : null
}

/**
 * Whether a request to `server` comes to `home` again.
 * `waysAt`: the frontends that listen at a server's address; `serversOf`: a backend's.
 */
export function comesBack<Server>(
  home: string,
  server: Server,
  waysAt: (server: Server) => readonly Way[],
  serversOf: (backend: string) => readonly Server[],
): Return {
  const known = new Map<string, Return>()
  return from(server)

  function from(at: Server): Return {
    return together(waysAt(at).map(({ backends }) => together(backends.map(through))))
  }

  function through(backend: string): Return {
    if (backend === home) return 'always'
    const before = known.get(backend)
    if (before) return before
    // A circle that does not lead home is found from the backends in it.
    known.set(backend, 'never')
    const returns = together(serversOf(backend).map(from))
    known.set(backend, returns)
    return returns
  }
}

/** Of several ways a request takes one. */
function together(ways: readonly Return[]): Return {
  if (ways.every((way) => way === 'never')) return 'never'
  return ways.every((way) => way === 'always') ? 'always' : 'perhaps'
}
