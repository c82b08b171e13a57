// `cookie NAME [insert|prefix|rewrite] ...` (configuration manual 4.2 "cookie").

import type { CookieInput } from '../schema.ts'
import type { Parsed } from './acl.ts'
import { parseTime } from './time.ts'

const FLAGS = ['indirect', 'nocache', 'postonly', 'preserve', 'httponly', 'secure'] as const

export interface CookieLine {
  readonly cookie: CookieInput
  readonly isDynamic: boolean
}

export function parseCookieLine(words: readonly string[]): Parsed<CookieLine> {
  const [name, ...options] = words
  if (name === undefined) return { problem: 'needs a name' }
  const cookie: CookieInput = { name, mode: 'passive' }
  const domain: string[] = []
  const attr: string[] = []
  let isDynamic = false
  for (let i = 0; i < options.length; i++) {
    const option = options[i]!
    const flag = FLAGS.find((each) => each === option)
    if (flag) cookie[flag] = true
    else if (option === 'insert' || option === 'prefix' || option === 'rewrite') {
      if (cookie.mode !== 'passive') return { problem: `${cookie.mode} and ${option} are incompatible` }
      cookie.mode = option
    } else if (option === 'dynamic') isDynamic = true
    else if (option === 'domain') domain.push(options[++i] ?? '')
    else if (option === 'attr') attr.push(options[++i] ?? '')
    else if (option === 'maxidle' || option === 'maxlife') {
      const time = parseTime(options[++i], 's')
      if (time === undefined) return { problem: `${option} needs a time` }
      cookie[option] = time
    } else return { problem: `'${option}' is not known` }
  }
  if (domain.length > 0) cookie.domain = domain
  if (attr.length > 0) cookie.attr = attr
  if (cookie.mode === 'rewrite' && cookie.indirect) return { problem: 'rewrite and indirect are incompatible' }
  if (cookie.preserve && cookie.mode !== 'insert' && !cookie.indirect) {
    return { problem: 'preserve needs insert or indirect' }
  }
  return { value: { cookie, isDynamic } }
}
