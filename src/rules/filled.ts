// What replaces a match: a text with the match's groups in it.

import { bytesOf } from '../pattern/bytes.ts'

/** In bytes. `\1` is what the first group matched, `\x41` a byte; any other character behind a backslash is itself. */
export function filled(text: string, groups: readonly (string | undefined)[]): string {
  if (!text.includes('\\')) return bytesOf(text)
  return bytesOf(text).replaceAll(
    /\\(?:(\d)|x([0-9a-fA-F]{2})|([^]))/g,
    (_, group?: string, byte?: string, other?: string) => {
      if (group !== undefined) return groups[Number(group)] ?? ''
      return byte === undefined ? other! : String.fromCharCode(Number.parseInt(byte, 16))
    },
  )
}
