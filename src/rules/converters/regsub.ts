// Parts of a text that match an expression, replaced. HAProxy: configuration manual 7.3.1 "regsub".

import { bytesOf, textOf } from '../../pattern/bytes.ts'
import { filled } from '../filled.ts'
import type { ConverterMaker } from '../tools.ts'
import { ofText } from './inputs.ts'

/** `regsub(EXPRESSION,TEXT,FLAGS)`: `g` replaces all, `i` ignores case; `\1` in the text is the first group. */
export const regsub: ConverterMaker = ([expression = '', replacement = '', flags = ''], { patternOf }) => {
  const pattern = patternOf(expression, { ignoreCase: flags.includes('i'), keepsGroups: true })
  const isForAll = flags.includes('g')
  return ofText((text) => {
    const bytes = bytesOf(text)
    let made = ''
    let at = 0
    while (at <= bytes.length) {
      const match = pattern.find(bytes, at)
      if (!match) break
      const length = match.groups[0]!.length
      made += bytes.slice(at, match.index) + filled(replacement, match.groups)
      at = match.index + length
      // A match of nothing moves on by a byte.
      if (length === 0) made += bytes.slice(at, ++at)
      if (!isForAll) break
    }
    return textOf(made + bytes.slice(at))
  })
}
