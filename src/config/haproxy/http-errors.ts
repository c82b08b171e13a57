// `http-errors` sections (configuration manual 3.8): answers by their status, which other sections name. They may stand behind these.

import type { ErrorsInput } from '../rules/reply.ts'
import { outcomeOf } from './acl.ts'
import type { AclPorts, HttpErrors } from './acl.ts'
import { HANDLED, parseErrorFile } from './error-file.ts'
import { failed, TRANSLATED } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'
import type { Note } from './section-notes.ts'
import type { Section } from './sections.ts'

export function readHttpErrors(sections: readonly Section[], ports: AclPorts, note: Note): HttpErrors {
  const all = new Map<string, ErrorsInput>()
  for (const { head, lines } of sections.filter(({ kind }) => kind === 'http-errors')) {
    const [, name] = head.words
    const errors: ErrorsInput = {}
    if (name === undefined) note(head, failed('http-errors needs a name'))
    else if (all.has(name))
      note(head, failed(`there is an http-errors section '${name}' already: its name must be another`))
    else {
      all.set(name, errors)
      note(head, TRANSLATED)
    }
    for (const line of lines) note(line, applyLine(line.words, errors, ports))
  }
  return all
}

function applyLine([word = '', code = '', file]: readonly string[], errors: ErrorsInput, ports: AclPorts): Outcome {
  if (word !== 'errorfile') return failed(unknownWord('http-errors line', word, ['errorfile']))
  if (file === undefined) return failed('errorfile needs a status and a file')
  if (!HANDLED.has(code)) return failed(`${code}: must be one of ${[...HANDLED].join(', ')}`)
  const reply = parseErrorFile(file, ports)
  if ('problem' in reply) return outcomeOf(reply)
  errors[code] = reply.value
  return TRANSLATED
}
