import { describe, expect, it } from 'vitest'

import { bytesOf, textOf } from './bytes.ts'
import { compilePattern, patternOf } from './compile.ts'
import type { PatternOptions } from './compile.ts'

const matches = (pattern: string, text: string, options?: PatternOptions) =>
  patternOf(pattern, options).test(bytesOf(text))
const groups = (pattern: string, text: string) =>
  patternOf(pattern, { keepsGroups: true })
    .match(bytesOf(text))
    ?.map((group) => (group === undefined ? undefined : textOf(group)))
const problem = (pattern: string, options?: PatternOptions) => {
  const compiled = compilePattern(pattern, options)
  return 'problem' in compiled ? compiled.problem : undefined
}

// What libpcre2 10.42 answers, as HAProxy calls it.
describe("a pattern means what PCRE's means", () => {
  it.each<[string, string, string]>([
    ['\\A/admin', '/admin', '/x/admin'],
    ['^/[[:alpha:]]+-internal$', '/foo-internal', '/f0-internal'],
    ['^a\\z', 'a', 'a\n'],
    ['^a\\Z', 'a\n', 'a\n\n'],
    ['^a$', 'a\n', 'a\nb'],
    ['^b', 'bc', 'a\nb'],
    ['(?m)^b$', 'a\nb\nc', 'a\nbc'],
    ['a.b', 'a\rb', 'a\nb'],
    ['(?s)a.b', 'a\nb', 'ab'],
    ['^a\\Nb$', 'a-b', 'a\nb'],
    ['^\\h+$', ' \t', '\n'],
    ['^\\H$', 'x', '\t'],
    ['^\\v$', '\x0b', 't'],
    ['^a\\Rb$', 'a\r\nb', 'a\n\nb'],
    ['^\\R\\n$', '\n\n', '\r\n'],
    ['\\e\\x41\\x{42}\\o{103}\\104', '\x1bABCD', 'ABCD'],
    ['^\\cA\\a\\f\\t$', '\x01\x07\x0c\t', 'A'],
    ['^[[:^digit:]]$', 'x', '5'],
    ['^[]x]+$', ']x', '[x'],
    ['^[^]x]+$', '[a', ']'],
    ['^[\\w-]+$', 'a-b', 'a.b'],
    ['^[\\b]$', '\b', 'b'],
    ['^\\Qa.b\\E+$', 'a.bb', 'axb'],
    ['^a{,3}$', 'a{,3}', 'aaa'],
    ['^a{2}{?$', 'aa{', 'a'],
    ['^x(?#here)y$', 'xy', 'xhy'],
    ['(?i)^abc', 'ABC', 'abd'],
    ['^a(?i:b)c$', 'aBc', 'aBC'],
    ['^(?i)a|b$', 'B', 'c'],
    ['^((?i)a)b$', 'Ab', 'AB'],
    ['^(?P<name>a)(?<b>b)$', 'ab', 'ba'],
    ['^(?!/api/)/', '/apis', '/api/x'],
    ['(?<=/|\\.)php$', '/php', 'xphp'],
    ['^\\d$', '7', '\u0667'],
    ['^\\s$', '\x0b', '\u00a0'],
    ['^.{3}$', 'Zo!', 'Zoé'],
    ['^Zo..$', 'Zoé', 'Zo'],
    ['^é$', 'é', 'É'],
    ['\\bphp\\b', 'a.php?', 'aphp'],
    ['^\\_\\-\\/$', '_-/', '\\_-/'],
  ])('%j matches %j and not %j', (pattern, text, other) => {
    expect([matches(pattern, text), matches(pattern, other)]).toEqual([true, false])
  })

  it.each<[string, string, string]>([
    ['^[A-Z]+$', 'abc', 'ab1'],
    ['^[^a]$', 'b', 'A'],
    ['^[[:upper:]]$', 'a', '1'],
    ['^é$', 'é', 'É'],
    ['^k$', 'K', '\u212a'],
  ])('%j without regard to case matches %j and not %j', (pattern, text, other) => {
    const options = { ignoreCase: true }
    expect([matches(pattern, text, options), matches(pattern, other, options)]).toEqual([true, false])
  })

  it.each<[string, string, (string | undefined)[] | undefined]>([
    ['^/(.*)/(.*)$', '/a/b/c', ['/a/b/c', 'a/b', 'c']],
    ['(?:(a)|b)*', 'ab', ['ab', 'a']],
    ['(a|ab)(c|bcd)(d*)', 'abcd', ['abcd', 'a', 'bcd', '']],
    ['(.*?)-(\\d+)?', 'x-', ['x-', 'x', undefined]],
    ['(.*)\\.html', 'a\nb.html', ['b.html', 'b']],
    ['((?i)A)(.)', 'xaé', ['a\uFFFD', 'a', '\uFFFD']],
    ['b(c)', 'ab', undefined],
  ])('%j of %j holds %j', (pattern, text, wanted) => {
    expect(groups(pattern, text)).toEqual(wanted)
  })
})

describe('what is not supported, or is no pattern, is refused by name', () => {
  it.each([
    ['(', "'(' at character 1 is never closed"],
    ['a)', "')' at character 2 closes no group"],
    ['[a', "'[' at character 1 is never closed"],
    ['a\\', "nothing follows '\\' at character 2"],
    ['*a', "'*' at character 1 follows nothing"],
    ['a**', "'*' at character 3 follows nothing"],
    ['^*', "'*' at character 2 follows nothing"],
    ['a++', "'++' at character 2 is possessive"],
    ['(?>a)', "'(?>' at character 1 is an atomic group"],
    ['(?|a)', 'a group that resets numbers'],
    ['a(?R)', "'(?R' at character 2 is a recursion"],
    ['(a)(?1)', 'a recursion or subroutine call'],
    ['(?(1)a)', 'a conditional group'],
    ['(*ACCEPT)', 'a verb'],
    ['(?C)', 'a callout'],
    ['(a)\\1', "'\\1' at character 4 is a back-reference"],
    ['(?P=n)', 'a back-reference'],
    ['\\k<n>', "'\\k' at character 1 is a back-reference"],
    ['\\g1', "'\\g' at character 1"],
    ['a\\Kb', "'\\K' at character 2 is a reset"],
    ['\\G', "'\\G' at character 1 is the start of the match"],
    ['\\p{L}', 'a Unicode property'],
    ['\\X', 'a grapheme'],
    ['\\C', 'a single byte'],
    ['\\y', "'\\y' at character 1 means nothing"],
    ['\\u0041', "'\\u' at character 1 means nothing"],
    ['[\\B]', "'\\B' at character 2 means nothing in a class"],
    ['\\x{141}', 'must be a byte'],
    ['\\400', 'is more than a byte holds'],
    ['[a-\\d]', "'-' at character 3 stands beside a class"],
    ['[z-a]', 'is out of order'],
    ['a{3,2}', 'is out of order'],
    ['a{65536}', 'is more than 65535'],
    ['[[:foo:]]', "'[:foo:]' at character 2 is not a class"],
    ['[[.a.]]', "'[.a.]' at character 2 is not a class"],
    ['[:alpha:]', 'stands outside of a class'],
    ['(?<=a+)b', 'whose length is not fixed'],
    ['(?<n>a)(?<n>b)', 'names a second group'],
    ['(?x) a', "'(?x)' at character 1 is a flag"],
    ['(?<1>a)', 'begins no group that is known'],
    ['(?#a', 'is never closed'],
  ])('%j: %s', (pattern, message) => {
    expect(problem(pattern)).toContain(message)
  })

  it('refuses a look-around within a loop that could take exponential time, with both reasons', () => {
    expect(problem('^(?!/x)/([a-z0-9]+-?)+$')).toBe(
      'cannot be matched in bounded time: it has a loop that can match the same text in more than one way, and ' +
        'the look-ahead at character 2 cannot be matched in linear time; write one without the other',
    )
  })

  it('refuses what would be slow on the linear engine, too', () => {
    expect(problem('(?:a{0,50}){50}b')).toContain('it has too many repetitions and alternatives for linear time')
  })

  it('decides quickly, however deep loops are', () => {
    expect(problem(`^${'(?:'.repeat(190)}a{39}${'){39}'.repeat(190)}$`)).toContain('too many repetitions')
    expect(problem('(?:a|'.repeat(150) + 'b' + ')+'.repeat(150))).toContain('too many repetitions')
  })

  it('refuses groups in a loop whose turns may match nothing where they are used, and only there', () => {
    expect(problem('(a?)*b', { keepsGroups: true })).toContain('a loop whose turns may match nothing')
    expect(problem('(a?)*b')).toBeUndefined()
  })
})

describe('a pattern takes time in proportion to the text', () => {
  it.each([
    '^/admin',
    '\\.(?:css|js|png)$',
    '^/shop/([a-z0-9]+-)+x\\.html$',
    '^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$',
    '^/.*\\.html$',
    '(.*)\\.example\\.com',
    '^(?!/api/).*\\.php$',
    '/[^/]+/edit$',
    ';jsessionid=[A-Z0-9]+$',
    '^[a-z]{1,255}$',
    '^(?!.*\\.php)/',
  ])('%j is left to the platform', (pattern) => {
    expect(patternOf(pattern).engine).toBe('native')
  })

  it.each<[string, string]>([
    ['^/shop/([a-z0-9]+-?)+\\.html$', 'a'],
    ['^(a+)+$', 'a'],
    ['^(a|a)*$', 'a'],
    ['^(a|aa)+$', 'a'],
    ['^(\\w+\\s?)*$', 'a'],
    ['^(a?){30}a{30}$', 'a'],
    ['^(.*)*$', 'a\n'],
    ['a+$', 'a'],
    ['[a-z]+\\.html', 'a'],
    ['^.*a.*b.*c', 'ab'],
    ['^(?:(?:x|[a-z])+y?)+!', 'x'],
    ['(?:a{0,20}){20}b', 'a'],
    ['(?m)^(?:a|\\n)*b', 'a\n'],
    ['x*x*x*y', 'x'],
  ])('%j runs on the linear engine, and is quick with what makes it slow', (pattern, part) => {
    const compiled = patternOf(pattern)
    expect(compiled.engine).toBe('linear')
    const text = part.repeat(4000 / part.length)
    const timeMs = (of: string) => {
      const startedMs = performance.now()
      compiled.test(of)
      return performance.now() - startedMs
    }
    timeMs(`/shop/${text}!`)
    expect(timeMs(`/shop/${text}!`)).toBeLessThan(2000)
  })

  it('finds the same on both engines', () => {
    const alphabet = 'ab-/.\n'
    const texts = Array.from({ length: 400 }, (_, i) =>
      Array.from({ length: i % 7 }, (__, j) => alphabet[(i * 31 + j * j * 17 + j * 5) % alphabet.length]).join(''),
    )
    const pairs: [string, RegExp][] = [
      ['(?:a|ab)+-', /(?:a|ab)+-/],
      ['(a+|b)+/', /(a+|b)+\//],
      ['^(?:[ab]+-?)+$', /^(?:[ab]+-?)+(?=\n?$)/],
      ['a*a*b', /a*a*b/],
      ['(?:a|b)*?\\.\\b', /(?:a|b)*?\.\b/],
    ]
    for (const [pattern, native] of pairs) {
      const compiled = patternOf(pattern)
      for (const text of texts) expect([pattern, text, compiled.test(text)]).toEqual([pattern, text, native.test(text)])
    }
  })
})
