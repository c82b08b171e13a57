// The balancer's own answers where the operator wrote none: something short with nothing in it about servers, names or reasons.

const REPLIES = {
  400: ['Bad Request', 'The request could not be understood.'],
  401: ['Unauthorized', 'This needs a name and a password.'],
  403: ['Forbidden', 'This request is not allowed.'],
  404: ['Not Found', 'Nothing is served under this name.'],
  408: ['Request Timeout', 'The request did not come in time.'],
  429: ['Too Many Requests', 'There were too many requests; try again later.'],
  500: ['Internal Server Error', 'The request could not be handled.'],
  502: ['Bad Gateway', 'The server gave an answer that cannot be passed on.'],
  503: ['Service Unavailable', 'No server can take this request now.'],
  504: ['Gateway Timeout', 'The server did not answer in time.'],
  508: ['Loop Detected', 'The request goes round in a circle.'],
} as const

const NO_CACHE = { 'cache-control': 'no-cache' }

/** An HTML answer that no cache may keep. A status without its own text shows only its number. */
export function reply(status: number, why?: string): Response {
  const [title, text] = REPLIES[status as keyof typeof REPLIES] ?? ['Error', 'The request was refused.']
  return new Response(`<html><body><h1>${status} ${title}</h1>\n${why ?? text}\n</body></html>\n`, {
    status,
    headers: { 'content-type': 'text/html', ...NO_CACHE },
  })
}

/** Permanent redirects may be cached, the others may not, as in HAProxy. */
export function redirect(location: string, code: number, setCookies: readonly string[] = []): Response {
  const lines: [string, string][] = [['location', location]]
  if (code !== 301 && code !== 308) lines.push(['cache-control', 'no-cache'])
  for (const cookie of setCookies) lines.push(['set-cookie', cookie])
  return new Response(null, { status: code, headers: lines })
}
