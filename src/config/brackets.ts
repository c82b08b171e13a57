// IPv6 addresses as hosts: URLs, Host headers and HAProxy's lines put them in brackets, so that the colon before a port shows
// (RFC 3986 section 3.2.2); sockets and whatever reads addresses take them bare.

/** Part of a regular expression: an IPv6 address in its brackets, as far as its characters tell. */
export const BRACKETED = String.raw`\[[0-9A-Fa-f:.]+\]`

/** A host as sockets take it; a name stays what it is. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}

/** A host as URLs take it: an IPv6 address in brackets, anything else as it is. */
export function inBrackets(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
