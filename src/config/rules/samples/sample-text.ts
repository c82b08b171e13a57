// Samples and texts as operators write them.

import type { Sample } from './sample.ts'
import type { Template } from './template.ts'

/** `req.hdr(x-user),lower`. */
export function sampleText({ fetch, arguments: given, converters }: Sample): string {
  return [callText(fetch, given), ...converters.map((each) => callText(each.name, each.arguments))].join(',')
}

function callText(name: string, given: readonly string[]): string {
  return given.length > 0 ? `${name}(${given.join(',')})` : name
}

/** `user %[req.cook(id)]`. */
export function templateText(template: Template): string {
  return template.map((part) => (typeof part === 'string' ? part : `%[${sampleText(part)}]`)).join('')
}
