// The certificate of a TLS socket: the operator's PEM file, as HAProxy reads it, or a throw-away one.

import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

import type * as selfsigned from 'selfsigned'

import { messageOf } from '../../errors.ts'
import { CliError } from '../cli-error.ts'
import { noteFile } from '../files-read.ts'
import { requirePeer } from '../peers.ts'

export interface KeyPair {
  /** PEM, the server's own certificate first. */
  readonly certificateChain: string
  /** PEM. */
  readonly privateKey: string
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\r?\n?/g
const KEY = /-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----[^-]+-----END \1-----\r?\n?/

/**
 * Certificate and key from `file`, the key from `file.key` if it is not there (HAProxy: 5.1 "crt"). `isSelfSigned`: where there
 * is no file, a throw-away pair takes its place.
 */
export async function keyPairOf(
  file: string,
  isSelfSigned: boolean,
  say: (line: string) => void = console.error,
): Promise<KeyPair> {
  noteFile(file)
  if (!existsSync(file)) {
    if (!isSelfSigned)
      throw new CliError(
        `${file}: there is no such file; crt must name a PEM file with a certificate and its key, or make one for now with --self-signed`,
      )
    say(`${file}: there is no such file; using a throw-away self-signed certificate instead`)
    return throwAway(file)
  }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
    if (!KEY.test(text) && existsSync(`${file}.key`)) {
      noteFile(`${file}.key`)
      text += readFileSync(`${file}.key`, 'utf8')
    }
  } catch (error) {
    throw new CliError(`${file}: cannot be read: ${messageOf(error)}`)
  }
  const certificateChain = (text.match(CERTIFICATES) ?? []).join('')
  const privateKey = KEY.exec(text)?.[0]
  if (certificateChain === '' || privateKey === undefined) {
    throw new CliError(
      `${file}: must contain a certificate and its private key in PEM; the key may also be in ${file}.key`,
    )
  }
  return { certificateChain, privateKey }
}

/** The certificates of a PEM file, one each. There is no fallback for a CA that cannot be read. */
export function certificatesIn(file: string): readonly string[] {
  noteFile(file)
  try {
    const found = readFileSync(file, 'utf8').match(CERTIFICATES) ?? []
    if (found.length === 0) throw new CliError(`${file}: must contain certificates in PEM`)
    // Throws if it is not a certificate.
    return found.map((certificate) => new X509Certificate(certificate).toString())
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`${file}: cannot be read: ${messageOf(error)}`)
  }
}

async function throwAway(file: string): Promise<KeyPair> {
  const { generate } = requirePeer<typeof selfsigned>('selfsigned', `a certificate in place of ${file}`)
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { certificateChain: cert, privateKey }
}
