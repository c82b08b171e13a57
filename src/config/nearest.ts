// The word that was probably meant.

/** `did you mean 'weight'?`, or all that is allowed when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near ? `did you mean '${near}'?` : `allowed: ${known.join(', ')}`
}

export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  // A short word is near to every other one.
  let bestDistance = Math.min(3, plain(word).length)
  for (const candidate of known) {
    const distance = editDistance(plain(word), plain(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
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
