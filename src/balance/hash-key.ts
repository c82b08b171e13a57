// Which part of a request a hash policy looks at. HAProxy: configuration manual 4.2 "balance".

import type { Balance } from '../config/balance.ts'
import { clientNetwork } from '../config/network.ts'
import type { Fields } from '../http/fields.ts'
import type { Target } from '../http/target.ts'

/** What policies may know of a request. */
export interface HashRequest {
  readonly target: Pick<Target, 'path' | 'query'>
  readonly headers: Pick<Fields, 'get'>
  readonly clientAddress: string
  /** What the sample of `balance hash` finds, one character for each byte. */
  sample(): string | undefined
  /** What has come of the body of a POST. */
  posted(): string | undefined
}

/** The key, or undefined when the request has none or the policy hashes nothing. */
export function hashKeyOf(balance: Balance, request: HashRequest, ipv6PrefixLength: number): string | undefined {
  switch (balance.policy) {
    case 'source':
      return clientNetwork(request.clientAddress, ipv6PrefixLength)
    case 'uri':
      return uriKey(balance, request.target)
    case 'url_param':
      return (
        urlParam(request.target.query, balance.name) ??
        (balance.checksPost ? postedParam(request.posted() ?? '', balance.name) : undefined)
      )
    case 'hdr':
      return firstValue(request.headers.get(balance.name))
    case 'hash':
      return request.sample()
    default:
      return undefined
  }
}

/** Of the header's comma-separated values, which may come from several lines. HAProxy hashes no more than that. */
function firstValue(header: string | null): string | undefined {
  return header === null ? undefined : header.split(',', 1)[0]!.trim()
}

function uriKey(uri: Extract<Balance, { policy: 'uri' }>, { path, query }: HashRequest['target']): string {
  // `path-only` leaves the authority out; here it is always out, because HTTP/1 requests to an origin have none.
  let key = uri.whole ? path + query : path
  if (uri.depth > 0) key = firstSegments(key, uri.depth)
  return uri.len > 0 ? key.slice(0, uri.len) : key
}

/** `/a/b/c` at depth 2 is `/a/b`. */
function firstSegments(path: string, depth: number): string {
  let end = 0
  for (let i = 0; i < depth && end !== -1; i++) end = path.indexOf('/', end + 1)
  return end === -1 ? path : path.slice(0, end)
}

/** The first value of a query parameter, raw: HAProxy does not decode it and compares the name byte for byte. */
export function urlParam(query: string, name: string): string | undefined {
  for (const pair of query.slice(1).split(/[&;]/)) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals) === name) return pair.slice(equals + 1)
  }
  return undefined
}

/** Of a form, raw. As in HAProxy the first character says whether this is a value, or the body is no form. */
function postedParam(body: string, name: string): string | undefined {
  const pair = body.split('&').find((each) => each.startsWith(`${name}=`))
  const value = pair?.slice(name.length + 1)
  if (value === undefined || value === '' || TOKEN.test(value)) return value
  return SPACE.test(value) ? '' : undefined
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]/
const SPACE = /^[ \t\r\n]/
