// Texts that hold samples, `user %[req.cook(id)]`, in HAProxy's log format (configuration manual 8.2.6): from text to parts.

import { readCalls } from './calls.ts'
import { sampleOf, SAMPLE_TEXT } from './sample.ts'
import type { Sample } from './sample.ts'

/** Literal text and samples in turn. */
export type Template = readonly (string | Sample)[]

export type TemplateReading =
  | { readonly template: Template }
  | { readonly problem: string; readonly isArgument?: boolean }

const bare = (fetch: Sample['fetch']): Sample => ({ fetch, arguments: [], converters: [] })

/** Of what the client asked for, whatever rules have made of it. */
const asked = (name: Sample['converters'][number]['name'], ...given: readonly string[]): Sample => ({
  ...bare('capture.req.uri'),
  converters: [{ name, arguments: given }],
})

/** Log-format variables that have a sample of the same meaning. */
const VARIABLES: Readonly<Record<string, Sample>> = {
  b: bare('be_name'),
  ci: bare('src'),
  cp: bare('src_port'),
  f: bare('fe_name'),
  fp: bare('dst_port'),
  HM: bare('capture.req.method'),
  HP: asked('field', '1', '?'),
  HQ: asked('regsub', '[^?]*', ''),
  HU: bare('capture.req.uri'),
  ID: bare('unique-id'),
  s: bare('srv_name'),
  Ts: bare('date'),
}

/** Undefined if a `%` begins nothing known; `%%` is a percent sign. */
export function parseTemplate(text: string): Template | undefined {
  const reading = readTemplate(text)
  return 'template' in reading ? reading.template : undefined
}

/** Flags before a sample mean nothing here, except that `E` would escape its value. `%{+Q}` quotes variables. */
export function readTemplate(text: string): TemplateReading {
  const parts: (string | Sample)[] = []
  let isQuotedByItself = false
  for (let at = 0; at < text.length;) {
    const percent = text.indexOf('%', at)
    if (percent !== at) {
      const end = percent === -1 ? text.length : percent
      parts.push(text.slice(at, end))
      at = end
      continue
    }
    BEGINNING.lastIndex = at
    const [whole, sign, flags, bracket, name] = BEGINNING.exec(text) ?? []
    if (whole === undefined) {
      return { problem: `must be text; %[...] holds ${SAMPLE_TEXT}; %% is a percent sign` }
    }
    at += whole.length
    if (sign !== undefined) parts.push(sign)
    else if (flags !== undefined && /[EX]/.test(flags.replaceAll(/-[EX]/g, '')) && (/E/.test(flags) || !bracket)) {
      return { problem: `${whole}: the flag ${/E/.test(flags) ? 'E' : 'X'} is not available` }
    } else if (bracket !== undefined) {
      const found = readCalls(text, at)
      if (!found || text[found.end] !== ']') {
        return { problem: `${whole}${text.slice(at, at + LONGEST_SHOWN)}: must hold ${SAMPLE_TEXT}, and a ] behind it` }
      }
      const reading = sampleOf(found.calls)
      if ('problem' in reading) return reading
      parts.push(reading.sample)
      at = found.end + 1
    } else {
      const isQuoted: boolean = flags === undefined ? isQuotedByItself : /(?:^|,)\+?Q/.test(flags)
      if (name === 'o') {
        isQuotedByItself = isQuoted
        continue
      }
      if (!Object.hasOwn(VARIABLES, name!)) {
        const known = Object.keys(VARIABLES).map((each) => `%${each}`)
        return { problem: `%${name} is not available in a text: there are ${known.join(', ')} and %[...]` }
      }
      const variable = VARIABLES[name!]!
      parts.push(...(isQuoted ? ['"', variable, '"'] : [variable]))
    }
  }
  return { template: parts }
}

const BEGINNING = /%(?:([%-])|(?:\{([A-Za-z,+-]*)\})?(?:(\[)|([A-Za-z]+)))/y
const LONGEST_SHOWN = 80
