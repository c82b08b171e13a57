// A name is an identity: cookies, stick tables, states, leases and counters go by it. After a rename, `formerly` lists the former
// names, under which the proxy or server is found, too.

export interface Named {
  readonly name: string
  /** Oldest first. */
  readonly formerly: readonly string[]
}

/** Today's name first. */
export function namesOf({ name, formerly }: Named): readonly string[] {
  return formerly.length === 0 ? [name] : [name, ...formerly]
}

/** What lies under one of its names, today's first: what runs from before a rename has the former one. */
export function underAnyName<T>(named: Named, all: Readonly<Record<string, T>>): T | undefined {
  const known = namesOf(named).find((name) => Object.hasOwn(all, name))
  return known === undefined ? undefined : all[known]
}

/** The name that never changes: what lies under a single name stays under this one. */
export function firstNameOf({ name, formerly }: Named): string {
  return formerly[0] ?? name
}

/** A map by today's names, and by former ones where nobody has them today. */
export function byAnyName<T>(all: readonly T[], namedOf: (each: T) => Named): ReadonlyMap<string, T> {
  const byName = new Map<string, T>()
  for (const each of all) for (const former of namedOf(each).formerly) byName.set(former, each)
  for (const each of all) byName.set(namedOf(each).name, each)
  return byName
}
