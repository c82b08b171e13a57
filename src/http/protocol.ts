// Which version of HTTP a client speaks. On Cloudflare the platform says it; plain workerd does not, and speaks HTTP/1 alone: there an
// HTTP/1.0 request looks like an HTTP/1.1 one.

/** What Cloudflare adds to a Request. */
interface PlatformRequest {
  readonly cf?: { readonly httpProtocol?: string }
}

/** Of a Request: `2.0` of Cloudflare's `HTTP/2`, as HAProxy writes it. */
export function versionOf(request: object): string {
  const { cf } = request as PlatformRequest
  const [, major, minor = '0'] = /^HTTP\/(\d)(?:\.(\d))?$/.exec(cf?.httpProtocol ?? '') ?? []
  return major === undefined ? '1.1' : `${major}.${minor}`
}
