// The language that a client likes best of some. HAProxy: configuration manual 7.3.1 "language".

import type { ConverterMaker } from '../tools.ts'
import { ofText } from './inputs.ts'

/** `language(en;de,en)`: of an Accept-Language. The second argument: if there is none of them. */
export const language: ConverterMaker = ([list = '', otherwise]) => {
  const known = list.split(';')
  return ofText((text) => {
    let best: string | undefined
    let bestQuality = 0
    for (const item of text.split(',')) {
      const [name = '', ...parameters] = item.split(';').map((part) => part.trim())
      const quality = qualityOf(parameters)
      const found = known.find((each) => each === name) ?? known.find((each) => each === name.split('-', 1)[0])
      if (found !== undefined && quality > bestQuality) [best, bestQuality] = [found, quality]
    }
    return best ?? otherwise
  })
}

function qualityOf(parameters: readonly string[]): number {
  const written = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
  const quality = written === undefined ? 1 : Number(written)
  return Number.isNaN(quality) ? 0 : quality
}
