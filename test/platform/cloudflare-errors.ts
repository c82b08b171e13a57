// What Cloudflare answers in place of a server, for each status and in every form: HTML unless the request asks for JSON or
// Markdown, a short text to some Workers, or the zone's own page, in chunks or with a length. `server: cloudflare` is common to all.
// https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
// https://developers.cloudflare.com/rules/custom-errors/

import type { ServerResponse } from 'node:http'

export const STATUSES = [520, 521, 522, 523, 524, 525, 526, 530] as const
export type ErrorStatus = (typeof STATUSES)[number]

/** Of these the documentation says that no connection to the server came about, so that it cannot have seen the request. */
export const UNDELIVERED: ReadonlySet<ErrorStatus> = new Set<ErrorStatus>([521, 523, 525, 526, 530])

interface Form {
  readonly type: string
  body(status: ErrorStatus): string
  /** How its end is marked. */
  readonly ends: 'length' | 'chunks' | 'close'
}

const page = (title: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body>${'.'.repeat(9_000)}</body>`

export const FORMS: Readonly<Record<string, Form>> = {
  text: { type: 'text/plain; charset=UTF-8', body: (status) => `error code: ${status}`, ends: 'length' },
  HTML: { type: 'text/html; charset=UTF-8', body: (status) => page(`www.example.com | ${status}`), ends: 'chunks' },
  JSON: {
    type: 'application/json',
    body: (status) => JSON.stringify({ status, title: `Error ${status}` }),
    ends: 'length',
  },
  Markdown: { type: 'text/markdown', body: (status) => `# Error ${status}\n\nRetry later.\n`, ends: 'chunks' },
  "the zone's page": { type: 'text/html', body: () => page('We are back soon'), ends: 'length' },
  'no length': { type: 'text/html', body: (status) => page(String(status)), ends: 'close' },
  'no body': { type: 'text/html', body: () => '', ends: 'length' },
}

export function answerAsCloudflare(response: ServerResponse, status: ErrorStatus, form = 'HTML'): void {
  const { type, body, ends } = FORMS[form]!
  const text = body(status)
  const headers = { server: 'cloudflare', 'cf-ray': '8f3c21aa0b1c2d3e-AMS', 'content-type': type }
  if (ends === 'chunks') return void response.writeHead(status, headers).end(text)
  if (ends === 'length') return void response.writeHead(status, { ...headers, 'content-length': text.length }).end(text)
  response.shouldKeepAlive = false
  response.removeHeader('transfer-encoding')
  response.useChunkedEncodingByDefault = false
  response.writeHead(status, { ...headers, connection: 'close' }).end(text)
}
