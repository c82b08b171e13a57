// A place in a file, as editors and CI read it: FILE:LINE:COL. Lines and columns count from 1, columns in UTF-16 units.

export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
  /** What is meant is computed; this is the nearest place that is written. */
  readonly isComputed?: boolean
}

export function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':')
}

/** The line and column of an offset. */
export function positionIn(text: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - starts[low]! + 1 }
  }
}
