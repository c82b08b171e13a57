// `server NAME ADDRESS[:PORT] ...` (configuration manual 5.2).

import { BRACKETED, inBrackets } from '../brackets.ts'
import { OBSERVE_LAYERS, ON_ERROR } from '../observe.ts'
import type { ServerDraft } from './draft.ts'
import { parseTime } from './time.ts'
import { differs, failed, TRANSLATED, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'

export interface ServerLine {
  readonly server: ServerDraft
  readonly outcome: Outcome
}

/** `defaults`: the words of `default-server`, which the line's own override. */
export function parseServerLine(
  words: readonly string[],
  defaults: readonly string[],
): ServerLine | { readonly problem: string } {
  const [name, address, ...own] = words
  if (name === undefined || address === undefined) return { problem: 'needs a name and an address' }
  const host = splitAddress(address)
  if (!host) return { problem: `${address}: must be HOST, HOST:PORT, HOST:+N or HOST:-N; sockets cannot be reached` }
  const options = [...defaults, ...own]
  const input: ServerDraft['input'] = { name, url: '' }
  const check: ServerDraft['check'] = {}
  const outcomes: Outcome[] = []
  let isTls = false
  for (let i = 0; i < options.length; i++) {
    const option = options[i]!
    const next = () => options[++i]
    if (option === 'check') input.check = true
    else if (option === 'backup') input.backup = true
    else if (option === 'disabled') input.state = 'maint'
    else if (option === 'enabled') delete input.state
    else if (option === 'no-check') input.check = false
    else if (option === 'no-backup') input.backup = false
    else if (option === 'non-stick') input.nonStick = true
    else if (option === 'ssl') isTls = true
    else if (option === 'no-ssl') isTls = false
    else if (option === 'cookie') input.cookie = next() ?? ''
    else if (option === 'id' || option === 'weight' || option === 'rise' || option === 'fall') {
      const number = next() ?? ''
      if (!/^\d+$/.test(number)) return { problem: `${option} needs a whole number` }
      if (option === 'id' || option === 'weight') input[option] = Number(number)
      else check[option] = Number(number)
    } else if (option === 'observe' || option === 'on-error' || option === 'error-limit' || option === 'track') {
      const problem = applyHealthOption(option, next() ?? '', input)
      if (problem !== undefined) return { problem }
    } else if (option === 'slowstart') {
      const time = parseTime(next())
      if (time === undefined) return { problem: 'slowstart needs a time' }
      input.slowstart = time
    } else if (option === 'addr') check.addr = next() ?? ''
    else if (option === 'port') {
      const port = next() ?? ''
      if (!/^\d{1,5}$/.test(port)) return { problem: 'port needs a port number' }
      check.port = Number(port)
    } else if (option === 'inter' || option === 'fastinter' || option === 'downinter') {
      const time = parseTime(next())
      if (time === undefined) return { problem: `${option} needs a time` }
      check[option] = time
    } else if (option === 'maxconn' || option === 'maxqueue') {
      const number = next() ?? ''
      if (!/^\d+$/.test(number)) return { problem: `${option} needs a whole number` }
      // 0: no limit.
      if (Number(number) > 0) input[option] = Number(number)
      else delete input[option]
    } else if (option === 'minconn') {
      outcomes.push(differs(`minconn ${next()}: the limit is maxconn, whatever the load`))
    } else if (option === 'on-marked-down' || option === 'on-marked-up') {
      const problem = applySessionOption(option, next() ?? '', input)
      if (problem !== undefined) return { problem }
    } else if (option?.startsWith('agent-')) {
      if (option !== 'agent-check') next()
      outcomes.push(unsupported(`${option}: agents cannot be asked; a weight is set with: limpet set server`))
    } else if (VERIFYING.has(option)) outcomes.push(applyVerify(option, next() ?? ''))
    else outcomes.push(unsupported(`'${option}' is not supported`))
  }
  // Without maxconn HAProxy has no queue either.
  if (input.maxconn === undefined) delete input.maxqueue
  input.url = `${isTls ? 'https' : 'http'}://${host.name}${'port' in host ? `:${host.port}` : ''}`
  if (/^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/.test(host.name)) {
    outcomes.push(differs('an address: works under limpet serve; for Cloudflare give it a name with --server'))
  }
  const portOffset = 'port' in host ? undefined : host.portOffset
  return { server: { name, input, check, portOffset }, outcome: worst(outcomes) }
}

const VERIFYING = new Set(['verify', 'ca-file', 'crl-file', 'verifyhost'])
/** Where distributions keep the CAs that everybody trusts. */
const SYSTEM_CAS = /^(?:@system-ca|\/etc\/(?:ssl|pki)\/.*(?:ca-certificates\.crt|ca-bundle\.(?:crt|pem)|cert\.pem))$/

/** Whom we take for the server. Under Cloudflare and workerd alike: a name that a public CA vouches for. */
function applyVerify(option: string, value: string): Outcome {
  if (option === 'verify' && value === 'required') return TRANSLATED
  if (option === 'verify' && value === 'none') return unsupported('verify none: certificates are always verified')
  if (option === 'ca-file' && SYSTEM_CAS.test(value)) return TRANSLATED
  if (option === 'verify') return failed(`verify ${value}: must be required or none`)
  return failed(`${option} ${value}: ${VERIFIED_HERE}`)
}

const VERIFIED_HERE =
  'a server is trusted when a public CA vouches for its host name, and in no other way: give it such a certificate and remove this, or leave TLS to a tunnel'

/** A problem, or undefined. */
function applyHealthOption(option: string, value: string, input: ServerDraft['input']): string | undefined {
  const layer = OBSERVE_LAYERS.find((each) => each === value)
  const onError = ON_ERROR.find((each) => each === value)
  if (option === 'track') input.track = value
  else if (option === 'observe' && layer) input.observe = layer
  else if (option === 'on-error' && onError) input.onError = onError
  else if (option === 'error-limit' && /^\d+$/.test(value)) input.errorLimit = Number(value)
  else return `${option} ${value} is not known`
  return undefined
}

/** A problem, or undefined. */
function applySessionOption(option: string, value: string, input: ServerDraft['input']): string | undefined {
  if (option === 'on-marked-down' && value === 'shutdown-sessions') input.onMarkedDown = value
  else if (option === 'on-marked-up' && value === 'shutdown-backup-sessions') input.onMarkedUp = value
  else return `${option} ${value} is not known`
  return undefined
}

type Address = { readonly name: string } & ({ readonly port: number } | { readonly portOffset: number })

const ADDRESS = new RegExp(String.raw`^(${BRACKETED}|[A-Za-z0-9._-]+|[0-9A-Fa-f:]+?)(?::([+-]?)(\d{1,5}))?$`)

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
