// Requests that go where a rule says, whatever their client has. HAProxy: configuration manual 4.2 "use-server".

import type * as v from 'valibot'

import { listOf, name } from '../fields.ts'
import { objectOf, option, required } from '../option.ts'
import { condition, resolveCondition } from '../rules/condition.ts'
import type { Condition } from '../rules/condition.ts'

export const useServerOptions = {
  /** Condition under which the server is used; without one it always is. */
  if: option(condition, { default: null }),
  /** Name of the server. */
  server: required(name, { word: 'use-server' }),
}

export const useReleaseOptions = {
  /** Condition under which the release is used; without one it always is. */
  if: option(condition, { default: null }),
  /** Name of the release: one of the backend's `releases`. */
  release: required(name),
}

export const useServer = listOf(objectOf(useServerOptions), 'must be a list of { if, server }')
export const useRelease = listOf(objectOf(useReleaseOptions), 'must be a list of { if, release }')

export interface UseServer {
  /** HAProxy's `use-server`: before any cookie; a server that is down is passed over. */
  readonly useServer: readonly { readonly if: Condition | null; readonly server: string }[]
  /** Behind `useServer`, before anything else that chooses a release. */
  readonly useRelease: readonly { readonly if: Condition | null; readonly release: string }[]
}

interface UseServerValues {
  readonly useServer: v.InferInput<typeof useServer>
  readonly useRelease: v.InferInput<typeof useRelease>
}

export function resolveUseServer(values: UseServerValues): UseServer {
  return {
    useServer: values.useServer.map((each) => ({ ...each, if: resolveCondition(each.if) })),
    useRelease: values.useRelease.map((each) => ({ ...each, if: resolveCondition(each.if) })),
  }
}
