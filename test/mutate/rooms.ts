// What is mutated, a row a room: what belongs to it, what tests it, and the least share of its mutants that tests have to kill, in
// percent. The heart (who serves, who served, is it up, how many at once) has 85.

export interface Room {
  /** Files that are mutated, from the root of the repository. Tests and what only tests use are left out by themselves. */
  readonly mutates: readonly string[]
  /** Files that test them. */
  readonly tests: readonly string[]
  /** Subjects of test/conformance/haproxy/scenarios that are replayed, too. */
  readonly replays?: readonly string[]
  readonly atLeast: number
}

/** A folder of src that has its tests beside it. */
const folder = (name: string, atLeast: number, replays?: readonly string[]): Room => ({
  mutates: [`src/${name}/**/*.ts`],
  tests: [`src/${name}/**/*.test.ts`],
  ...(replays && { replays }),
  atLeast,
})

/** A part of the balancer: tested by journeys through the whole of it, too. They say what the replay says, sooner. */
const ofBalancer = (name: string): Room => ({
  mutates: [`src/balancer/${name}/*.ts`],
  tests: ['src/balancer/**/*.test.ts'],
  atLeast: 85,
})

export const ROOMS: Readonly<Record<string, Room>> = {
  balance: folder('balance', 85, ['balance']),
  persistence: folder('persistence', 85),
  flow: folder('flow', 85),
  health: folder('health', 85),
  stats: folder('stats', 75),
  alert: folder('alert', 75),
  admin: folder('admin', 75),
  'cross-checks': {
    mutates: ['src/config/cross-checks/*.ts'],
    tests: ['src/config/**/*.test.ts'],
    atLeast: 70,
  },
  server: folder('server', 85),
  rules: {
    mutates: ['src/rules/*.ts'],
    tests: ['src/rules/*.test.ts', 'src/balancer/**/*.test.ts'],
    atLeast: 75,
  },
  dispatch: ofBalancer('dispatch'),
  persist: ofBalancer('persist'),
  maxconn: ofBalancer('maxconn'),
}
