// Where a frontend listens under `limpet serve`: reading a bind, and asking whether an address is one.

import { BRACKETED } from '../brackets.ts'
import { isLoopback } from '../network.ts'

export interface Bind {
  /** Or a Unix socket: `unix:PATH`, `unix-abstract:NAME`; or one that is passed, `fd:N`. */
  readonly address: string
  /** Of a Unix socket 0, and of one that is passed. */
  readonly port: number
  /** TLS under serve: a PEM file with certificate and key. Null: plain HTTP. On Cloudflare TLS is the platform's. */
  readonly crt: string | null
  /** A PEM file with CAs. Under serve a client must bring a certificate that one of them signed. Null: anybody may come. */
  readonly clientCa: string | null
  /** TLS 1.3 or nothing; else 1.2 will do. */
  readonly isTls13: boolean
  /** Who may connect to a Unix socket, as of a file: 0o660. Undefined: as the process makes files. */
  readonly mode?: number
}

export const BIND_TEXT =
  "must be 'address:port', '*:port', '[v6 address]:port', 'unix@PATH', 'abns@NAME' or 'fd@N', perhaps with 'mode 660' of a path, 'ssl crt FILE' behind it, and then 'ca-file FILE verify required' or 'ssl-min-ver TLSv1.3'"

const WHERE = new RegExp(String.raw`^(${BRACKETED}|[^:[\]]*):(\d{1,5})$`)

/** How a Unix socket's name begins, and in HAProxy's words. */
const UNIX = [
  ['unix:', 'unix@'],
  ['unix-abstract:', 'abns@'],
] as const

/** A socket that systemd passes, as its descriptor's number: three digits are more than anybody passes. */
const PASSED = /^fd([@:])([1-9]\d{0,2})$/

/**
 * `127.0.0.1:8080`, `*:80`, `:80`, `[::1]:80`, `unix@/run/x.sock mode 660`, `fd@3`, `:443 ssl crt FILE ca-file FILE verify required`; undefined
 * when it is none of them.
 */
export function parseBind(text: string): Bind | undefined {
  const [where = '', ...options] = text.trim().split(/\s+/)
  const unix = UNIX.find(([, word]) => where.startsWith(word) && where !== word)
  const mode = unix?.[1] === 'unix@' && options[0] === 'mode' ? options.splice(0, 2)[1] : undefined
  if (mode !== undefined && !/^0?[0-7]{3}$/.test(mode)) return undefined
  const tls = options.length === 0 ? PLAIN : parseTls(options)
  if (unix) {
    const address = unix[0] + where.slice(unix[1].length)
    return tls && { address, port: 0, ...tls, ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }) }
  }
  const [, at, number] = PASSED.exec(where) ?? []
  if (at === '@') return tls && { address: `fd:${number}`, port: 0, ...tls }
  const match = WHERE.exec(where)
  if (!match || Number(match[2]) > 65_535) return undefined
  return tls && { address: match[1] === '' ? '*' : match[1]!, port: Number(match[2]), ...tls }
}

/** Only this machine reaches it. */
export function isLocalBind({ address }: Pick<Bind, 'address'>): boolean {
  return isUnixSocket(address) || isLoopback(address)
}

export function isUnixSocket(address: string): boolean {
  return UNIX.some(([beginning]) => address.startsWith(beginning))
}

/** N of `fd@N`; undefined: it is another address. */
export function passedNumber(address: string): number | undefined {
  const [, at, number] = PASSED.exec(address) ?? []
  return at === ':' ? Number(number) : undefined
}

type TlsOptions = Pick<Bind, 'crt' | 'clientCa' | 'isTls13'>

const PLAIN: TlsOptions = { crt: null, clientCa: null, isTls13: false }

/** Each word is understood, or none is: one that was passed over might keep clients out. */
function parseTls([ssl, ...options]: readonly string[]): TlsOptions | undefined {
  const given = new Map<string, string>()
  for (let i = 0; i < options.length; i += 2) {
    const [name, value] = [options[i]!, options[i + 1]]
    if (value === undefined || given.has(name)) return undefined
    given.set(name, value)
  }
  const { crt, 'ca-file': clientCa = null, verify, 'ssl-min-ver': version, ...unknown } = Object.fromEntries(given)
  if (ssl !== 'ssl' || crt === undefined || Object.keys(unknown).length > 0) return undefined
  if ((clientCa === null) !== (verify === undefined) || ![undefined, 'required'].includes(verify)) return undefined
  if (![undefined, 'TLSv1.2', 'TLSv1.3'].includes(version)) return undefined
  return { crt, clientCa, isTls13: version === 'TLSv1.3' }
}

/** As `parseBind` reads it: sockets that are the same have the same text. */
export function bindText({ address, port, crt, clientCa, isTls13, mode }: Bind): string {
  const client = clientCa === null ? '' : ` ca-file ${clientCa} verify required`
  const tls = crt === null ? '' : ` ssl crt ${crt}${client}${isTls13 ? ' ssl-min-ver TLSv1.3' : ''}`
  const unix = UNIX.find(([beginning]) => address.startsWith(beginning))
  const number = passedNumber(address)
  const ip = number === undefined ? `${address}:${port}` : `fd@${number}`
  const where = unix ? unix[1] + address.slice(unix[0].length) : ip
  return `${where}${mode === undefined ? '' : ` mode ${mode.toString(8)}`}${tls}`
}

/** True when a connection to host:port would arrive at this bind. */
export function bindIs(text: string, hostname: string, port: number): boolean {
  const bind = parseBind(text)
  if (!bind || bind.port !== port) return false
  if (bind.address === hostname) return true
  if (!isLoopback(hostname)) return false
  // 127.0.0.2 is a loopback address, and not 127.0.0.1.
  const everywhere = ['*', '0.0.0.0', '[::]'].includes(bind.address)
  return everywhere || (hostname === 'localhost' && isLoopback(bind.address))
}
