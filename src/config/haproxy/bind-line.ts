// `bind ADDRESS:PORT[,...] ...` (configuration manual 4.2 and 5.1). A parameter that keeps clients out is in force, or the file
// is not started; a socket that cannot be opened as it is written is not opened in another way.

import { BRACKETED } from '../brackets.ts'
import type { Draft } from './draft.ts'
import { differs, failed, platform, TRANSLATED, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'

const CONNECTIONS = platform("connections and TLS are the platform's")
const NO_PROXY_PROTOCOL =
  'the PROXY protocol cannot be read here: let the proxy in front send X-Forwarded-For (send-proxy becomes option forwardfor) and name it in trustedProxies'
const NO_CERTIFICATE_FIELDS = 'no field of a certificate reaches the rules, so certificates with errors stay refused'

interface BindOption {
  /** Words that follow it. */
  readonly takes: 0 | 1
  readonly outcome: Outcome
}

const option = (takes: 0 | 1, outcome: Outcome) => (name: string) => [name, { takes, outcome }] as const

/** Parameters whose meaning stands in one word; those that are put together stand in applyBind. */
const OPTIONS: ReadonlyMap<string, BindOption> = new Map<string, BindOption>([
  ...'allow-0rtt defer-accept generate-certificates no-ca-names no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 prefer-client-ciphers quic-force-retry tfo v4v6'
    .split(' ')
    .map(option(0, CONNECTIONS)),
  ...'backlog ca-sign-file ca-sign-pass curves ecdhe expose-fd gid group id level mode mss name nice process quic-cc-algo severity-output shards tcp-ut thread tls-ticket-keys uid user'
    .split(' ')
    .map(option(1, CONNECTIONS)),
  ...'alpn npn proto'.split(' ').map(option(1, differs('limpet serve speaks HTTP/1.1'))),
  ...'ciphers ciphersuites ssl-max-ver'.split(' ').map(option(1, differs("versions and ciphers are the platform's"))),
  ...'force-tlsv10 force-tlsv11 force-tlsv12 force-sslv3 no-tlsv13'
    .split(' ')
    .map(option(0, differs("versions and ciphers are the platform's"))),
  ...'ca-ignore-err crt-ignore-err'.split(' ').map(option(1, differs(NO_CERTIFICATE_FIELDS))),
  ['maxconn', { takes: 1, outcome: differs('a limit holds for the whole frontend: give the section a maxconn') }],
  ...[
    ['accept-proxy', 0, NO_PROXY_PROTOCOL] as const,
    ['accept-netscaler-cip', 1, 'the CIP protocol cannot be read here: name the proxy in front in trustedProxies'],
    ['crl-file', 1, 'revoked certificates cannot be recognised here: issue short-lived ones, or use another CA'],
    ['ca-verify-file', 1, 'put all CA certificates into ca-file'],
    ['crt-list', 1, 'write one crt FILE'],
    [
      'strict-sni',
      0,
      'names cannot be distinguished before HTTP: refuse other hosts with http-request deny, and remove it',
    ],
    ['interface', 1, 'bind the address of the interface instead'],
    ['namespace', 1, 'start limpet serve in the namespace (ip netns exec), and remove it'],
    ['transparent', 0, 'addresses of other machines cannot be bound'],
    ['v6only', 0, 'bind the IPv6 address itself'],
  ].map(([name, takes, hint]) => [name, { takes, outcome: failed(`${name}: ${hint}`) }] as [string, BindOption]),
])

/** What is put together of several words. */
interface Tls {
  isTls: boolean
  certificates: string[]
  caFile: string | undefined
  verify: string
  isTls13: boolean
}

const ADDRESS = new RegExp(String.raw`^(?:\*|[0-9.]+|${BRACKETED}|[A-Za-z0-9._-]+)?:\d{1,5}$`)

export function applyBind([addresses = '', ...words]: readonly string[], draft: Draft): Outcome {
  const tls: Tls = { isTls: false, certificates: [], caFile: undefined, verify: 'none', isTls13: false }
  const outcomes: Outcome[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const known = OPTIONS.get(word)
    if (known?.takes === 1 && words[i + 1] === undefined) return failed(`${word} needs a value`)
    if (known) {
      outcomes.push(known.outcome)
      i += known.takes
      continue
    }
    const taken = takeTls(word, words[i + 1], tls)
    if (typeof taken === 'string') return failed(taken)
    i += taken
  }
  const problem = problemOf(tls)
  if (problem !== undefined) return failed(problem)
  const options = tls.isTls ? tlsText(tls) : ''
  for (const address of addresses.split(',')) {
    const text = address.replace(/^ipv[46]@/, '')
    if (!ADDRESS.test(text)) {
      return failed(`${address}: must be ADDRESS:PORT`)
    }
    draft.binds.push({ text: text + options, isTls: tls.isTls })
  }
  if (tls.isTls) {
    outcomes.push(platform("TLS is the platform's on Cloudflare, and from this file under limpet serve"))
  }
  if (tls.verify === 'optional') outcomes.push(differs('verify optional: no client is asked for a certificate'))
  return outcomes.length === 0 ? TRANSLATED : worst(outcomes)
}

/** How many words it took after itself, or what is wrong. */
function takeTls(word: string, value: string | undefined, tls: Tls): 0 | 1 | string {
  if (word === 'ssl') tls.isTls = true
  else if (word === 'force-tlsv13' || word === 'no-tlsv12') tls.isTls13 = true
  else if (!['crt', 'ca-file', 'verify', 'ssl-min-ver'].includes(word)) return `'${word}' is not a bind option`
  else if (value === undefined) return `${word} needs a value`
  else {
    if (word === 'crt') tls.certificates.push(value)
    else if (word === 'ca-file') tls.caFile = value
    else if (word === 'verify') tls.verify = value
    else if (!/^(?:SSLv3|TLSv1\.[0-3])$/.test(value)) return `ssl-min-ver ${value}: must be TLSv1.2 or TLSv1.3`
    else if (value === 'TLSv1.3') tls.isTls13 = true
    return 1
  }
  return 0
}

function problemOf({ isTls, certificates, caFile, verify }: Tls): string | undefined {
  if (!['none', 'optional', 'required'].includes(verify)) {
    return `verify ${verify}: must be none, optional or required`
  }
  if (!isTls) return verify === 'required' ? 'verify required needs ssl' : undefined
  if (certificates.length !== 1) return 'ssl needs one crt FILE: there is no choice of certificates by name'
  if (verify === 'required' && caFile === undefined) return 'verify required needs a ca-file'
  if (caFile?.startsWith('@')) return `ca-file ${caFile}: must be a file with your own CA`
  if ([...certificates, caFile ?? ''].some((file) => /\s/.test(file))) return 'the name of a file may have no blanks'
  return undefined
}

function tlsText({ certificates, caFile, verify, isTls13 }: Tls): string {
  const client = verify === 'required' ? ` ca-file ${caFile} verify required` : ''
  return ` ssl crt ${certificates[0]}${client}${isTls13 ? ' ssl-min-ver TLSv1.3' : ''}`
}
