// Samples and texts as a haproxy.cfg may hold them: what HAProxy does not have is not taken, even where Limpet has it.

import { parseSample as parseAny, readSample as readAny } from '../rules/samples/sample.ts'
import type { Sample, SampleReading } from '../rules/samples/sample.ts'
import { parseTemplate as parseAnyTemplate } from '../rules/samples/template.ts'
import type { Template } from '../rules/samples/template.ts'
import { isHaproxysConverter, isHaproxysFetch } from './sample-names.ts'

/** Undefined for anything that is not known. */
export function parseSample(text: string): Sample | undefined {
  const sample = parseAny(text)
  return sample && isHaproxys(sample) ? sample : undefined
}

export function readSample(text: string): SampleReading {
  const reading = readAny(text)
  if ('problem' in reading || isHaproxys(reading.sample)) return reading
  return { problem: `'${text}' is not known to HAProxy` }
}

/** Undefined if a `%` begins nothing known. */
export function parseTemplate(text: string): Template | undefined {
  const template = parseAnyTemplate(text)
  return template?.every((part) => typeof part === 'string' || isHaproxys(part)) ? template : undefined
}

function isHaproxys({ fetch, converters }: Sample): boolean {
  return isHaproxysFetch(fetch) && converters.every(({ name }) => isHaproxysConverter(name))
}
