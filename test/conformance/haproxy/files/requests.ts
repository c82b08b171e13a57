// The requests that are made of a file's binds: derived from what its conditions, maps, cookies and pages name, and some by hand.

import { parseSections } from '../../../../src/config/haproxy/sections.ts'
import type { Section } from '../../../../src/config/haproxy/sections.ts'
import type { Step } from '../scenario.ts'
import { join, keysOf, mapIn, ofBase, stepOf, wishesFor, wishFor } from './conditions.ts'
import type { Known, Wish } from './conditions.ts'
import { BY_HAND } from './by-hand.ts'
import type { Bound } from './rewrite.ts'

/** What is asked of one bind. */
export interface Asked {
  readonly bound: Bound
  readonly steps: readonly Step[]
}

/** What every file is asked. */
const OF_ALL: readonly Wish[] = [
  {},
  { path: '/some/page', query: 'x=1' },
  { method: 'HEAD' },
  { method: 'POST', path: '/form' },
  { host: 'other.example', path: '/index.html' },
  { headers: [['X-Forwarded-For', '203.0.113.9']] },
  { cookie: 'a=1; b=2' },
  { path: '/missing', status: 404 },
  { path: '/moved', status: 302, answer: [['Location', 'http://www.example.com/new']] },
  {
    answer: [
      ['Set-Cookie', 'a=1; Path=/'],
      ['Cache-Control', 'max-age=60'],
    ],
  },
]
const MAX_STEPS = 30
/** Of another bind of the same section. */
const FEW_STEPS = 3

/** `text`: as rewritten, so that its maps can be read. */
export function requestsOf(name: string, text: string, bound: readonly Bound[]): readonly Asked[] {
  const { sections } = parseSections([{ file: name, text }], {})
  const users = usersOf(sections)
  const seen = new Set<string>()
  return bound.map((one) => {
    const section = sections.find(
      ({ kind, head }) => (kind === 'frontend' || kind === 'listen') && head.words[1] === one.section,
    )
    if (!section || modeOf(section, sections) === 'tcp') return { bound: one, steps: [] }
    const wishes = [
      ...wishesOfSection({ ...section, lines: [...defaultsOf(section, sections), ...section.lines] }, sections, users),
    ]
    const byHand = BY_HAND[name] ?? []
    const steps = unique([...OF_ALL.map(stepOf), ...wishes, ...byHand.map((step) => ({ answer: {}, ...step }))])
    const key = `${one.section} ${one.tls}`
    const isFirst = !seen.has(key)
    seen.add(key)
    return { bound: one, steps: isFirst ? thinned(steps) : steps.slice(0, FEW_STEPS) }
  })
}

/** The lines of the last unnamed defaults section before it; of a named one, its own and those of its base. */
function defaultsOf({ head }: Section, sections: readonly Section[]): Section['lines'] {
  const before = sections.slice(
    0,
    sections.findIndex((each) => each.head === head),
  )
  const base = head.words[head.words.indexOf('from') + 1]
  const defaults = before.findLast(
    ({ kind, head: { words } }) => kind === 'defaults' && (head.words.includes('from') ? words[1] === base : true),
  )
  if (!defaults) return []
  return [...(defaults.head.words.includes('from') ? defaultsOf(defaults, sections) : []), ...defaults.lines]
}

/** Without a word of its mode, it is plain TCP. */
function modeOf(section: Section, sections: readonly Section[]): string {
  const lines = [...defaultsOf(section, sections), ...section.lines]
  return lines.findLast(({ words }) => words[0] === 'mode')?.words[1] ?? 'tcp'
}

/** In order, and evenly of everything. */
function thinned(steps: readonly Step[]): readonly Step[] {
  if (steps.length <= MAX_STEPS) return steps
  return Array.from({ length: MAX_STEPS }, (_, i) => steps[Math.floor((i * steps.length) / MAX_STEPS)]!)
}

function unique(steps: readonly Step[]): readonly Step[] {
  // A request with what the client was given before says something each time.
  const known = new Set<string>()
  return steps.filter((step) => {
    const key = JSON.stringify(step)
    if (step.jar || !known.has(key)) return known.add(key)
    return false
  })
}

function wishesOfSection(section: Section, sections: readonly Section[], users: Known['users']): readonly Step[] {
  const known: Known = { acls: aclsOf(section), users }
  const own = section.lines.flatMap(({ words }) => stepsOfLine(words, known, {}))
  const led = section.lines.flatMap(({ words: [word = '', target = '', ...rest] }): readonly Step[] => {
    if (word !== 'use_backend' && word !== 'default_backend') return []
    if (target.includes('%[')) {
      const map = mapIn(target)
      if (!map)
        return sections.filter(({ kind }) => kind === 'backend').flatMap((each) => stepsOfBackend(each, {}, users))
      return keysOf(map.file).flatMap((key) => {
        const wish = wishFor(map.sample, key, map.match)
        return wish ? [stepOf(wish)] : []
      })
    }
    const backend = sections.find(
      ({ kind, head }) => (kind === 'backend' || kind === 'listen') && head.words[1] === target,
    )
    if (!backend) return []
    const conditions = conditionIn(rest)
    const [reaching = {}] = conditions ? wishesFor(conditions, known) : [{}]
    return stepsOfBackend(backend, reaching, users)
  })
  const servers = section.kind === 'listen' ? stepsOfBackend(section, {}, users) : []
  return [...own, ...led, ...servers]
}

function stepsOfBackend(backend: Section, reaching: Wish, users: Known['users']): readonly Step[] {
  const known: Known = { acls: aclsOf(backend), users }
  const lines = backend.lines.map(({ words }) => words)
  const base = stepOf(reaching)
  return [
    base,
    ...lines.flatMap((words) => stepsOfLine(words, known, reaching)),
    ...persistenceSteps(lines, base),
    ...balanceSteps(lines, reaching),
  ]
}

/** A client that comes back, one that names the last server, one that names none. */
function persistenceSteps(lines: readonly (readonly string[])[], base: Step): readonly Step[] {
  const [, name = '', ...options] = lines.find(([word, , mode]) => word === 'cookie' && mode !== undefined) ?? []
  if (name === '') return lines.some(([word]) => word === 'stick') ? [base, base] : []
  const isOfServer = options.includes('prefix') || options.includes('rewrite')
  const answer = isOfServer ? { answer: { headers: [['Set-Cookie', `${name}=abc; Path=/`]] as const } } : {}
  const last = lines.findLast((words) => words[0] === 'server' && words.includes('cookie')) ?? []
  const value = last[last.indexOf('cookie') + 1]
  const sent = (text: string) => ({
    ...base,
    cookie: options.includes('prefix') ? `${name}=${text}~abc` : `${name}=${text}`,
  })
  return [
    { ...base, ...answer, jar: true },
    { ...base, jar: true },
    { ...base, jar: true },
    ...(value === undefined ? [] : [sent(value)]),
    sent('nosuch'),
  ]
}

function balanceSteps(lines: readonly (readonly string[])[], reaching: Wish): readonly Step[] {
  const [, policy = '', parameter = ''] = lines.find(([word]) => word === 'balance') ?? []
  const [, header] = /^hdr\(([^)]*)\)/.exec(policy) ?? []
  const values = ['alice', 'bob', 'carol']
  if (header !== undefined) return values.map((value) => stepOf(join(reaching, { headers: [[header, value]] })))
  if (policy === 'url_param') return values.map((value) => stepOf(join(reaching, { query: `${parameter}=${value}` })))
  if (policy === 'uri')
    return values.map((value) => stepOf(join(reaching, { path: `${reaching.path ?? ''}/${value}`.replace('//', '/') })))
  return []
}

const REQUEST_HEADERS = new Set(['del-header', 'replace-header', 'replace-value'])

function stepsOfLine(words: readonly string[], known: Known, reaching: Wish): readonly Step[] {
  const [word = '', second = '', third = '', fourth = ''] = words
  const asked = (wish: Wish): Step => stepOf(join(reaching, wish))
  const condition = conditionIn(words)
  const met = condition ? wishesFor(condition, known) : [{}]
  const [first = {}] = met
  switch (word) {
    case 'monitor-uri':
      return [asked({ path: second })]
    case 'stats':
      if (second === 'uri') return [statsStep(third, reaching)]
      if (second === 'auth') return [asked({ headers: [['Authorization', `Basic ${btoa(third)}`]] })]
      return met.map(asked)
    case 'capture':
      return second === 'cookie' ? [asked({ cookie: `${third}seen` })] : []
    case 'option':
      return second === 'forwardfor' ? [asked({ headers: [['X-Forwarded-For', '203.0.113.9']] })] : []
    case 'http-request': {
      const changed = REQUEST_HEADERS.has(second) && third.toLowerCase() !== 'host'
      const header: Wish = !changed
        ? {}
        : third.toLowerCase() === 'cookie'
          ? { cookie: 'a=1; b=2' }
          : { headers: [[third, 'test']] }
      const map = mapIn(words.join(' '))
      const keys =
        map && !condition
          ? keysOf(map.file).flatMap(
              (key) => wishFor(map.sample, key, map.match) ?? (/[#/]/.test(key) ? ofBase(key) : []),
            )
          : []
      return [...met.map((wish) => asked(join(wish, header))), ...keys.map(asked)]
    }
    case 'http-response':
    case 'http-after-response': {
      if (!REQUEST_HEADERS.has(second)) return condition ? met.map(asked) : []
      const value =
        third.toLowerCase() === 'location' ? 'http://app.internal:8080/next?a=1' : fourth === 'if' ? 'test' : 'test'
      return [
        asked(
          join(first, { answer: [[third, value]], ...(third.toLowerCase() === 'location' ? { status: 302 } : {}) }),
        ),
      ]
    }
    case 'use_backend':
    case 'redirect':
    case 'block':
    case 'reqadd':
      return condition ? met.map(asked) : []
    default:
      return []
  }
}

function statsStep(uri: string, reaching: Wish): Step {
  const [path = '/', query] = uri.split('?')
  return stepOf(join(reaching, { path, ...(query === undefined ? {} : { query }) }))
}

function conditionIn(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => word === 'if' || word === 'unless')
  return at === -1 ? undefined : words.slice(at + 1)
}

function aclsOf({ lines }: Section): Known['acls'] {
  const acls = new Map<string, (readonly string[])[]>()
  for (const {
    words: [word, name = '', ...test],
  } of lines) {
    if (word === 'acl') acls.set(name, [...(acls.get(name) ?? []), test])
  }
  return acls
}

function usersOf(sections: readonly Section[]): Known['users'] {
  const users = new Map<string, string>()
  for (const { kind, head, lines } of sections) {
    if (kind !== 'userlist') continue
    const list = head.words[1]!
    const passwords = new Map(
      lines
        .filter(({ words }) => words[0] === 'user' && words[2] === 'insecure-password')
        .map(({ words }) => [words[1]!, words[3]!]),
    )
    const [[name, password] = []] = [...passwords].slice(-1)
    if (name !== undefined) users.set(list, `${name}:${password}`)
    for (const { words } of lines) {
      const [member = ''] = words[0] === 'group' ? (words[3] ?? '').split(',') : []
      if (passwords.has(member)) users.set(`${list} ${words[1]}`, `${member}:${passwords.get(member)}`)
    }
  }
  return users
}
