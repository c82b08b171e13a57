// `limpet-ignore CODE`: what it silences, where, and what it says when it does not.

import { join } from 'node:path'

import { expect, it } from 'vitest'

import { check } from './check.ts'
import { directoryWith, printedBy } from './testing.ts'

async function said(name: string, text: string, target: 'serve' | 'cloudflare' = 'serve'): Promise<readonly string[]> {
  const directory = directoryWith({ [name]: text })
  const { stdout } = await printedBy(() => check([join(directory, name)], [], { for: target, strict: true }))
  const lines = stdout.replaceAll(`${directory}/`, '').trimEnd().split('\n')
  return lines.filter((line) => line.endsWith(']')).map((line) => line.replace(/ \(found .*\)/, ''))
}

const URL = "url: 'https://a.example.com'"
const module = (server: string, more = '') =>
  `export default {\n  backends: [{ name: 'app',${more} servers: [\n    ${server}\n  ] }],\n}\n`
const WARNING = 'app/s1.url: is a name for examples (RFC 2606): write your own [placeholder-server]'

it.each([
  ['at the end of the line', module(`{ name: 's1', ${URL} }, // limpet-ignore placeholder-server`)],
  ['on the line before', module(`// limpet-ignore placeholder-server\n    { name: 's1', ${URL} },`)],
  ['in a block', module(`{ name: 's1', ${URL} }, /* limpet-ignore: placeholder-server */`)],
  [
    'with several codes',
    `export default { backends: [{ name: 'app', servers: [{ name: 's1', ${URL}, weight: 0 }] }] } // limpet-ignore placeholder-server, servers-off`,
  ],
])('silences a warning %s', async (_, text) => {
  expect(await said('a.ts', text)).toEqual([])
})

it('silences its own line and code alone', async () => {
  expect(await said('a.ts', module(`{ name: 's1',\n ${URL} }, // limpet-ignore servers-off`))).toEqual([
    `a.ts:4:7: warning: ${WARNING}`,
    'a.ts:4:34: warning: there is nothing to ignore: no servers-off at a.ts:4; remove the comment [unused-ignore]',
  ])
  expect(await said('a.ts', module(`{ name: 's1', // limpet-ignore placeholder-server\n ${URL} },`))).toEqual([
    'a.ts:3:19: warning: there is nothing to ignore: no placeholder-server at a.ts:3; remove the comment [unused-ignore]',
    `a.ts:4:7: warning: ${WARNING}`,
  ])
})

it('an error is not silenced, and the comment says so', async () => {
  const text = module(`{ name: 's1', url: 'ftp://x' }, // limpet-ignore invalid-value`)
  expect(await said('a.ts', text)).toEqual([
    'a.ts:3:24: error: app/s1.url: must begin with http:// or https:// [invalid-value]',
    'a.ts:3:37: warning: an error cannot be ignored: invalid-value [ignored-error]',
  ])
})

it('a code that is none is told', async () => {
  const text = module(`{ name: 's1', url: 'https://a.example' }, // limpet-ignore placeholder`)
  expect(await said('a.ts', text)).toEqual([
    "a.ts:3:47: warning: there is no code 'placeholder'; docs/errors.md has all of them [unused-ignore]",
  ])
})

it('a comment about the other target is used', async () => {
  const text =
    "export default {\n  monitor: { near: 'weur' }, // limpet-ignore ignored-option\n  backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://a.example' }] }],\n}\n"
  expect(await said('a.ts', text)).toEqual([])
  expect(await said('a.ts', text, 'cloudflare')).toEqual([])
})

it('stands in JSON with comments, too', async () => {
  const text = `{ "backends": [{ "name": "app", "servers": [\n// limpet-ignore placeholder-server\n{ "name": "s1", "url": "https://a.example.com" }] }] }`
  expect(await said('a.jsonc', text)).toEqual([])
})

it('stands in a haproxy.cfg behind #, and not within quotes', async () => {
  const cfg = (line: string) =>
    `listen app # limpet-ignore different-line\n balance uri\n server s1 127.0.0.1:1\n${line}`
  expect(await said('a.cfg', cfg(''))).toEqual([])
  expect(await said('a.cfg', cfg(' server s2 a.example.com:80 # limpet-ignore placeholder-server\n'))).toEqual([])
  expect(
    await said('a.cfg', cfg(' server s2 a.example.com:80 cookie "# limpet-ignore placeholder-server"\n')),
  ).toContainEqual(expect.stringMatching(/^a\.cfg:4:\d+: warning: .*placeholder-server\]$/))
})
