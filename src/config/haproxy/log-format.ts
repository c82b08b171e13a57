// HAProxy's log formats (configuration manual 8.2.6), which log lines, unique IDs and the values of headers are written in: what
// HAProxy refuses in one. What Limpet takes of them is in rules/samples/sample.ts and options/unique-id.ts.

import { nearest } from '../nearest.ts'
import { SAMPLE_TEXT } from '../rules/samples/sample.ts'
import { mistake } from './acl.ts'
import type { Problem } from './acl.ts'
import { parseSample } from './haproxy-samples.ts'
import { nearName, unknownName } from './sample-names.ts'
import { unseenBecause } from './unseen.ts'

const VARIABLES =
  'o B CC CS H HM HP HPO HQ HU HV ID ST T Ta Tc Td Th Ti Tl Tq TR Tr Ts Tt Tu Tw U ac b bc bi bp bq ci cp f fc fi fp ft hr hrl hs hsl lc ms pid r rc rt s sc si sp sq sslc sslv t tr trg trl ts tsc'.split(
    ' ',
  )
/** Of HAProxy 2.8 and later. */
const NEWER = new Set(['Tg', 'OG'])

const TOKEN = /%(?:[%-]|(?:\{[^}]*\})?(?:\[((?:[^\]'"]|'[^']*'|"[^"]*")*)(\])?|([A-Za-z0-9]+)|))/g

/** What HAProxy 2.6 refuses in it; undefined: nothing. */
export function formatMistake(text: string): string | undefined {
  for (const [whole, expression, end, variable] of text.matchAll(TOKEN)) {
    if (whole === '%%' || whole === '%-') continue
    if (expression !== undefined) {
      if (end === undefined) return `'${whole}' is never closed: it needs a ]`
      const wrong = unknownName(expression, 'sample')
      if (wrong !== undefined) return `'${wrong}' in %[${expression}] is not known${nearName(wrong)}`
    } else if (variable !== undefined) {
      if (VARIABLES.includes(variable) || NEWER.has(variable)) continue
      const near = nearest(variable, VARIABLES)
      return `'%${variable}' is no variable of log formats${near ? `; did you mean '%${near}'?` : ': a percent sign is %%'}`
    } else return "'%' begins nothing: a percent sign is %%"
  }
  return undefined
}

/** What a text is told that is not taken: HAProxy may refuse it, too. */
export function formatProblem(text: string): Problem {
  const wrong = formatMistake(text)
  return wrong === undefined
    ? { problem: unseenIn(text) ?? `${text}: %[...] must hold ${SAMPLE_TEXT}` }
    : mistake(wrong)
}

/** The first sample in it that has no value here, and why; undefined: another thing is wrong with it. */
function unseenIn(text: string): string | undefined {
  for (const [, expression] of text.matchAll(TOKEN)) {
    const reason = expression === undefined || parseSample(expression) ? undefined : unseenBecause(expression)
    if (reason !== undefined) return `%[${expression}]: ${reason}`
  }
  return undefined
}
