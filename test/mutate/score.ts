// What a report of Stryker's comes to.

/** The part that is read of the mutation testing report schema. */
export interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>
}

export interface Score {
  readonly killed: number
  /** Of these no test saw anything, or no test came by. */
  readonly survived: number
  /** Killed, as a share of all that ran; rounded down to a tenth, so that 84.99 is no 85. */
  readonly percent: number
}

/** A mutant that hangs is seen; one that does not compile, or is ignored, does not count. */
export function scoreOf({ files }: Report): Score {
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const count = (...counted: readonly string[]) => statuses.filter((status) => counted.includes(status)).length
  const killed = count('Killed', 'Timeout')
  const survived = count('Survived', 'NoCoverage')
  const all = killed + survived
  return { killed, survived, percent: all === 0 ? 0 : Math.floor((1000 * killed) / all) / 10 }
}
