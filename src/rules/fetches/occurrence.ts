// Which of the lines or values of a header.

/** `1` is the first, `-1` the last; without it all of them. */
export function occurrenceOf(
  values: readonly string[],
  occurrence: string | undefined,
): readonly string[] | string | undefined {
  if (occurrence === undefined || occurrence === '') return values
  const n = Number(occurrence)
  return values.at(n > 0 ? n - 1 : n)
}
