// Comparing what was given with what is right, without telling by the time it takes how much of it was right.

/** Takes as long for a wrong first character as for a wrong last one. Lengths are no secret: keyed-hash.ts hides those, too. */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
