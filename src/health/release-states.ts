// What isolates hold of a backend's releases: which one new documents come from, which one is tried on a share of them, and which
// no longer get any. The Monitor makes it (release-registry.ts); releases/ goes by it.

/** `kept`: serves the pages that were loaded from it. `aborted`: a canary that failed; it serves what its pages load. `ended`: nothing. */
export const LEFT_STATES = ['kept', 'aborted', 'ended'] as const
export type LeftState = (typeof LEFT_STATES)[number]

export interface Canary {
  readonly name: string
  /** Of the clients, from 0 to 1. */
  readonly share: number
}

export interface ReleaseStates {
  /** May be a release that this configuration does not have: in a gradual deployment another version may know it. So may others here. */
  readonly current: string
  readonly canary: Canary | null
  /** By release; those that never served are not here. */
  readonly states: Readonly<Record<string, LeftState>>
  /** Grows with every change. */
  readonly n: number
}

/** By backend, also under former names. */
export type ReleaseStatesByBackend = Readonly<Record<string, ReleaseStates>>

export function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1
}

export function isLeftState(value: unknown): value is LeftState {
  return (LEFT_STATES as readonly unknown[]).includes(value)
}

/** As it arrived from elsewhere. What cannot be read is left out: such a backend is as configured. Undefined: it does not say. */
export function readReleaseStates(value: unknown): ReleaseStatesByBackend | undefined {
  if (!isObject(value)) return undefined
  const read = Object.entries(value).map(([backend, states]) => [backend, readOne(states)] as const)
  return Object.fromEntries(read.filter(([, states]) => states !== undefined)) as ReleaseStatesByBackend
}

function readOne(value: unknown): ReleaseStates | undefined {
  if (!isObject(value) || typeof value['current'] !== 'string' || !Number.isFinite(value['n'])) return undefined
  return {
    current: value['current'],
    canary: readCanary(value['canary']),
    states: readLeft(value['states']),
    n: value['n'] as number,
  }
}

export function readCanary(value: unknown): Canary | null {
  if (!isObject(value) || typeof value['name'] !== 'string' || !isShare(value['share'])) return null
  return { name: value['name'], share: value['share'] }
}

export function readLeft(value: unknown): Readonly<Record<string, LeftState>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(Object.entries(value).filter(([, state]) => isLeftState(state))) as Record<
    string,
    LeftState
  >
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
