// `server NAME ADDRESS[:PORT] ...` and `default-server ...` (configuration manual 5.2). The words are the rows of options/server.ts
// and options/check.ts; here are the address, TLS, and HAProxy's words that are no option.

import { mistake } from './acl.ts'
import type { Problem } from './acl.ts'
import { fileIn } from './certificate-file.ts'
import { BRACKETED, inBrackets } from '../brackets.ts'
import { bool, oneOf, text } from '../fields.ts'
import { option } from '../option.ts'
import type { Options } from '../option.ts'
import { serverCheckOptions } from '../options/check.ts'
import type { ServerCheckInput } from '../options/check.ts'
import { agentOptions } from '../options/agent.ts'
import type { AgentInput } from '../options/agent.ts'
import { hasRecords } from '../options/resolution.ts'
import { serverOptions } from '../options/server.ts'
import type { ServerInput } from '../options/server.ts'
import { differs, failed, platform, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { lineKind, readLine, valuesFor } from './read-line.ts'
import type { LineValues, OtherWord } from './read-line.ts'
import { NO_RESOLVING, resolvingMistakes, resolvingOf } from './resolving-words.ts'
import { newerText } from './words.ts'

export interface ServerDraft {
  readonly name: string
  readonly input: ServerInput
  readonly check: ServerCheckInput
  /** Its port is its clients' plus this, and not in the URL yet; undefined: it has one of its own. */
  readonly portOffset: number | undefined
}

export interface ServerLine {
  readonly server: ServerDraft
  readonly outcome: Outcome
}

const none = (word: string): [string, OtherWord] => [
  word,
  { takes: 0, outcome: () => unsupported(`'${word}' is not supported`) },
]
const one = (word: string): [string, OtherWord] => [
  word,
  { takes: 1, outcome: () => unsupported(`'${word}' is not supported`) },
]
const newerWords = (version: string, takes: 0 | 1, words: string) =>
  words
    .split(' ')
    .map((word): [string, OtherWord] => [word, { takes, outcome: () => unsupported(newerText(word, version)) }])

/** Words of HAProxy 2.6 that are no option here. */
const OTHERS = Object.fromEntries([
  ['minconn', { takes: 1, outcome: (value) => differs(`minconn ${value}: the limit is maxconn, whatever the load`) }],
  [
    'crl-file',
    {
      takes: 1,
      outcome: () => failed('crl-file: revoked certificates cannot be told here: write a ca-file that has none'),
    },
  ],
  ...'allow-0rtt check-send-proxy check-ssl check-via-socks4 force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 no-check-send-proxy no-check-ssl no-send-proxy no-send-proxy-v2 no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn no-ssl-reuse no-sslv3 no-tfo no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-verifyhost send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn ssl-reuse tfo tls-tickets'
    .split(' ')
    .map(none),
  ...'alpn check-alpn check-proto check-sni ciphers ciphersuites crt interface log-proto max-reuse namespace npn pool-low-conn pool-max-conn pool-purge-delay proto proxy-v2-options redir socks4 source ssl-max-ver ssl-min-ver tcp-ut usesrc ws'
    .split(' ')
    .map(one),
  ...newerWords('2.8', 1, 'shard'),
  ...newerWords('2.9', 1, 'set-proxy-v2-tlv-fmt log-bufsize'),
  ...newerWords('3.0', 1, 'client-sigalgs curves guid hash-key pool-conn-name sigalgs'),
  ...newerWords('3.1', 1, 'init-state'),
  ...newerWords('3.2', 1, 'check-pool-conn-name idle-ping'),
  ...newerWords('3.2', 0, 'check-reuse-pool strict-maxconn'),
] satisfies [string, OtherWord][])

/** Their names are those of options of checks, too. */
const AGENT_KEYS = Object.keys(agentOptions).map((key) => [key, `agent ${key}`] as const)
const agentRows = Object.fromEntries(
  AGENT_KEYS.map(([key, named]) => [named, agentOptions[key as keyof typeof agentOptions]]),
) as Options

const { agent: _, template: __, ...ownOptions } = serverOptions
const ROWS = {
  ...ownOptions,
  ...agentRows,
  hasAgent: option(bool, { default: false, word: { word: 'agent-check', undoneBy: 'no-agent-check' } }),
  ...serverCheckOptions,
  tls: option(bool, { default: false, word: { word: 'ssl', undoneBy: 'no-ssl' } }),
  verify: option(oneOf(['none', 'required']), { default: 'required', word: 'verify' }),
  sni: option(text, { default: null, word: 'sni' }),
}
const SERVER = lineKind('server', ROWS, OTHERS)

/** What a `default-server` line says. */
export type ServerDefaults = LineValues<typeof ROWS>

export function parseDefaultServer(words: readonly string[]): { values: ServerDefaults; outcome: Outcome } {
  const { values, outcomes } = readLine(SERVER, words)
  return { values, outcome: worst([...outcomes, ...resolvingMistakes(values)]) }
}

/** `defaults`: what the line's own words override. `caBase`: where files of CAs are that have no path. */
export function parseServerLine(
  words: readonly string[],
  defaults: ServerDefaults,
  caBase?: string,
): ServerLine | Problem {
  const [name, address, ...own] = words
  if (name === undefined || address === undefined) return mistake('needs a name and an address')
  const host = splitAddress(address)
  if (!host) {
    const problem = `${address}: must be HOST, HOST:PORT, HOST:+N or HOST:-N; sockets cannot be reached`
    return isPortWrong(address) ? mistake(problem) : { problem }
  }
  const read = readLine(SERVER, own)
  const values = { ...defaults, ...read.values }
  const resolving = resolvingOf(values, host.name)
  if (hasRecords(host.name) && resolving.input.resolvers === undefined)
    return mistake(`${host.name}: the name of SRV records needs resolvers`)
  const scheme = values.tls === true ? 'https' : 'http'
  const url = `${scheme}://${host.name}${'port' in host ? `:${host.port}` : ''}`
  const trust = trustOf(values, `${host.name}${'port' in host ? `:${host.port}` : ''}`, name, caBase)
  const agent = agentOf(values)
  if (agent !== undefined && agent.port === undefined && worst(read.outcomes).status !== 'error')
    return mistake('agent-check needs agent-port')
  const input: ServerInput = {
    name,
    url,
    ...valuesFor(ownOptions, { ...values, ...NO_TRUST, ...trust.input, ...NO_RESOLVING, ...resolving.input }),
    ...(agent ? { agent } : {}),
  }
  // Without maxconn HAProxy has no queue either.
  if (input.maxconn === undefined) delete input.maxqueue
  const outcomes = [...read.outcomes, ...trust.outcomes, ...resolving.outcomes]
  if (agent) outcomes.push(differs('what its agent says of a maxconn is not followed'))
  if (/^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/.test(host.name)) {
    outcomes.push(differs('an address: works under limpet serve; for Cloudflare give it a name with --server'))
  }
  // SRV records say the port.
  const portOffset = 'port' in host || hasRecords(host.name) ? undefined : host.portOffset
  return { server: { name, input, check: valuesFor(serverCheckOptions, values), portOffset }, outcome: worst(outcomes) }
}

function agentOf(values: Readonly<Record<string, unknown>>): AgentInput | undefined {
  if (values['hasAgent'] !== true) return undefined
  const written = AGENT_KEYS.filter(([, named]) => values[named] !== undefined)
  return Object.fromEntries(written.map(([key, named]) => [key, values[named]]))
}

/** Where distributions keep the CAs that everybody trusts. */
const SYSTEM_CAS = /^(?:@system-ca|\/etc\/(?:ssl|pki)\/.*(?:ca-certificates\.crt|ca-bundle\.(?:crt|pem)|cert\.pem))$/

const NO_TRUST = { caFile: undefined, verifyhost: undefined }

/** Whom we take for the server. Under Cloudflare and workerd alike: a name that a CA vouches for. */
function trustOf(
  { tls, verify, caFile, verifyhost, sni }: ServerDefaults,
  where: string,
  name: string,
  caBase: string | undefined,
): { readonly input: Pick<ServerInput, 'caFile' | 'verifyhost'>; readonly outcomes: readonly Outcome[] } {
  if (tls !== true) {
    const words = Object.entries({ verify, 'ca-file': caFile, verifyhost, sni }).filter(
      ([, value]) => value !== undefined,
    )
    return { input: {}, outcomes: words.map(([word]) => platform(`${word} has no effect without ssl`)) }
  }
  const [, named] = /^str\(([A-Za-z0-9._-]+)\)$/.exec(sni ?? '') ?? []
  const unread =
    sni !== undefined && named === undefined ? [unsupported(`sni ${sni}: only str(NAME) is available`)] : []
  if (verify === 'none') return { input: {}, outcomes: [failed(waysOut(where, name)), ...unread] }
  // HAProxy, too, asks for the name of sni where no other is written.
  const asked = verifyhost ?? named
  const file = caFile === undefined || SYSTEM_CAS.test(caFile) ? undefined : fileIn(caBase, caFile)
  const host = asked ?? where.replace(/:\d+$/, '')
  const difference = differs(
    `under limpet serve alone; the certificate must have the name ${host}: write verifyhost NAME for another`,
  )
  return {
    input: { ...(file === undefined ? {} : { caFile: file }), ...(asked === undefined ? {} : { verifyhost: asked }) },
    outcomes: [...(file === undefined && asked === undefined ? [] : [difference]), ...unread],
  }
}

function waysOut(where: string, name: string): string {
  return `verify none: a server's certificate is always verified: save it with npx limpet cert ${where} -o ${name}.pem, and write verify required ca-file ${name}.pem; or talk http to the server, without ssl`
}

type Address = { readonly name: string } & ({ readonly port: number } | { readonly portOffset: number })

const ADDRESS = new RegExp(String.raw`^(${BRACKETED}|[A-Za-z0-9._-]+|[0-9A-Fa-f:]+?)(?::([+-]?)(\d{1,5}))?$`)

/** HAProxy refuses the port, too; it reads over what stands behind the digits. */
function isPortWrong(address: string): boolean {
  if (address.includes('@') ? !/^ipv[46]@/.test(address) : address.startsWith('/')) return false
  const [, port = ''] = /:([^:\]]+)$/.exec(address) ?? []
  if (port === '') return false
  const [, digits, behind] = /^[+-]?(\d+)(.?)/.exec(port) ?? []
  return digits === undefined || Number(digits) > 65_535 || behind === '-'
}

/** As configuration manual 4.2 "server" writes them; IPv6 needs no brackets, as long as a port follows. */
function splitAddress(address: string): Address | undefined {
  const bare = address.replace(/^ipv[46]@/, '')
  const match = ADDRESS.exec(bare)
  if (!match) return undefined
  const [, host = '', sign, digits] = match
  const name = inBrackets(host)
  const number = Number(digits ?? 0)
  if (number > 65_535) return undefined
  if (digits === undefined || sign !== '') return { name, portOffset: sign === '-' ? -number : number }
  return number === 0 ? { name, portOffset: 0 } : { name, port: number }
}
