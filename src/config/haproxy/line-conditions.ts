// `.if`, `.elif`, `.else`, `.endif` (configuration manual 2.4): which lines of a file there are. Version 2.6 is asked for.

export type Holds = { readonly holds: boolean } | { readonly problem: string }

/** Each `(` and `!` of them is a call. */
const LONGEST = 1024

/** The version whose language is read. */
const VERSION = [2, 6]

/** `defined(NAME)`, `streq(a,b)`, `version_atleast(2.4)`, numbers, `!`, `&&`, `||`, parentheses. */
export function conditionOf(text: string, env: Readonly<Record<string, string>>): Holds {
  if (text.length > LONGEST) return { problem: `a condition has at most ${LONGEST} characters` }
  let at = 0
  let problem: string | undefined
  const skipBlanks = () => void (at += /^\s*/.exec(text.slice(at))![0].length)
  const takes = (word: string) => {
    skipBlanks()
    if (!text.startsWith(word, at)) return false
    at += word.length
    return true
  }
  const fail = (what: string) => {
    problem ??= what
    at = text.length
    return false
  }
  const anyOf = (): boolean => {
    let holds = allOf()
    while (takes('||')) holds = allOf() || holds
    return holds
  }
  const allOf = (): boolean => {
    let holds = term()
    while (takes('&&')) holds = term() && holds
    return holds
  }
  const term = (): boolean => {
    if (takes('!')) return !term()
    if (takes('(')) {
      const holds = anyOf()
      return takes(')') ? holds : fail("'(' is never closed")
    }
    skipBlanks()
    const rest = text.slice(at)
    const [call, name = '', list = ''] = /^([a-z_]+)\(([^()]*)\)/.exec(rest) ?? []
    const [literal = ''] = call === undefined ? (/^-?\d+(?![\w(])/.exec(rest) ?? []) : []
    at += (call ?? literal).length
    if (literal !== '') return Number(literal) !== 0
    if (call === undefined) return fail(`'${rest}' is no condition: ${ALLOWED}`)
    const [first = '', second = '', ...more] = list.split(',')
    const known = Object.hasOwn(PREDICATES, name) ? PREDICATES[name]! : undefined
    if (!known || first === '' || more.length > 0) return fail(`'${call}' is no condition here: ${ALLOWED}`)
    if (VERSIONS.has(name) && !/^\d+\.\d+\.\d+[a-z]?$/.test(first)) return fail(`'${first}' is no version`)
    return known(first, second, env)
  }
  skipBlanks()
  if (at === text.length) return { holds: false }
  const holds = anyOf()
  skipBlanks()
  if (problem === undefined && at < text.length) problem = `'${text.slice(at)}' stands behind a condition`
  return problem === undefined ? { holds } : { problem }
}

const ALLOWED =
  'there are defined(NAME), feature(NAME), streq(A,B), strneq(A,B), version_atleast(V), version_before(V), openssl_version_atleast(V), openssl_version_before(V), ssllib_name_startswith(NAME), 0 and 1'

/** What a HAProxy is built with that has a counterpart here. Any other is not there: Lua, devices, the Prometheus service, QUIC. */
const FEATURES = new Set([
  'OPENSSL',
  'PCRE2',
  'PCRE2_JIT',
  'POLL',
  'GETADDRINFO',
  'THREAD',
  'RT',
  'CRYPT_H',
  'LIBCRYPT',
])

/** Of the library that Debian builds HAProxy 2.6 with, as is asked for with TLS in mind. */
const OPENSSL = [3, 0, 0]

const PREDICATES: Readonly<
  Record<string, (first: string, second: string, env: Readonly<Record<string, string>>) => boolean>
> = {
  defined: (name, _, env) => Object.hasOwn(env, name),
  streq: (first, second) => first === second,
  strneq: (first, second) => first !== second,
  feature: (name) => FEATURES.has(name),
  version_atleast: (version) => order(version, VERSION) <= 0,
  version_before: (version) => order(version, VERSION) > 0,
  openssl_version_atleast: (version) => order(version, OPENSSL) <= 0,
  openssl_version_before: (version) => order(version, OPENSSL) > 0,
  ssllib_name_startswith: (name) => 'OpenSSL'.startsWith(name),
}

/** Which of them take what they are given, however it is written. */
const VERSIONS = new Set(['openssl_version_atleast', 'openssl_version_before'])

/** How a version compares to ours, as far as it is written. */
function order(version: string, ours: readonly number[]): number {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  const differing = ours.findIndex((part, i) => (parts[i] ?? 0) !== part)
  return differing === -1 ? 0 : (parts[differing] ?? 0) - ours[differing]!
}

interface Branch {
  /** Lines here are read. */
  readonly isRead: boolean
  /** An earlier branch was, or the block stands in one that is not. */
  readonly isOver: boolean
  readonly isLast: boolean
}

export type Directive = { readonly isRead: boolean } | { readonly problem: string } | undefined

/** One for each file: HAProxy refuses a block that is open at its end. */
export function newConditions() {
  const open: Branch[] = []
  const isRead = () => open.at(-1)?.isRead ?? true
  return {
    isRead,
    isOpen: () => open.length > 0,
    /** What becomes of a line that begins so; undefined: it is no line of these. */
    take([word = '', ...rest]: readonly string[], env: Readonly<Record<string, string>>): Directive {
      const around = open.at(-1)
      if (word === '.if') {
        const found: Holds = isRead() ? conditionOf(rest.join(' '), env) : { holds: false }
        const holds = 'holds' in found && found.holds
        open.push({ isRead: holds, isOver: !isRead() || holds, isLast: false })
        return 'problem' in found ? found : { isRead: true }
      }
      if (word !== '.elif' && word !== '.else' && word !== '.endif') return undefined
      if (!around) return { problem: `${word} stands without .if` }
      open.pop()
      if (word === '.endif') return { isRead: true }
      if (around.isLast) return { problem: `${word} stands behind .else` }
      const found: Holds = word === '.else' ? { holds: true } : conditionOf(rest.join(' '), env)
      const holds = !around.isOver && 'holds' in found && found.holds
      open.push({ isRead: holds, isOver: around.isOver || holds, isLast: word === '.else' })
      return 'problem' in found && !around.isOver ? found : { isRead: true }
    },
  }
}
