// When a server saw its own name as Host, its absolute redirects point at itself. The client must not follow them there.

/** The Location with `origin` in place of a server's own; undefined when it leads elsewhere, or nowhere. */
export function withOrigin(
  location: string,
  server: { readonly hostname: string; readonly port: number },
  origin: string,
): string | undefined {
  if (!URL.canParse(location)) return undefined
  const { hostname, port, protocol, pathname, search, hash } = new URL(location)
  if (hostname !== server.hostname) return undefined
  if (Number(port || (protocol === 'https:' ? 443 : 80)) !== server.port) return undefined
  return origin + pathname + search + hash
}
