// Texts that hold samples, `user %[req.cook(id)]`, in HAProxy's log format (configuration manual 8.2.6): from text to parts.

import { readSample, SAMPLE_TEXT } from './sample.ts'
import type { Sample } from './sample.ts'

/** Literal text and samples in turn. */
export type Template = readonly (string | Sample)[]

export type TemplateReading = { readonly template: Template } | { readonly problem: string }

const bare = (fetch: Sample['fetch']): Sample => ({ fetch, arguments: [], converters: [] })

/** Log-format variables that have a sample of the same meaning. */
const VARIABLES: Readonly<Record<string, Sample>> = {
  ci: bare('src'),
  fp: bare('dst_port'),
  HM: bare('method'),
  HP: bare('path'),
  HQ: bare('query'),
  HU: bare('pathq'),
  ID: bare('unique-id'),
}

/** Undefined if a `%` begins nothing known; `%%` is a percent sign. */
export function parseTemplate(text: string): Template | undefined {
  const reading = readTemplate(text)
  return 'template' in reading ? reading.template : undefined
}

export function readTemplate(text: string): TemplateReading {
  const parts: (string | Sample)[] = []
  let rest = text
  while (rest !== '') {
    const [, literal, token] = /^([^%]*)(%(?:%|\[(?:[^\]'"]|'[^']*'|"[^"]*")*\]|[A-Za-z]+))?/.exec(rest)!
    if (literal === '' && token === undefined) {
      return { problem: `must be text; %[...] holds ${SAMPLE_TEXT}; %% is a percent sign` }
    }
    if (literal !== '') parts.push(literal!)
    if (token === '%%') parts.push('%')
    else if (token?.[1] === '[') {
      const reading = readSample(token.slice(2, -1))
      if ('problem' in reading) return reading
      parts.push(reading.sample)
    } else if (token !== undefined) {
      const name = token.slice(1)
      if (!Object.hasOwn(VARIABLES, name)) {
        const known = Object.keys(VARIABLES).map((each) => `%${each}`)
        return { problem: `${token} is not available in a text: there are ${known.join(', ')} and %[...]` }
      }
      parts.push(VARIABLES[name]!)
    }
    rest = rest.slice(literal!.length + (token?.length ?? 0))
  }
  return { template: parts }
}
