// Whether a Worker has the parts that its configuration needs. What it needs, `limpet build` has found out (parts.ts): the Worker only
// compares.

/** A part, or a member of a set as `fetches/path`: the first place that needs it. */
export type Needs = Readonly<Record<string, string>>

/** A sentence; undefined: nothing is missing. */
export function missingPart(needs: Needs, parts: object): string | undefined {
  for (const [need, place] of Object.entries(needs)) {
    let part: unknown = parts
    for (const name of need.split('/')) part = (part as Readonly<Record<string, unknown>> | undefined)?.[name]
    if (part === undefined) return `built without '${need}', which ${place} needs: run limpet build again`
  }
  return undefined
}
