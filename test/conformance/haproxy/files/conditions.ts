// A request for which a condition holds, made from its words. What no request decides (an address, a variable, a count of servers) asks
// for nothing.

import { readFileSync } from 'node:fs'

import type { Step } from '../scenario.ts'

/** What a request must have; `status` and `answer`: what its response must have. */
export interface Wish {
  readonly method?: string
  readonly host?: string
  readonly path?: string
  readonly query?: string
  readonly cookie?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly status?: number
  readonly answer?: readonly (readonly [string, string])[]
}

export const join = (a: Wish, b: Wish): Wish => ({
  ...a,
  ...b,
  ...(a.headers && b.headers ? { headers: [...a.headers, ...b.headers] } : {}),
})

export interface Known {
  /** The words behind the name of an acl, a line each. */
  readonly acls: ReadonlyMap<string, readonly (readonly string[])[]>
  /** `name:password` by userlist and by `userlist group`. */
  readonly users: ReadonlyMap<string, string>
}

const METHODS = /^METH_([A-Z]+)$/
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/** For `a b || c`: wishes that make it true, one for each value that it names. The first is of all first values. */
export function wishesFor(words: readonly string[], known: Known): readonly Wish[] {
  const alternatives: string[][] = [[]]
  for (const word of words) {
    if (['or', 'OR', '||'].includes(word)) alternatives.push([])
    else alternatives.at(-1)!.push(word)
  }
  return alternatives.flatMap((conjunction) => {
    const terms = termsOf(conjunction, known).map((wishes) => (wishes.length > 0 ? wishes : [{}]))
    const first = terms.reduce((all, [wish = {}]) => join(all, wish), {})
    // One value at a time is another; the rest stay as they are.
    const others = terms.flatMap(([, ...more], i) =>
      more.map((wish) => terms.reduce((all, [one = {}], n) => join(all, n === i ? wish : one), {})),
    )
    return [first, ...others]
  })
}

function termsOf(words: readonly string[], known: Known): readonly (readonly Wish[])[] {
  const terms: (readonly Wish[])[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '{' || word === '!{') {
      const end = words.indexOf('}', i)
      if (word === '{') terms.push(wishesOf(words.slice(i + 1, end)))
      i = end
    } else if (METHODS.test(word)) terms.push([{ method: METHODS.exec(word)![1]! }])
    else if (word.startsWith('!') || word === '!') {
      if (word === '!') i += 1
    } else terms.push((known.acls.get(word) ?? []).flatMap((one) => wishesOf(one)))
  }
  return terms

  function wishesOf([sample = '', ...rest]: readonly string[]): readonly Wish[] {
    return wishesOfTest(sample, rest, known)
  }
}

/** `hdr(host) -i a b` */
function wishesOfTest(sample: string, rest: readonly string[], known: Known): readonly Wish[] {
  const { values, match } = readValues(rest)
  const [, list = ''] = /^http_auth(?:_group)?\(([^)]*)\)/.exec(sample) ?? []
  if (list !== '') {
    const keys = sample.startsWith('http_auth_group') ? values.map((group) => `${list} ${group}`) : [list]
    return keys.flatMap((key) => {
      const account = known.users.get(key)
      return account === undefined ? [] : [{ headers: [['Authorization', `Basic ${btoa(account)}`]] as const }]
    })
  }
  const map = mapIn(sample)
  if (map) return keysOf(map.file).flatMap((key) => wishFor(map.sample, key, map.match) ?? [])
  if (match === 'found') return [wishFor(sample, 'x', 'str') ?? {}]
  return values.flatMap((value) => wishFor(sample, value, match) ?? [])
}

function readValues(words: readonly string[]): { readonly values: readonly string[]; readonly match: string } {
  const values: string[] = []
  let match = 'str'
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '-m') match = words[++i]!
    else if (word === '-f') values.push(...keysOf(words[++i]!))
    else if (!/^-[iMnu-]$/.test(word)) values.push(word)
  }
  return { values, match }
}

/** `path,map_beg(FILE)`: how its keys are compared with which sample. */
export function mapIn(
  text: string,
): { readonly sample: string; readonly match: string; readonly file: string } | undefined {
  const [, sample, match = 'str', file] =
    /(\w[^%[\]]*?),map(?:_([a-z]+?))?(?:_(?:int|ip|str))?\(([^),]+)/.exec(text) ?? []
  return sample === undefined || file === undefined ? undefined : { sample, match: match.replace('regm', 'reg'), file }
}

/** First words of a file's lines. */
export function keysOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0]!)
    .filter((key) => key !== '' && !key.startsWith('#'))
}

/** A request whose sample matches a value; undefined where no request decides. */
export function wishFor(sample: string, value: string, match: string): Wish | undefined {
  const [, fetch = '', argument = ''] = /^([a-zA-Z0-9_.]+)(?:\(([^)]*)\))?/.exec(sample) ?? []
  const [, name, suffix = match] = /^(.*?)_(beg|end|sub|dir|dom|reg|len|cnt|ip)$/.exec(fetch) ?? ['', fetch]
  const text = textFor(value, suffix)
  const [first = ''] = argument.split(',')
  switch (name) {
    case 'path':
    case 'url':
    case 'pathq':
    case 'capture.req.uri':
      return withQuery(pathFor(text, suffix))
    case 'query':
      return { query: text }
    case 'base':
      return ofBase(text)
    case 'hdr':
    case 'req.hdr':
    case 'req.fhdr':
    case 'ssl_fc_sni':
      if (suffix === 'cnt' || suffix === 'len') return undefined
      if (name === 'ssl_fc_sni' || first.toLowerCase() === 'host') return { host: hostFor(text, suffix) }
      return { headers: [[first, text]] }
    case 'cook':
    case 'req.cook':
      return suffix === 'beg' ? { cookie: `${first}1=${text}` } : { cookie: `${first}=${text}` }
    case 'url_param':
    case 'urlp':
      return { query: `${first}=${text}` }
    case 'method':
      return { method: text }
    case 'status':
      return /^\d+$/.test(value) ? { status: Number(value) } : undefined
    case 'res.hdr':
      return { answer: [[first, text]] }
    default:
      return undefined
  }
}

function textFor(value: string, match: string): string {
  return match === 'reg' ? exampleOf(value) : value
}

/** A text that a simple regular expression matches. */
function exampleOf(pattern: string): string {
  let text = pattern.replaceAll(/^\^|\$$/g, '')
  for (let before = ''; before !== text;) {
    before = text
    text = text
      .replaceAll(/\(\?:?/g, '(')
      .replaceAll(/\([^()]*\)[?*]/g, '')
      .replaceAll(/\(([^()|]*)(?:\|[^()]*)?\)\+?/g, '$1')
  }
  return text
    .replaceAll(/\[\^?([a-z0-9])[^\]]*\](?:\{(\d+)\})?[+*?]?/gi, (_, one: string, count = '1') =>
      one.repeat(Number(count)),
    )
    .replaceAll(/\\([./])/g, '$1')
    .replaceAll(/\.[*+]/g, 'x')
}

function pathFor(text: string, match: string): string {
  if (match === 'beg') return text.endsWith('/') ? `${text}item` : text
  if (match === 'end') return text.startsWith('.') ? `/file${text}` : `/index/${text}`
  if (match === 'sub') return `/a${text.startsWith('/') ? '' : '-'}${text}/b`
  if (match === 'dir') return `/${text}/page`
  return text.startsWith('/') ? text : `/${text}`
}

function withQuery(path: string): Wish {
  const at = path.indexOf('?')
  return at === -1 ? { path } : { path: path.slice(0, at), query: path.slice(at + 1) }
}

function hostFor(text: string, match: string): string {
  if (match === 'beg') return `${text.replace(/\.$/, '')}.example.com`
  if (match === 'end' || text.startsWith('.')) return `sub${text.startsWith('.') ? '' : '.'}${text}`
  return text
}

/** `host/path`, or `host#path` as some write it. */
export function ofBase(text: string): Wish {
  const at = text.search(/[#/]/)
  if (at === -1) return { host: text }
  const path = text.slice(at).replace(/^#/, '')
  return { host: hostFor(text.slice(0, at), 'str'), path: path === '' ? '/' : path }
}

export function stepOf(wish: Wish): Step {
  const { method, host, path = '/', query, cookie, headers = [], status, answer = [] } = wish
  const isHandshake = headers.some(
    ([name, value]) => name.toLowerCase() === 'upgrade' && value.toLowerCase() === 'websocket',
  )
  return {
    ...(method === undefined ? {} : { method }),
    path: query === undefined ? path : `${path}?${query}`,
    headers: [['Host', hostOr('www.example.com', host)], ...headers, ...(isHandshake ? HANDSHAKE : [])],
    ...(cookie === undefined ? {} : { cookie }),
    ...(method !== undefined && WITH_BODY.has(method) ? { body: 'a=1' } : {}),
    answer: { ...(status === undefined ? {} : { status }), ...(answer.length === 0 ? {} : { headers: answer }) },
  }
}

/** Without them HAProxy answers 400. */
const HANDSHAKE = [
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
] as const

/** What no client can send as a Host, such as an expression of a map, is not asked for. */
function hostOr(otherwise: string, host: string | undefined): string {
  return host !== undefined && URL.canParse(`http://${host}`) ? host : otherwise
}
