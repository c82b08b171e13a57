// Whether a shared cache may keep a response, by the rules HAProxy applies for `nocache` (src: configuration manual 4.2
// "cookie", "nocache"; RFC 9111 section 3). Only then does the inserted cookie need `cache-control: private`.

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const CACHEABLE_STATUS = new Set([200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501])

export function isCacheable(method: string, status: number, headers: Headers): boolean {
  const control = (headers.get('cache-control') ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  if (!SAFE_METHODS.has(method) && !control.includes('public')) return false
  if (!CACHEABLE_STATUS.has(status)) return false
  if (headers.get('pragma')?.toLowerCase().includes('no-cache')) return false
  const has = (name: string) => control.some((directive) => directive === name || directive.startsWith(`${name}=`))
  if (has('private') || has('no-cache') || has('no-store') || control.includes('s-maxage=0')) return false
  if (control.includes('max-age=0') && !has('s-maxage')) return false
  return (
    has('s-maxage') || has('max-age') || headers.has('expires') || headers.has('etag') || headers.has('last-modified')
  )
}
