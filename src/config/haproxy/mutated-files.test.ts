// Whatever becomes of a file by chance, its lines get a status each with a line and a column in the file, and nothing is thrown.
// LIMPET_MUTATIONS=100000 tries more of them.

import { expect, it } from 'vitest'

import { HAPROXY_LINES } from '../../../generate/haproxy-lines.ts'
import { REFUSED_LINES } from '../../../test/haproxy-lines/refused.ts'
import { validateConfig } from '../validate.ts'
import { translateHaproxy } from './translate.ts'

const COUNT = Number(process.env['LIMPET_MUTATIONS'] ?? 2000)

const LINES = [...HAPROXY_LINES.flatMap(({ lines }) => lines), ...REFUSED_LINES.map(([, line]) => line)]
const WORDS = [...new Set(LINES.flatMap((line) => line.split(' ')))]
const HEADS = [
  'global',
  'defaults',
  'frontend f',
  'listen l',
  'backend b',
  'listen',
  'peers p',
  'userlist u',
  'cache c',
  'mailers m',
]
const CHARACTERS = ['"', "'", '\\', '#', '%[', '{', '}', ',', '(', '$', ' ', '\t', '-', '!', 'é', '0']

it('a mutated file is read to its end, and each line has its place', () => {
  let seed = 19
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed / 2_147_483_648
  }
  const any = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
  const mutated = (line: string): string => {
    const words = line.split(' ')
    const at = Math.floor(random() * words.length)
    const character = Math.floor(random() * line.length)
    switch (Math.floor(random() * 7)) {
      case 0:
        return words.toSpliced(at, 1).join(' ')
      case 1:
        return words.toSpliced(at, 0, any(WORDS)).join(' ')
      case 2:
        return words.toSpliced(at, 1, any(WORDS)).join(' ')
      case 3:
        return line.slice(0, character) + any(CHARACTERS) + line.slice(character)
      case 4:
        return line.slice(0, character)
      case 5:
        return `${line} ${any(WORDS)}`
      default:
        return line
    }
  }
  for (let i = 0; i < COUNT; i++) {
    const lines = Array.from({ length: 6 }, (_, n) => (n === 0 || random() < 0.1 ? any(HEADS) : mutated(any(LINES))))
    const file = { file: 'x.cfg', text: lines.join('\n') }
    const ports = { env: {}, hash64: () => 0n, text: (name: string) => (name.length % 2 === 0 ? 'a b\n' : undefined) }
    const { config, diagnostics } = translateHaproxy([file], { ...ports, onlyHttp: i % 2 === 0 })
    validateConfig(config, 'serve')
    for (const { line, column, status, message = '' } of diagnostics) {
      const text = lines[line - 1] ?? ''
      expect(text.slice(column - 1).trim(), `${file.text}\n${line}:${column}`).not.toBe('')
      if (status !== 'translated') expect(message, file.text).not.toBe('')
    }
    const isEmpty = (text: string) => /^\s*(?:#|$)/.test(text)
    expect(new Set(diagnostics.map(({ line }) => line)).size, file.text).toBe(
      lines.filter((text) => !isEmpty(text)).length,
    )
  }
})
