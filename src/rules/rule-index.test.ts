// Rules that are looked up act as rules that are asked one by one: the same end, the same request for the server, for random rules and
// requests. And few are asked.

import { describe, expect, it } from 'vitest'

import type { ConditionInput } from '../config/rules/condition.ts'
import type { RuleInput } from '../config/rules/rule.ts'
import { configOrThrow } from '../config/validate.ts'
import { createRules } from './rules.ts'
import { BARE_VIEW, TOOLS, transactionOf } from './testing.ts'
import { UNWATCHED } from './watch.ts'

function rulesOf(rules: readonly RuleInput[]) {
  const servers = [{ name: 's1', url: 'https://s1.example.com' }]
  const frontends = [{ name: 'www', rules, defaultBackend: 'app' }]
  const backends = ['app', 'api'].map((name) => ({ name, servers }))
  return configOrThrow({ frontends, backends }, 'either').frontends[0]!.rules
}

/** Repeatable. */
function choosing(seed: number) {
  let state = seed
  const below = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  return { below, of: <T>(list: readonly T[]): T => list[below(list.length)]! }
}
type Choosing = ReturnType<typeof choosing>

const HOSTS = ['a.example', 'b.example', 'x.a.example', 'A.Example', 'example', 'a.example:8080']
const PATHS = ['/', '/a', '/a/b', '/a/b/c.png', '/ab', '/b/a?x', '/A', '/b.c/a', '/a/b/', '/aé']
const WORDS = ['a', 'b', 'a.example', 'x', '', '/', '/a', '/a/', 'b/c', '.png', 'example', '1']

function conditionOf({ below, of }: Choosing, depth: number): ConditionInput {
  const some = (list: readonly string[]) => Array.from({ length: 1 + below(3) }, () => of(list))
  const text = () => some([...WORDS, ...PATHS, ...HOSTS].filter((each) => each !== ''))
  const kinds: readonly (() => ConditionInput)[] = [
    () => ({ host: some(['a.example', '*.example', '*.a.example', 'example', 'b.example']) }),
    () => ({ path: some(PATHS) }),
    () => ({ pathBeg: some(PATHS) }),
    () => ({ pathEnd: text() }),
    () => ({ method: some(['GET', 'POST']) }),
    () => ({ hdr: { name: 'x-a', ...(below(3) > 0 && { value: some(['1', '2', '1, 2']) }) } }),
    () => ({ src: '192.0.2.0/24' }),
    () => ({
      sample: of([
        'req.hdr(host)',
        'path',
        'req.hdr(x-a)',
        'req.fhdr(x-a)',
        'req.cook(c)',
        'var(txn.v)',
        'url_param(q)',
        'path,lower',
      ]),
      match: of(['str', 'beg', 'end', 'dom', 'dir', 'sub'] as const),
      values: text(),
      ignoreCase: below(2) === 0,
    }),
    () => ({
      sample: of(['path', 'req.hdr(host)']),
      match: 'reg',
      values: some([
        '^/a/[a-z]',
        '^/a?b',
        '^/a*',
        '^a\\.ex',
        '^/a|b',
        'b$',
        '^/(a|b)',
        '^',
        '^/a{0}b',
        '^/a+/',
        '^a.example',
      ]),
      ignoreCase: below(2) === 0,
    }),
    () => ({ sample: 'var(txn.v),unset-var(txn.v)', match: 'found' }),
    () => ({ sample: 'always_true', match: 'bool' }),
    () => ({ sample: 'req.hdr(x-a)', match: 'found' }),
  ]
  if (depth > 0 && below(3) === 0) {
    const inner = Array.from({ length: 1 + below(3) }, () => conditionOf({ below, of }, depth - 1))
    return of([{ all: inner }, { all: inner }, { any: inner }, { not: inner[0]! }])
  }
  return of(kinds)()
}

function actionOf({ below, of }: Choosing): Extract<RuleInput, { do: unknown }>['do'] {
  return of<() => Extract<RuleInput, { do: unknown }>['do']>([
    () => ({ setPath: of(['/a', '/b/a', '/a/b/c.png']) }),
    () => ({ setHeader: { name: of(['x-a', 'host', 'cookie']), value: of(['1', 'a.example', 'c=a', '1, 2']) } }),
    () => ({ addHeader: { name: 'x-seen', value: String(below(1000)) } }),
    () => ({ setVar: { name: 'txn.v', value: of(['path', 'req.hdr(host)']) } }),
    () => ({ delHeader: 'x-a' }),
    () => ({ useBackend: 'api' }),
    () => ({ deny: { status: 403 } }),
    () => ({ allow: true as const }),
  ])()
}

describe('rules that are looked up', () => {
  it('act as those that are asked one by one', () => {
    const outcomes = new Set<string>()
    for (let seed = 1; seed <= 60; seed++) {
      const choose = choosing(seed)
      const rules = rulesOf(
        Array.from({ length: 8 + choose.below(40) }, () => ({
          ...(choose.below(10) > 0 && { if: conditionOf(choose, 2) }),
          // Few end the rules: those behind are met, too.
          do:
            choose.below(4) > 0
              ? { addHeader: { name: 'x-seen', value: String(choose.below(1000)) } }
              : actionOf(choose),
        })),
      )
      const lookedUp = createRules(rules, TOOLS)
      const oneByOne = createRules(rules, TOOLS, { ...UNWATCHED })
      for (let request = 0; request < 6; request++) {
        const host = choose.of(HOSTS)
        const asked = {
          url: `http://${host}${choose.of(PATHS)}?q=${choose.of(WORDS)}`,
          headers: {
            host,
            ...(choose.below(2) === 0 && { 'x-a': choose.of(['1', '2', '1, 2', 'a', '/a/b']) }),
            ...(choose.below(2) === 0 && { cookie: `c=${choose.of(['a', 'b', 'a; c=b'])}` }),
          },
        }
        const outcome = (run: typeof lookedUp) => {
          const transaction = transactionOf(asked)
          const ended = run(transaction, { ...BARE_VIEW, processVariables: new Map() })
          const lines: string[] = []
          transaction.forOrigin.headers.forEachLine((name, value) => lines.push(`${name}: ${value}`))
          return JSON.stringify([
            ended,
            transaction.forOrigin.target.pathAndQuery,
            lines,
            [...(transaction.variables ?? [])],
          ])
        }
        const expected = outcome(oneByOne)
        expect(`${seed} ${request} ${outcome(lookedUp)}`).toBe(`${seed} ${request} ${expected}`)
        outcomes.add(expected)
      }
    }
    expect(outcomes.size).toBeGreaterThan(200)
  })

  it('fold A to Z alone, as those do that are asked one by one', () => {
    const values = ['ΑΣ', ...Array.from({ length: 9 }, (_, i) => `n${i}`)]
    const rules = rulesOf(
      values.map((value) => ({
        if: { sample: 'url_param(q),url_dec', match: 'beg', values: [value], ignoreCase: true },
        do: { deny: { status: 403 } },
      })),
    )
    const transaction = transactionOf({ url: `http://x/?q=${encodeURIComponent('ΑΣΒ')}` })
    expect(createRules(rules, TOOLS)(transaction, BARE_VIEW)).toMatchObject({ status: 403 })
  })

  it.each<[string, (i: number) => ConditionInput]>([
    ['a host', (i) => ({ sample: 'req.hdr(host)', values: `h${i}.example`, ignoreCase: true })],
    ['a host and those below it', (i) => ({ host: [`h${i}.example`, `*.h${i}.example`] })],
    ['a path', (i) => ({ path: `/p${i}` })],
    ['the beginning of a path', (i) => ({ pathBeg: `/p${i}/` })],
    [
      'a path that a pattern matches from its beginning',
      (i) => ({ sample: 'path', match: 'reg', values: `^/p${i}/[a-z]` }),
    ],
    ['a part of a host', (i) => ({ sample: 'req.hdr(host)', match: 'dom', values: `h${i}` })],
    ['one host, and a path', (i) => ({ all: [{ host: 'www.example.com' }, { pathEnd: `.${i}` }] })],
    ['either of two', (i) => ({ any: [{ host: `h${i}.example` }, { path: `/p${i}` }] })],
  ])('are not asked: 200 for %s', (_, conditionFor) => {
    const rules = rulesOf(Array.from({ length: 200 }, (__, i) => ({ if: conditionFor(i), do: { useBackend: 'api' } })))
    let asked = 0
    const counting = <Part extends object>(part: Part): Part =>
      new Proxy(part, {
        get(of, name) {
          asked += 1
          const found: unknown = Reflect.get(of, name)
          return typeof found === 'function' ? (found.bind(of) as unknown) : found
        },
      })
    const { forOrigin, ...transaction } = transactionOf()
    const counted = {
      ...transaction,
      forOrigin: { ...forOrigin, target: counting(forOrigin.target), headers: counting(forOrigin.headers) },
    }
    expect(createRules(rules, TOOLS)(counted, BARE_VIEW)).toBeUndefined()
    expect(asked).toBeLessThan(5)
  })
})
