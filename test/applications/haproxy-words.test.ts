// Every word that HAProxy itself lists of `server` and `bind` lines, and every fetch, converter and criterion, is known to Limpet: what HAProxy
// has is never taken for a typing error.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { translateFiles } from '../../src/cli/haproxy.ts'
import { HAPROXY_NAMES } from '../../src/config/haproxy/sample-names.ts'

const MINIMAL =
  'defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nlisten x\n bind :1\n'

function listed(what: 'cfg' | 'smp' | 'cnv' | 'acl'): string {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-words-'))
  const file = join(directory, 'haproxy.cfg')
  writeFileSync(file, MINIMAL)
  const { stdout, stderr } = spawnSync('haproxy', [`-dK${what}`, '-q', '-c', '-f', file], { encoding: 'utf8' })
  rmSync(directory, { recursive: true })
  return stdout + stderr
}

/** `server <name> <addr> agent-addr +1`, a line each. */
function wordsOf(line: 'server <name> <addr>' | 'bind <addr>'): readonly (readonly [string, boolean])[] {
  const found = [...listed('cfg').matchAll(/^\s+(.*?)( \+-?1)?$/gm)].filter(([, text]) => text!.startsWith(`${line} `))
  return found.map(([, text, argument]) => [text!.slice(line.length + 1), argument !== undefined])
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  'ssl-min-ver': 'TLSv1.2',
  'ssl-max-ver': 'TLSv1.2',
  port: '81',
  verify: 'none',
}

describe.each([
  ['server <name> <addr>', 'server s1 192.0.2.1:80', 90],
  ['bind <addr>', 'bind 127.0.0.1:8080', 50],
] as const)('%s', (line, beginning, least) => {
  // `usesrc` stands only behind `source ADDRESS`, and is listed without its argument.
  const words = wordsOf(line).filter(([word]) => word !== 'usesrc')

  it('is listed by HAProxy', () => {
    expect(words.length).toBeGreaterThan(least)
  })

  it.each(words)('%s is known', async (word, takes) => {
    const last = word.split(' ').at(-1)!
    const text = `listen x\n mode http\n ${beginning} ${word}${takes ? ` ${ARGUMENTS[last] ?? '1'}` : ''} id 7\n`
    const { diagnostics } = await translateFiles([{ file: 'haproxy.cfg', text }])
    expect(diagnostics.filter(({ message = '' }) => message.includes('HAProxy 2.6 has no'))).toEqual([])
  })
})

describe.each([
  ['fetches', 'smp', 400],
  ['converters', 'cnv', 100],
  ['criteria', 'acl', 60],
] as const)('%s', (kind, what, least) => {
  // The names begin their lines; what a line is of HAProxy's own table is behind blanks, `=` or a parenthesis.
  const names = [...listed(what).matchAll(/^(?:\[[^\]]*\] )?\s*([A-Za-z0-9_.+-]+)(?=[(: ])/gm)].map(([, name]) => name!)

  it('are those that HAProxy lists', () => {
    expect(names.length).toBeGreaterThan(least)
    const known = new Set([...HAPROXY_NAMES[kind], ...(kind === 'criteria' ? HAPROXY_NAMES.fetches : [])])
    // Lua's and the developers' are known by what they begin with.
    expect(names.filter((name) => !known.has(name) && !/^(?:internal|lua)\./.test(name))).toEqual([])
  })
})
