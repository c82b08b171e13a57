// `bind ADDRESS:PORT[,...] ...` (configuration manual 4.2 and 5.1). A parameter that keeps clients out is in force, or the file
// is not started; a socket that cannot be opened as it is written is not opened in another way.

import { BRACKETED } from '../brackets.ts'
import { bool, listOf, oneOf, text } from '../fields.ts'
import { option, valuesOf } from '../option.ts'
import type { Values } from '../option.ts'
import type { Draft } from './draft.ts'
import { differs, failed, platform, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { lineKind, readLine } from './read-line.ts'
import type { OtherWord } from './read-line.ts'

const CONNECTIONS = platform("connections and TLS are the platform's")
const NO_PROXY_PROTOCOL =
  'the PROXY protocol cannot be read here: let the proxy in front send X-Forwarded-For (send-proxy becomes option forwardfor) and name it in trustedProxies'
const NO_CERTIFICATE_FIELDS = 'no field of a certificate reaches the rules, so certificates with errors stay refused'

const other =
  (takes: 0 | 1, outcome: Outcome) =>
  (word: string): [string, OtherWord] => [word, { takes, outcome: () => outcome }]

/** Words whose meaning stands in one of them; those that are put together are TLS. */
const OTHERS: Readonly<Record<string, OtherWord>> = Object.fromEntries([
  ...'allow-0rtt defer-accept generate-certificates no-ca-names no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 prefer-client-ciphers quic-force-retry tfo v4v6'
    .split(' ')
    .map(other(0, CONNECTIONS)),
  ...'backlog ca-sign-file ca-sign-pass curves ecdhe expose-fd gid group id level mode mss name nice process quic-cc-algo severity-output shards tcp-ut thread tls-ticket-keys uid user'
    .split(' ')
    .map(other(1, CONNECTIONS)),
  ...'alpn npn proto'.split(' ').map(other(1, differs('limpet serve speaks HTTP/1.1'))),
  ...'ciphers ciphersuites ssl-max-ver'.split(' ').map(other(1, differs("versions and ciphers are the platform's"))),
  ...'force-tlsv10 force-tlsv11 force-tlsv12 force-sslv3 no-tlsv13'
    .split(' ')
    .map(other(0, differs("versions and ciphers are the platform's"))),
  ...'ca-ignore-err crt-ignore-err'.split(' ').map(other(1, differs(NO_CERTIFICATE_FIELDS))),
  other(1, differs('a limit holds for the whole frontend: give the section a maxconn'))('maxconn'),
  ...(
    [
      ['accept-proxy', 0, NO_PROXY_PROTOCOL],
      ['accept-netscaler-cip', 1, 'the CIP protocol cannot be read here: name the proxy in front in trustedProxies'],
      ['crl-file', 1, 'revoked certificates cannot be told here: give out short-lived ones, or another CA'],
      ['ca-verify-file', 1, 'put all CA certificates into ca-file'],
      ['crt-list', 1, 'write one crt FILE'],
      [
        'strict-sni',
        0,
        'names cannot be told apart before HTTP: refuse other hosts by http-request deny, and remove it',
      ],
      ['interface', 1, 'bind the address of the interface instead'],
      ['namespace', 1, 'start limpet serve in the namespace (ip netns exec), and remove it'],
      ['transparent', 0, 'addresses of other machines cannot be bound'],
      ['v6only', 0, 'bind the IPv6 address itself'],
    ] as const
  ).map(([word, takes, hint]) => other(takes, failed(`${word}: ${hint}`))(word)),
])

const VERSIONS = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const

const BIND = lineKind(
  'bind',
  {
    isTls: option(bool, { default: false, word: 'ssl' }),
    certificates: option(listOf(text, ''), { default: [], word: 'crt' }),
    caFile: option(text, { default: null, word: 'ca-file' }),
    verify: option(oneOf(['none', 'optional', 'required']), { default: 'none', word: 'verify' }),
    minVersion: option(oneOf(VERSIONS), { default: 'TLSv1.2', word: 'ssl-min-ver' }),
    isTls13: option(bool, { default: false, word: ['force-tlsv13', 'no-tlsv12'] }),
  },
  OTHERS,
)

/** What is put together of several words. */
type Tls = Values<(typeof BIND)['rows']>

const ADDRESS = new RegExp(String.raw`^(?:\*|[0-9.]+|${BRACKETED}|[A-Za-z0-9._-]+)?:\d{1,5}$`)

export function applyBind([addresses = '', ...words]: readonly string[], draft: Draft): Outcome {
  const { values, outcomes } = readLine(BIND, words)
  const tls = valuesOf(BIND.rows, values, 'haproxy')
  const problem = problemOf(tls)
  if (problem !== undefined) return worst([...outcomes, failed(problem)])
  const options = tls.isTls ? tlsText(tls) : ''
  for (const address of addresses.split(',')) {
    const where = address.replace(/^ipv[46]@/, '')
    if (!ADDRESS.test(where)) return failed(`${address}: must be ADDRESS:PORT`)
    draft.binds.push({ text: where + options, isTls: tls.isTls })
  }
  return worst([
    ...outcomes,
    ...(tls.isTls ? [platform("TLS is the platform's on Cloudflare, and from this file under limpet serve")] : []),
    ...(tls.verify === 'optional' ? [differs('verify optional: no client is asked for a certificate')] : []),
  ])
}

function problemOf({ isTls, certificates, caFile, verify }: Tls): string | undefined {
  if (!isTls) return verify === 'required' ? 'verify required needs ssl' : undefined
  if (certificates.length !== 1) return 'ssl needs one crt FILE: there is no choice of certificates by name'
  if (verify === 'required' && caFile === null) return 'verify required needs a ca-file'
  if (caFile?.startsWith('@')) return `ca-file ${caFile}: must be a file with your own CA`
  if ([...certificates, caFile ?? ''].some((file) => /\s/.test(file))) return 'the name of a file may have no blanks'
  return undefined
}

function tlsText({ certificates, caFile, verify, minVersion, isTls13 }: Tls): string {
  const client = verify === 'required' ? ` ca-file ${caFile} verify required` : ''
  return ` ssl crt ${certificates[0]}${client}${isTls13 || minVersion === 'TLSv1.3' ? ' ssl-min-ver TLSv1.3' : ''}`
}
