// Differences between HAProxy and Limpet that are meant, each with the place that says so. A row that explains nothing fails the run.

import type { Exchange } from './exchanges.ts'

interface Explanation {
  /** Of which files; undefined: of all. */
  readonly file?: RegExp
  /** Of which binds: `SECTION ADDRESS`. */
  readonly at?: RegExp
  /** Of which requests: `GET www.example.com/path?query`. */
  readonly request?: RegExp
  /** Of which lines of the comparison. */
  readonly difference: RegExp
  /** In the words of docs/haproxy.md. */
  readonly why: string
}

export const EXPLANATIONS: readonly Explanation[] = [
  {
    difference: /^received (?:x-forwarded-)?host: HAProxy \["([^"]+?)(?::80|:443)?"\], Limpet \["\1"\]$/i,
    why: "a server gets the Host in lower case, and without the scheme's own port",
  },
  {
    at: /^stats /,
    request: /^(?:HEAD|POST) /,
    difference:
      /^response (?:cache-control|content-type|refresh|content-security-policy|referrer-policy|x-content-type-options):/,
    why: "the statistics page is Limpet's own, with its own headers",
  },
  {
    difference: /^received sec-websocket-(?:key|version|extensions):/,
    why: 'the platform makes the handshake of a WebSocket with the server itself',
  },
]

const used = new Set<Explanation>()

export function isExplained(file: string, { at, step }: Exchange, difference: string): boolean {
  const { method = 'GET', path = '/', headers = [] } = step
  const request = `${method} ${headers[0]?.[1] ?? ''}${path}`
  const found = EXPLANATIONS.find(
    (each) =>
      (each.file?.test(file) ?? true) &&
      (each.at?.test(at) ?? true) &&
      (each.request?.test(request) ?? true) &&
      each.difference.test(difference),
  )
  if (found) used.add(found)
  return found !== undefined
}

export function unusedExplanations(): readonly string[] {
  return EXPLANATIONS.filter((each) => !used.has(each)).map(({ why }) => why)
}
