// The word that was probably meant.

/** `did you mean 'weight'?`, or all that is allowed when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near ? `did you mean '${near}'?` : `allowed: ${known.join(', ')}`
}

export function nearest(word: string, known: readonly string[]): string | undefined {
  const written = plain(word)
  const others = plainOf(known)
  let best: string | undefined
  // A short word is near to every other one.
  let bestDistance = Math.min(3, written.length)
  for (let i = 0; i < known.length; i++) {
    const other = others[i]!
    // So many letters at least are to be added or taken away: a word may be a megabyte long, and a file have many.
    if (Math.abs(other.length - written.length) >= bestDistance) continue
    const distance = editDistance(written, other)
    if (distance < bestDistance) {
      best = known[i]
      bestDistance = distance
    }
  }
  return best
}

const plains = new WeakMap<readonly string[], readonly string[]>()

function plainOf(known: readonly string[]): readonly string[] {
  const before = plains.get(known)
  if (before) return before
  const made = known.map(plain)
  plains.set(known, made)
  return made
}

/** Case and word breaks do not matter: `slow_start`, `on-error`. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '')
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current[j] = Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution)
    }
    previous = current
  }
  return previous[b.length]!
}
