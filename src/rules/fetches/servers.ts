// Frontends, backends and servers. HAProxy: configuration manual 7.3.2, 7.3.3.

import type { FetchMaker } from '../tools.ts'

/** Without a name: of the backend that the request goes to. */
export const nbsrv: FetchMaker = ([name = '']) => {
  return ({ backend }, { facts }) => {
    const asked = name === '' ? backend : name
    return asked === null ? undefined : BigInt(facts.candidates(asked))
  }
}

export const feName: FetchMaker = () => {
  return ({ asked }) => asked.frontend.name
}

export const feDefbe: FetchMaker = () => {
  return ({ asked }) => asked.frontend.defaultBackend ?? undefined
}

export const beName: FetchMaker = () => {
  return ({ backend }) => backend ?? undefined
}

export const srvName: FetchMaker = () => {
  return ({ server }) => server ?? undefined
}
