// A browser sends a name and password, or Access's cookie, even with requests that another site makes it send. It also says
// where a request came from (https://www.w3.org/TR/fetch-metadata/); programs do not.

/** Whether the operator may have meant a request that changes something. By the URL as asked for: rules may have changed it. */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  const { host } = new URL(request.url)
  return ['origin', 'referer'].every((name) => {
    const from = request.headers.get(name)
    return from === null || (URL.canParse(from) && new URL(from).host === host)
  })
}
