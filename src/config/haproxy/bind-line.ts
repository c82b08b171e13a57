// `bind ADDRESS:PORT[,...] ...` (configuration manual 4.2 and 5.1). A parameter that keeps clients out is in force, or the file
// is not started; a socket that cannot be opened as it is written is not opened in another way.

import { bool, listOf, oneOf, text } from '../fields.ts'
import { option, valuesOf } from '../option.ts'
import type { Values } from '../option.ts'
import { certificatesOf } from './bind-certificates.ts'
import type { CertificatePorts } from './bind-certificates.ts'
import { fileIn } from './certificate-file.ts'
import type { Draft } from './draft.ts'
import { differs, failed, platform, TRANSLATED, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { listenText, readListenAddresses } from './listen-address.ts'
import type { ListenAddress } from './listen-address.ts'
import { outcomeOfProtocol, SAYS_CLIENT } from './proxy-protocol.ts'
import { lineKind, readLine } from './read-line.ts'
import type { OtherWord } from './read-line.ts'
import type { Line } from './sections.ts'
import { newerText } from './words.ts'

/** What a global section says for the bind lines after it. */
export interface BindDefaults {
  /** Directories of certificates and CAs that are named without one. */
  readonly crtBase?: string
  readonly caBase?: string
  readonly isTls13?: boolean
}

export interface BindPorts extends CertificatePorts {
  readonly binds: BindDefaults
  /** A line of the file that asks for the client's address. */
  readonly clientRule?: Line | undefined
}

const CONNECTIONS = platform("connections and TLS are the platform's")
const GENERATED = 'certificates are not made for names: write one crt FILE with all of them'
const NO_CERTIFICATE_FIELDS = 'no field of a certificate reaches the rules, so certificates with errors stay refused'

const other =
  (takes: 0 | 1, outcome: Outcome) =>
  (word: string): [string, OtherWord] => [word, { takes, outcome: () => outcome }]

const newer =
  (takes: 0 | 1, version: string, { status, message }: Outcome) =>
  (word: string): [string, OtherWord] =>
    other(takes, { status, message: `${newerText(word, version)}; ${message}` })(word)

/** Words whose meaning stands in one of them; those that are put together are TLS. */
const OTHERS: Readonly<Record<string, OtherWord>> = Object.fromEntries([
  ...'allow-0rtt defer-accept no-ca-names no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 quic-force-retry tfo v4v6'
    .split(' ')
    .map(other(0, CONNECTIONS)),
  ...'backlog expose-fd id level mss name nice process quic-cc-algo severity-output shards tcp-ut thread tls-ticket-keys'
    .split(' ')
    .map(other(1, CONNECTIONS)),
  ...'alpn npn proto'.split(' ').map(other(1, differs('limpet serve speaks HTTP/1.1'))),
  ...'ciphers ciphersuites curves ecdhe ssl-max-ver'
    .split(' ')
    .map(other(1, differs("versions and ciphers are the platform's"))),
  ...'force-tlsv10 force-tlsv11 force-tlsv12 force-sslv3 no-tlsv13 prefer-client-ciphers'
    .split(' ')
    .map(other(0, differs("versions and ciphers are the platform's"))),
  ...'client-sigalgs sigalgs'.split(' ').map(newer(1, '2.8', differs("versions and ciphers are the platform's"))),
  newer(1, '3.0', CONNECTIONS)('guid-prefix'),
  newer(1, '3.0', failed('write one crt FILE'))('default-crt'),
  ...'ca-ignore-err crt-ignore-err'.split(' ').map(other(1, differs(NO_CERTIFICATE_FIELDS))),
  other(1, differs('a limit holds for the whole frontend: give the section a maxconn'))('maxconn'),
  ...(
    [
      ['generate-certificates', 0, GENERATED],
      ['ca-sign-file', 1, GENERATED],
      ['ca-sign-pass', 1, GENERATED],
      ['crl-file', 1, 'revoked certificates cannot be told here: give out short-lived ones, or another CA'],
      ['ca-verify-file', 1, 'put all CA certificates into ca-file'],
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
  // What becomes of them depends on other lines.
  ...Object.entries(SAYS_CLIENT).map(([word, takes]) => other(takes, TRANSLATED)(word)),
])

const NO_OLD_TLS = differs('clients need TLS 1.2 or later')

const VERSIONS = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const

const BIND = lineKind(
  'bind',
  {
    isTls: option(bool, { default: false, word: 'ssl' }),
    certificates: option(listOf(text, ''), { default: [], word: 'crt' }),
    lists: option(listOf(text, ''), { default: [], word: 'crt-list' }),
    mode: option(text, { default: null, word: 'mode' }),
    owners: option(listOf(text, ''), { default: [], word: ['user', 'group', 'uid', 'gid'] }),
    caFile: option(text, { default: null, word: 'ca-file' }),
    verify: option(oneOf(['none', 'optional', 'required']), { default: 'none', word: 'verify' }),
    minVersion: option(oneOf(VERSIONS), { default: 'TLSv1.2', word: 'ssl-min-ver' }),
    isTls13: option(bool, { default: false, word: ['force-tlsv13', 'no-tlsv12'] }),
  },
  OTHERS,
)

/** What a global section says for all bind lines. */
const TLS_DEFAULTS = lineKind(
  'ssl-default-bind-options',
  {
    minVersion: option(oneOf(VERSIONS), { default: 'TLSv1.2', word: 'ssl-min-ver' }),
    isTls13: option(bool, { default: false, word: ['force-tlsv13', 'no-tlsv12'] }),
  },
  Object.fromEntries(
    'force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv13 prefer-client-ciphers ssl-max-ver'
      .split(' ')
      .map((word) => [word, OTHERS[word]!]),
  ),
)

export function readTlsDefaults(words: readonly string[]): { readonly isTls13: boolean; readonly outcome: Outcome } {
  const { values, outcomes } = readLine(TLS_DEFAULTS, words)
  const isTls13 = values.isTls13 === true || values.minVersion === 'TLSv1.3'
  return { isTls13, outcome: worst([...outcomes, ...oldVersion(values.minVersion)]) }
}

function oldVersion(version: string | undefined): readonly Outcome[] {
  return version === undefined || version === 'TLSv1.2' || version === 'TLSv1.3' ? [] : [NO_OLD_TLS]
}

/** What is put together of several words. */
type Tls = Values<(typeof BIND)['rows']>

export function applyBind([addresses, ...words]: readonly string[], draft: Draft, ports: BindPorts): Outcome {
  if (addresses === undefined) return failed('bind needs ADDRESS:PORT')
  const { values, outcomes } = readLine(BIND, words)
  const { binds: defaults } = ports
  const written = valuesOf(BIND.rows, values, 'haproxy')
  const files = written.certificates.map((file) => fileIn(defaults.crtBase, file))
  const certificates = written.isTls ? certificatesOf({ files, lists: written.lists }, ports) : []
  if ('problem' in certificates) return worst([...outcomes, failed(certificates.problem)])
  const tls: Tls = {
    ...written,
    certificates,
    caFile: written.caFile === null ? null : fileIn(defaults.caBase, written.caFile),
    isTls13: written.isTls13 || (values.minVersion === undefined && defaults.isTls13 === true),
  }
  const problem = problemOf(tls)
  if (problem !== undefined) return worst([...outcomes, failed(problem)])
  const read = readListenAddresses(addresses)
  if (typeof read === 'string') return failed(read)
  const options = tls.isTls ? tlsText(tls) : ''
  for (const address of read) {
    const mode = 'socket' in address && address.socket.startsWith('unix@') ? modeText(tls) : ''
    draft.binds.push({ text: listenText(address) + mode + options, isTls: tls.isTls })
  }
  const isPassed = (address: ListenAddress) => 'socket' in address && address.socket.startsWith('fd@')
  const isUnix = read.some((address) => 'socket' in address && !isPassed(address))
  return worst([
    ...outcomes,
    ...oldVersion(values.minVersion),
    ...words
      .filter((word) => Object.hasOwn(SAYS_CLIENT, word))
      .map((word) => outcomeOfProtocol(word, ports.clientRule)),
    ...(certificates.length > 1 ? [unsupported(severalText(certificates))] : []),
    ...(tls.isTls ? [platform("TLS is the platform's on Cloudflare, and from this file under limpet serve")] : []),
    ...(tls.verify === 'optional' ? [differs('verify optional: no client is asked for a certificate')] : []),
    ...(isUnix && tls.owners.length > 0 ? [differs(OWNER)] : []),
    ...(isUnix ? [differs('only limpet serve opens a Unix socket')] : []),
    ...(read.some(isPassed) ? [differs('only limpet serve takes a socket that systemd passes (LISTEN_FDS)')] : []),
    ...(tls.mode !== null || tls.owners.length > 0 ? [CONNECTIONS] : []),
  ])
}

const OWNER = 'the socket belongs to the user who runs limpet serve, and nobody else may connect: change its owner then'

/** Where an owner is named that it will not have, no group is let in that was not meant. */
function modeText({ mode, owners }: Tls): string {
  if (owners.length > 0) return ' mode 600'
  return mode === null ? '' : ` mode ${mode}`
}

function severalText([first, ...others]: readonly string[]): string {
  return `${others.length + 1} certificates: workerd has one for each socket, and no choice by name (SNI): write one crt FILE with all names; with --allow-unsupported all clients get ${first}`
}

function problemOf({ isTls, certificates, caFile, verify, mode }: Tls): string | undefined {
  if (mode !== null && !/^0?[0-7]{3}$/.test(mode)) return `mode ${mode}: must be three octal digits, such as 660`
  if (!isTls) return verify === 'required' ? 'verify required needs ssl' : undefined
  if (verify === 'required' && caFile === null) return 'verify required needs a ca-file'
  if (caFile?.startsWith('@')) return `ca-file ${caFile}: must be a file with your own CA`
  if ([...certificates, caFile ?? ''].some((file) => /\s/.test(file))) return 'the name of a file may have no blanks'
  return undefined
}

function tlsText({ certificates, caFile, verify, minVersion, isTls13 }: Tls): string {
  const client = verify === 'required' ? ` ca-file ${caFile} verify required` : ''
  return ` ssl crt ${certificates[0]}${client}${isTls13 || minVersion === 'TLSv1.3' ? ' ssl-min-ver TLSv1.3' : ''}`
}
