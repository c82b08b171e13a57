import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { CliError } from './cli-error.ts'
import { needPeers, requirePeer } from './peers.ts'

let project: string

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'limpet-peers-'))
  write('package.json', '{}')
})

afterEach(() => rmSync(project, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true })
  writeFileSync(join(project, file), text)
}

function install(folder: string, version = '99.0.0'): void {
  write(`${folder}/package.json`, JSON.stringify({ main: 'index.js', version }))
  write(`${folder}/index.js`, `module.exports = ${JSON.stringify(folder)}`)
}

const packages = () => [join(project, 'package.json')]

it('takes a package that the project has', () => {
  install('node_modules/workerd')
  expect(requirePeer('workerd', 'limpet serve', packages())).toBe('node_modules/workerd')
})

it('takes the one that only its wrangler has', () => {
  install('node_modules/wrangler')
  install('node_modules/wrangler/node_modules/esbuild')
  expect(requirePeer('esbuild', 'limpet.config.ts', packages())).toBe('node_modules/wrangler/node_modules/esbuild')
})

it('says of a missing one what needs it, and how to install it', () => {
  expect(() => requirePeer('nodemailer', 'mail', packages())).toThrow(
    new CliError(
      'mail needs nodemailer, which is not installed: npm install --save-dev nodemailer@10 (or, to install nothing: npx -p limpet -p nodemailer@10 limpet ...)',
    ),
  )
})

it('says all that are missing at once', () => {
  expect(() => needPeers(['workerd', 'esbuild'], 'limpet serve', packages())).toThrow(
    new CliError(
      'limpet serve needs workerd and esbuild, which are not installed: npm install --save-dev workerd@1 esbuild@0 (or, to install nothing: npx -p limpet -p workerd@1 -p esbuild@0 limpet ...)',
    ),
  )
  install('node_modules/workerd')
  install('node_modules/esbuild')
  expect(() => needPeers(['workerd', 'esbuild'], 'limpet serve', packages())).not.toThrow()
})

it.each([
  ['1.20260101.0', true],
  ['1.20261023.0', true],
  ['1.20261023.1', false],
  ['1.20261201.0', false],
  ['2.0.0', false],
])('refuses one that is older than the range: workerd %s', (version, isRefused) => {
  install('node_modules/workerd', version)
  const expected = `limpet serve needs workerd ^1.20261023.1, and ${join(project, 'node_modules/workerd/package.json')} is ${version}: npm install --save-dev workerd@1 (`
  const check = () => needPeers(['workerd'], 'limpet serve', packages())
  if (isRefused) expect(check).toThrow(expected)
  else expect(check).not.toThrow()
})
