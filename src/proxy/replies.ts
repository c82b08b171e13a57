// The balancer's own answers: short, and with nothing in them about servers, names or reasons.

const REPLIES = {
  400: ['Bad Request', 'The request could not be understood.'],
  403: ['Forbidden', 'This request is not allowed.'],
  404: ['Not Found', 'Nothing is served under this name.'],
  500: ['Internal Server Error', 'The request could not be handled.'],
  502: ['Bad Gateway', 'The server gave an answer that cannot be passed on.'],
  503: ['Service Unavailable', 'No server can take this request now.'],
  504: ['Gateway Timeout', 'The server did not answer in time.'],
} as const

/** An HTML answer that no cache may keep. A status without text of its own says only its number. */
export function reply(status: number): Response {
  const [title, text] = REPLIES[status as keyof typeof REPLIES] ?? ['Error', 'The request was refused.']
  return new Response(`<html><body><h1>${status} ${title}</h1>\n${text}\n</body></html>\n`, {
    status,
    headers: { 'content-type': 'text/html', 'cache-control': 'no-cache' },
  })
}

export function redirect(location: string, code: number): Response {
  return new Response(null, { status: code, headers: { location, 'cache-control': 'no-cache' } })
}
