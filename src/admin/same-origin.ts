// A browser sends a name and password, or Access's cookie, along with whatever another site makes it ask for. It also says
// where that came from (https://www.w3.org/TR/fetch-metadata/); programs say nothing.

/** Whether a request that changes something may have been meant. By the URL that was asked for: rules may have changed it. */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  const { host } = new URL(request.url)
  return ['origin', 'referer'].every((name) => {
    const from = request.headers.get(name)
    return from === null || (URL.canParse(from) && new URL(from).host === host)
  })
}
