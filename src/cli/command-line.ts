// Words of a command as HAProxy's socket reads them.

/** A blank, a backslash or a semicolon within a word is written behind a backslash. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => word.replaceAll(/[\s\\;]/g, '\\$&')).join(' ')
}
