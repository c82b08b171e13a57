import { expect, it } from 'vitest'

import { formatIssue } from '../issue.ts'
import { validateConfig } from '../validate.ts'

function issuesOf(uniqueId: object) {
  const written = {
    frontends: [{ name: 'f', defaultBackend: 'b', uniqueId }],
    backends: [{ name: 'b', servers: [{ name: 's', url: 'http://s.example' }] }],
  }
  return validateConfig(written, 'serve').issues.map(formatIssue)
}

it.each([
  ['%H', '%H: there are %ci %cp %fi'],
  ['%{+X}o %bi', '%bi: there are'],
  ['%{+Q}ci', '%{+Q}ci: of flags there are +X and -X'],
  ['%[nope]', '%[nope]: must hold a sample'],
  ['%[status]', '%[status]: must hold a sample of requests'],
  // HAProxy crashes.
  ['%[unique-id]', '%[unique-id]: must hold a sample'],
  ['%ID', '%ID: there are'],
  ['50%', '%: there are'],
  ['', 'makes an empty text'],
])('a unique ID of %s is refused by name', (format, message) => {
  const [issue] = issuesOf({ format })
  expect(issue).toContain('error: frontends[0].uniqueId.format: ')
  expect(issue).toContain(message)
})

it('a unique ID may hold samples, whose backends must be there, and needs a header that can be one', () => {
  expect(issuesOf({ format: '%{+X}o %[nbsrv(b)]', header: 'X-Id' })).toEqual([])
  expect(issuesOf({ format: '%{+X}o %[nbsrv(none)]' })[0]).toContain("no such backend 'none'")
  expect(issuesOf({ format: '%rt', header: 'X Id' })[0]).toContain('frontends[0].uniqueId.header')
})
