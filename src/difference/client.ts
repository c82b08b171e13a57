// A made-up client, for whom two configurations are compared: where it comes from, and the text in whatever its requests are hashed
// or kept by. The same number is always the same client.

import { xxh32 } from '../hash/xxh32.ts'

import type { HashRequest } from '../balance/hash-key.ts'
import type { Balance } from '../config/balance.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import { toBase64Url } from '../credentials/base64.ts'
import { Ip, toBytes } from '../rules/values.ts'

export interface Client {
  readonly address: string
  /** 43 characters of base64url: a session id, a path, a header. Longer than HAProxy's keys, so that a cut is noticed. */
  readonly text: string
}

/** Every other one comes by IPv6. */
export function clientOf(n: number): Client {
  const words = Uint32Array.from({ length: 8 }, (_, i) => xxh32(`client ${n}`, i))
  const bytes = new Uint8Array(words.buffer)
  const halves = Array.from(new Uint16Array(words.buffer, 0, 6), (half) => half.toString(16))
  const address =
    n % 2 === 0 ? `${1 + (bytes[0]! % 223)}.${bytes.slice(1, 4).join('.')}` : `2001:db8:${halves.join(':')}`
  return { address, text: toBase64Url(bytes) }
}

/** Its request to a backend with this policy. */
export function requestOf({ address, text }: Client, balance: Balance): HashRequest {
  const name = balance.policy === 'url_param' ? balance.name : 'text'
  return {
    target: { path: `/${text}`, query: `?${name}=${text}` },
    headers: { get: () => text },
    clientAddress: address,
    sample: () => (balance.policy === 'hash' && balance.sample.fetch === 'src' ? toBytes(new Ip(address)) : text),
    posted: () => undefined,
  }
}

/** What it has for a sample whose values go into a table of this type. */
export function sampleOf({ address, text }: Client, type: StickTableConfig['type']): string {
  if (type === 'ip' || type === 'ipv6') return address
  return type === 'integer' ? `1${text.replaceAll(/\D/g, '').slice(0, 8)}` : text
}
