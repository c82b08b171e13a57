// `set-map(FILE) KEY VALUE`, `del-map(FILE) KEY`, `add-acl(FILE) KEY`, `del-acl(FILE) KEY` (configuration manual 4.2).

import { needsResponse } from '../rules/samples/sample.ts'
import type { ListActionInput } from '../rules/list-action.ts'
import { mistake } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import { parseTemplate } from './haproxy-samples.ts'
import { differs } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { formatProblem } from './log-format.ts'

const VERB = /^(set-map|del-map|add-acl|del-acl)(?=\(|$)/

export function isListVerb(verb: string): boolean {
  return VERB.test(verb)
}

export function parseListAction(
  verb: string,
  words: readonly string[],
  phase: 'request' | 'response',
  { files }: AclPorts,
): Parsed<ListActionInput> {
  const [, action = '', file] = /^(set-map|del-map|add-acl|del-acl)(?:\(([^()]+)\)?)?$/.exec(verb) ?? []
  if (file === undefined) return mistake(`'${verb}' must name a file, such as ${VERB.exec(verb)![0]}(FILE)`)
  const count = action === 'set-map' ? 2 : 1
  if (words.length !== count) return mistake(`${action} needs ${count === 2 ? 'a key and a value' : 'a key'}`)
  for (const text of words) {
    const parts = parseTemplate(text)
    if (!parts) return formatProblem(text)
    if (phase === 'request' && parts.some((part) => typeof part === 'object' && needsResponse(part)))
      return mistake(`${text} is of the response, which is not there yet`)
  }
  const [key = '', value = ''] = words
  const isMap = action === 'set-map' || action === 'del-map'
  files.name(file, isMap ? 'map' : 'list')
  if (action === 'set-map') return { value: { setMap: { map: file, key, value } } }
  if (action === 'del-map') return { value: { delMap: { map: file, key } } }
  return { value: action === 'add-acl' ? { addAcl: { list: file, key } } : { delAcl: { list: file, key } } }
}

export function listOutcome(verb: string): Outcome | undefined {
  return isListVerb(verb)
    ? differs('the change holds at once in the isolate that makes it, in others with the next snapshot')
    : undefined
}
