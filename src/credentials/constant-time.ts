// Comparing a given secret with the right one in a time that does not reveal how much of it was right.

/** Takes as long for a wrong first character as for a wrong last one. Lengths are no secret: keyed-hash.ts hides those, too. */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
