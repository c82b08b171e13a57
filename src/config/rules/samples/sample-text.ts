// Samples and texts as operators write them.

import { callText } from './calls.ts'
import type { Sample } from './sample.ts'
import type { Template } from './template.ts'

/** `req.hdr(x-user),lower`. */
export function sampleText({ fetch, arguments: given, converters }: Sample): string {
  return [{ name: fetch, arguments: given }, ...converters].map(callText).join(',')
}

/** `user %[req.cook(id)]`. */
export function templateText(template: Template): string {
  return template.map((part) => (typeof part === 'string' ? part : `%[${sampleText(part)}]`)).join('')
}
