// A TLS server on this machine is asked, as `limpet cert` asks one.

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'

import { generate } from 'selfsigned'
import { describe, expect, it, onTestFinished } from 'vitest'

import { showCertificate } from './cert.ts'
import type { CertOptions } from './cert.ts'
import { directoryWith, printedBy } from './testing.ts'

type AltNames = readonly ({ readonly type: 2; readonly value: string } | { readonly type: 7; readonly ip: string })[]

async function serverWith(altNames: AltNames, more: { readonly notAfterDate?: Date; readonly subject?: string } = {}) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: more.subject ?? 'app.internal' }], {
    keyType: 'ec',
    extensions: altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames: [...altNames] }],
    ...(more.notAfterDate ? { notBeforeDate: new Date(0), notAfterDate: more.notAfterDate } : {}),
  })
  const server = createTlsServer({ cert, key })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { cert, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function show(address: string, options: CertOptions = {}) {
  const { error, ...said } = await printedBy(() => showCertificate(address, options))
  if (error !== undefined) throw error
  return said
}
const BOTH: AltNames = [
  { type: 2, value: 'app.internal' },
  { type: 7, ip: '127.0.0.1' },
]

describe('limpet cert', () => {
  it('shows whose certificate it is, and the certificate', async () => {
    const { cert, address } = await serverWith(BOTH)
    const { stdout, stderr } = await show(address)
    const { fingerprint256, raw } = new X509Certificate(cert)
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      'subject     CN=app.internal',
      'issuer      itself (self-signed)',
      'names       app.internal, 127.0.0.1',
      expect.stringMatching(/^valid       \S+Z to \S+Z$/),
      `SHA-256     ${fingerprint256}`,
      'public CAs  do not: DEPTH_ZERO_SELF_SIGNED_CERT',
    ])
    expect(new X509Certificate(stdout.slice(stdout.indexOf('-----BEGIN'))).raw).toEqual(raw)
    expect(stderr).toBe('')
  })

  it('writes it, and says what to write where', async () => {
    const { cert, address } = await serverWith([{ type: 2, value: '*.app.internal' }, BOTH[0]!])
    const output = join(directoryWith({}), 'pin.pem')
    const { stdout, stderr } = await show(`https://${address}`, { output })
    expect(stdout).not.toContain('BEGIN')
    expect(new X509Certificate(readFileSync(output)).raw).toEqual(new X509Certificate(cert).raw)
    // It is asked for by its address, which is none of its names.
    expect(stderr).toContain(`server … ssl verify required ca-file ${output} verifyhost app.internal\n`)
    expect(stderr).toContain(`caFile: '${output}', verifyhost: 'app.internal'\n`)
    await expect(show(address, { output })).rejects.toThrow('already exists')
    const { stderr: again } = await show((await serverWith(BOTH)).address, { output, force: true })
    expect(again).toContain(`ca-file ${output}\n`)
  })

  it('prints JSON', async () => {
    const { cert, address } = await serverWith(BOTH)
    const { stdout } = await show(address, { json: true })
    const { pem, ...about } = JSON.parse(stdout) as Record<string, unknown>
    expect(new X509Certificate(String(pem)).raw).toEqual(new X509Certificate(cert).raw)
    expect(about).toMatchObject({ subject: 'CN=app.internal', names: ['app.internal', '127.0.0.1'] })
  })

  it('warns of what workerd would not take', async () => {
    // selfsigned writes a name of its own where it is given none.
    expect((await show((await serverWith([{ type: 2, value: 'not a name' }])).address)).stderr).toContain(
      'has no subjectAltName',
    )
    const late = await serverWith(BOTH, { notAfterDate: new Date(1e12) })
    expect((await show(late.address)).stderr).toContain('is not valid now')
  })

  it('prints nothing that a terminal would obey', async () => {
    const { address } = await serverWith(BOTH, { subject: 'a\u001b[2Jb' })
    expect((await show(address)).stdout).not.toContain('\u001b')
  })

  it('says what is wrong with an address', async () => {
    for (const address of ['ftp://a', 'a b', 'https://a/b', 'a:99999', ''])
      await expect(show(address)).rejects.toThrow('must be HOST, HOST:PORT or https://HOST:PORT')
    await expect(show('127.0.0.1:1')).rejects.toThrow('127.0.0.1:1: no certificate: connect ECONNREFUSED')
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void plain.close())
    const { port } = plain.address() as AddressInfo
    await expect(show(`127.0.0.1:${port}`)).rejects.toThrow('is it the address of a server that speaks TLS?')
  })
})
