// `limpet cert`: shows the certificate of a server, and saves it, so that a server whose CA nobody knows can be trusted by name: its
// `caFile`, or `ca-file` in a haproxy.cfg.

import type { X509Certificate } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { connect } from 'node:tls'

import { withoutBrackets } from '../config/brackets.ts'
import { messageOf } from '../errors.ts'
import { CliError, UsageError } from './cli-error.ts'

export interface CertOptions {
  /** The file to write. */
  readonly output?: string
  readonly force?: boolean
  /** Which name to ask the server for. */
  readonly servername?: string
  readonly json?: boolean
}

interface Found {
  readonly certificate: X509Certificate
  /** Why public CAs do not vouch for it; undefined: they do. */
  readonly distrust: string | undefined
}

const TIMEOUT_MS = 10_000

export async function showCertificate(address: string, options: CertOptions): Promise<void> {
  const { output, force = false, json = false } = options
  const { host, port } = placeOf(address)
  if (output !== undefined && existsSync(output) && !force)
    throw new CliError(`${output}: already exists; choose another name, or overwrite it with --force`)
  const { certificate, distrust } = await certificateOf(host, port, options.servername)
  const names = namesOf(certificate)
  const about = {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names,
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    sha256: certificate.fingerprint256,
    publicCas: distrust ?? null,
  }
  if (json) console.log(JSON.stringify({ ...about, pem: certificate.toString() }))
  else {
    const rows: readonly (readonly [string, string])[] = [
      ['subject', about.subject],
      ['issuer', about.issuer === about.subject ? 'itself (self-signed)' : about.issuer],
      ['names', names.join(', ') || 'none'],
      ['valid', `${about.validFrom} to ${about.validTo}`],
      ['SHA-256', about.sha256],
      ['public CAs', distrust === undefined ? 'vouch for it: no ca-file is needed' : `do not: ${distrust}`],
    ]
    for (const [name, value] of rows) console.log(`${name.padEnd(10)}  ${value}`)
  }
  if (output === undefined) {
    if (!json) console.log(certificate.toString().trimEnd())
  } else writeFileSync(output, certificate.toString(), force ? {} : { flag: 'wx' })
  for (const line of adviceOf(certificate, names, host, output)) console.error(line)
}

/** What to write, and what keeps it from working. */
function adviceOf(
  certificate: X509Certificate,
  names: readonly string[],
  host: string,
  output: string | undefined,
): readonly string[] {
  if (names.length === 0)
    return [
      'warning: the certificate has no subjectAltName, and workerd takes none without: make another (openssl req -x509 … -addext subjectAltName=DNS:NAME)',
    ]
  const isValid = certificate.validFromDate.getTime() <= Date.now() && Date.now() <= certificate.validToDate.getTime()
  const warning = isValid ? [] : ['warning: the certificate is not valid now, and no connection will be made: renew it']
  if (output === undefined) return warning
  const isNamed = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  const [first = ''] = [
    ...names.filter((each) => !each.startsWith('*')),
    ...names.map((each) => each.replace('*', 'www')),
  ]
  const name = isNamed === undefined ? ` verifyhost ${first}` : ''
  return [
    ...warning,
    `${output}: compare the SHA-256 with the server's own before you trust it (there: openssl x509 -noout -fingerprint -sha256 -in FILE)`,
    `in a haproxy.cfg: server … ssl verify required ca-file ${output}${name}`,
    `in a limpet.config.ts: caFile: '${output}'${isNamed === undefined ? `, verifyhost: '${first}'` : ''}`,
  ]
}

/** `app.internal`, `10.0.0.5:8443`, `[::1]:443` or an https URL. */
function placeOf(address: string): { readonly host: string; readonly port: number } {
  const text = address.includes('://') ? address : `https://${address}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new UsageError(`${address}: must be HOST, HOST:PORT or https://HOST:PORT`)
  return { host: withoutBrackets(url.hostname), port: Number(url.port || 443) }
}

async function certificateOf(host: string, port: number, servername: string | undefined): Promise<Found> {
  // An address is no name to ask for (RFC 6066, section 3).
  const asked = servername ?? (isIP(host) === 0 ? host : '')
  const { promise, resolve, reject } = Promise.withResolvers<Found>()
  const socket = connect({ host, port, servername: asked, rejectUnauthorized: false, minVersion: 'TLSv1.2' })
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
  socket.on('error', reject)
  socket.on('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate()
    const { authorized, authorizationError } = socket
    if (certificate) resolve({ certificate, distrust: authorized ? undefined : String(authorizationError) })
    else reject(new Error('the server showed no certificate'))
    socket.end()
  })
  try {
    return await promise
  } catch (error) {
    throw new CliError(
      `${host}:${port}: no certificate: ${messageOf(error)}; is it the address of a server that speaks TLS?`,
    )
  } finally {
    socket.destroy()
  }
}

/** `DNS:a.example, IP Address:10.0.0.5`: those that a line can be written with. */
function namesOf({ subjectAltName }: X509Certificate): readonly string[] {
  const names = (subjectAltName ?? '').split(', ').map((name) => /^(?:DNS|IP Address):([\w.:*-]+)$/.exec(name)?.[1])
  return names.filter((name) => name !== undefined)
}

/** A server may have written anything into it. */
function oneLine(name: string): string {
  return name.replaceAll('\n', ', ').replaceAll(/\p{Cc}/gu, '?')
}
