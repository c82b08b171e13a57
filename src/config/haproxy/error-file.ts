// A file that holds a whole answer, and where such answers are named (configuration manual 3.8, 4.2 "errorfile").

import { nearest } from '../nearest.ts'
import type { ReplyInput } from '../rules/reply.ts'
import type { AclPorts, Parsed } from './acl.ts'

export function unknownSection(name: string, { httpErrors = new Map() }: AclPorts): string {
  const near = nearest(name, [...httpErrors.keys()])
  return `there is no http-errors section '${name}'${near === undefined ? '' : `; did you mean '${near}'?`}`
}

/** Those that HAProxy 2.6 has answers of its own for. */
export const HANDLED: ReadonlySet<string> = new Set(
  '200 400 401 403 404 405 407 408 410 413 425 429 500 501 502 503 504'.split(' '),
)

/** A file with a whole answer: status line, headers, a blank line, body. */
export function parseErrorFile(file: string, ports: AclPorts): Parsed<ReplyInput> {
  const text = ports.text(file)
  if (text === undefined) return { problem: `${file} cannot be read` }
  const [, status, head = '', body = ''] =
    /^HTTP\/\d\.\d (\d{3})[^\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n?([\s\S]*)$/.exec(text) ?? []
  if (status === undefined)
    return { problem: `${file}: must begin with a line such as HTTP/1.0 503 Service Unavailable` }
  const headers: Record<string, string> = {}
  let contentType: string | undefined
  for (const line of head.split(/\r?\n/).filter((each) => each !== '')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? []
    if (name.toLowerCase() === 'content-type') contentType = value
    else if (!FRAMING.has(name.toLowerCase())) headers[name] = value.replaceAll('%', '%%')
  }
  return {
    value: {
      status: Number(status),
      ...(contentType === undefined ? {} : { contentType }),
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      ...(body === '' ? {} : { body }),
    },
  }
}

/** Set by the platform: they describe the answer's length and the connection. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive'])
