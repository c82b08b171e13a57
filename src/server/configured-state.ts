// The state that a server has by its configuration, before an operator or a check has said anything.

import type { AdminState } from './states.ts'

export interface ConfiguredState {
  readonly state: AdminState
  /** Null or absent: its name is left to the platform. */
  readonly resolution?: { readonly isResolved: boolean } | null
}

/** Its name has no address: whatever an operator sets, it is in maintenance. */
export function isUnresolved({ resolution }: Pick<ConfiguredState, 'resolution'>): boolean {
  return resolution?.isResolved === false
}

export function configuredState(server: ConfiguredState): AdminState {
  return isUnresolved(server) ? 'maint' : server.state
}
