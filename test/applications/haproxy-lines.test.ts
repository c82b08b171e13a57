// The lines that Limpet's tables were written by, put to HAProxy itself: it takes each of generate/haproxy-lines.ts, and refuses
// them with a typing error, as it refuses those of test/haproxy-lines/refused.ts.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { HAPROXY_LINES } from '../../generate/haproxy-lines.ts'
import { translateHaproxy } from '../../src/config/haproxy/translate.ts'
import { OLD_LINES } from '../haproxy-lines/old.ts'
import { REFUSED_LINES } from '../haproxy-lines/refused.ts'
import { TAKEN_LINES } from '../haproxy-lines/taken.ts'

const BEFORE = `global
 expose-experimental-directives
defaults
 mode http
 timeout connect 1s
 timeout client 1s
 timeout server 1s
`

/** What stands before and behind a line. */
function around(section: string, n: number): readonly [string, string] {
  if (section === 'listen')
    return [`listen p${n}\n bind :${10_000 + n}\n acl adm src 10.0.0.0/8\n`, ' server s 127.0.0.1:80\n']
  if (section === 'frontend') return [`frontend p${n}\n bind :${10_000 + n}\n`, '']
  if (section === 'backend') return [`backend p${n}\n server s 127.0.0.1:80\n`, '']
  if (section === 'defaults') return [`defaults p${n}\n mode http\n`, '']
  return [`${section.replace('NAME', `p${n}`)}\n`, '']
}

/** What is wrong with each line, where something is. HAProxy gives up at some errors: the lines behind them are put to it again. */
function refusals(lines: readonly (readonly [string, string])[]): readonly (string | undefined)[] {
  const found: (string | undefined)[] = lines.map(() => undefined)
  for (let first = 0; first < lines.length;) {
    // It also gives up at 50 errors.
    const batch = lines.slice(first, first + 40)
    let text = BEFORE
    const at = batch.map(([section, line], i) => {
      const [before, behind] = around(section, first + i)
      text += before
      const number = text.split('\n').length
      text += ` ${line}\n${behind}`
      return number
    })
    const said = check(text)
    batch.forEach((_, i) => (found[first + i] = said.get(at[i]!)))
    const last = found.findLastIndex((message) => message !== undefined)
    const isCutOff = last >= first && last < first + batch.length - 1
    first = isCutOff ? last + 1 : first + batch.length
  }
  return found
}

/** The first message of each line. */
function check(text: string): ReadonlyMap<number, string> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-lines-'))
  writeFileSync(join(directory, 'x.cfg'), text)
  const { stdout, stderr } = spawnSync('haproxy', ['-c', '-f', 'x.cfg'], { encoding: 'utf8', cwd: directory })
  rmSync(directory, { recursive: true })
  const found = [...(stdout + stderr).matchAll(/\[ALERT\].*?\[x\.cfg:(\d+)\][ :]*(.*)/g)]
  return new Map(found.toReversed().map(([, line, message]): [number, string] => [Number(line), message!]))
}

/** Of files and namespaces that are not there. */
const NOT_THERE =
  /unable to (?:load|stat)|[Cc]annot open|[Cc]ould(?:n't| not) open|processing 'namespace'|unable to find required proxy|unable to parse headers/

describe.each(HAPROXY_LINES.map((place) => [place.title, place] as const))('%s', (_, { section, at, lines }) => {
  it('is what HAProxy has', () => {
    const said = refusals(lines.map((line): [string, string] => [section, line]))
    const refused = lines.flatMap((line, i) =>
      said[i] === undefined || NOT_THERE.test(said[i]) ? [] : [`${line}: ${said[i]}`],
    )
    expect(refused).toEqual([])
  })

  it('and with a typing error it has none', () => {
    // Not all of them: each takes a run of HAProxy where it gives up at the first error.
    const typed = lines
      .filter((__, i) => i % 6 === 0)
      .map((line) =>
        line
          .split(' ')
          .map((word, i) => (i === at ? `${word[0]}x${word.slice(1)}` : word))
          .join(' '),
      )
    const said = refusals(typed.map((line): [string, string] => [section, line]))
    expect(typed.filter((___, i) => said[i] === undefined)).toEqual([])
  })
})

it('HAProxy refuses what Limpet calls an error', () => {
  const said = refusals(REFUSED_LINES)
  // Some errors it finds at the end alone, if there are no others.
  const taken = REFUSED_LINES.filter((line, i) => said[i] === undefined && refusals([line])[0] === undefined)
  expect(taken).toEqual([])
})

it('HAProxy refuses what Limpet takes from files of its old versions', () => {
  const said = refusals(OLD_LINES)
  expect(OLD_LINES.filter((_, i) => said[i] === undefined)).toEqual([])
})

it('HAProxy takes what Limpet says to write in place of its old rules', () => {
  const ports = { env: {}, hash64: () => 0n, text: () => undefined }
  const today = OLD_LINES.flatMap(([section, line]): [string, string][] => {
    const file = { file: 'x.cfg', text: `${section} x\n${line}\n` }
    const { message = '' } = translateHaproxy([file], ports).diagnostics.at(-1)!
    const [, instead] = /write (http-re.*|use_backend.*|stick-table [^,]*)/.exec(message) ?? []
    return instead === undefined || /(?:add-header|deny)$/.test(instead) ? [] : [[section, instead]]
  })
  expect(today.length).toBeGreaterThan(15)
  const said = refusals(today)
  expect(
    today.flatMap((line, i) => (said[i] === undefined || NOT_THERE.test(said[i]) ? [] : [[line, said[i]]])),
  ).toEqual([])
})

it('HAProxy takes the shapes that Limpet takes', () => {
  expect(refusals(TAKEN_LINES).filter((message) => message !== undefined)).toEqual([])
})
