// The PEM files of a TLS socket.

import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { certificatesIn, keyPairOf } from './certificate.ts'
import { CliError } from '../cli-error.ts'
import { directoryWith, printedBy, temporaryDirectory } from '../testing.ts'

async function throwAway() {
  const missing = join(temporaryDirectory(), 'none.pem')
  let pair: Awaited<ReturnType<typeof keyPairOf>> | undefined
  const { stderr } = await printedBy(async () => {
    pair = await keyPairOf(missing, true)
  })
  return { ...pair!, stderr, missing }
}

it('a file that is not there is an error', async () => {
  await expect(keyPairOf('/nowhere/none.pem', false)).rejects.toEqual(
    new CliError(
      '/nowhere/none.pem: there is no such file; crt must name a PEM file with a certificate and its key, or make one for now with --self-signed',
    ),
  )
})

it('with --self-signed a file that is not there is replaced by a certificate for this machine, which is said', async () => {
  const { certificateChain, privateKey, stderr, missing } = await throwAway()
  expect(stderr).toBe(`${missing}: there is no such file; using a throw-away self-signed certificate instead\n`)
  const certificate = new X509Certificate(certificateChain)
  expect([certificate.checkHost('localhost'), certificate.checkIP('127.0.0.1')]).toEqual(['localhost', '127.0.0.1'])
  expect(privateKey).toMatch(/^-----BEGIN (EC )?PRIVATE KEY-----/)
})

it('certificates and key may stand in one file, in any order, among other text, or the key beside it', async () => {
  const { certificateChain: certificate, privateKey: key } = await throwAway()
  const directory = directoryWith({
    'one.pem': `made by hand\n${key}\n${certificate}\n${certificate}`,
    'two.pem': certificate,
    'two.pem.key': key,
  })
  const one = await keyPairOf(join(directory, 'one.pem'), false)
  expect(one.certificateChain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  expect(one.certificateChain).not.toContain('by hand')
  expect(one.privateKey.trim()).toBe(key.trim())
  const two = await keyPairOf(join(directory, 'two.pem'), false)
  expect([two.certificateChain.trim(), two.privateKey.trim()]).toEqual([certificate.trim(), key.trim()])
})

it('a file that lacks one of the two is refused', async () => {
  const { certificateChain: certificate, privateKey: key } = await throwAway()
  const directory = directoryWith({ 'a.pem': certificate, 'b.pem': key, 'c.pem': '' })
  for (const name of ['a.pem', 'b.pem', 'c.pem']) {
    const file = join(directory, name)
    await expect(keyPairOf(file, false)).rejects.toEqual(
      new CliError(
        `${file}: must contain a certificate and its private key in PEM; the key may also be in ${file}.key`,
      ),
    )
  }
  await expect(keyPairOf(directory, false)).rejects.toThrow(/: cannot be read: EISDIR/)
})

it('CAs are never replaced: each is a certificate, or the file is refused', async () => {
  const { certificateChain: certificate } = await throwAway()
  const broken = certificate.replace(/\n[^\n]{10}/, '\nAAAAAAAAAA')
  const directory = directoryWith({ 'good.pem': `${certificate}${certificate}`, 'none.pem': 'x', 'broken.pem': broken })
  expect(certificatesIn(join(directory, 'good.pem'))).toHaveLength(2)
  const none = join(directory, 'none.pem')
  expect(() => certificatesIn(none)).toThrow(new CliError(`${none}: must contain certificates in PEM`))
  for (const name of ['broken.pem', 'gone.pem']) {
    const file = join(directory, name)
    expect(() => certificatesIn(file)).toThrow(CliError)
    expect(() => certificatesIn(file)).toThrow(`${file}: cannot be read: `)
  }
})
