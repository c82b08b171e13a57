// HAProxy's sample expressions, `req.hdr(x-user),lower`, and texts that hold them, `user %[req.cook(id)]`
// (configuration manual 7.1 and 8.2.6): from text to parts. What they fetch from a request is proxy/samples.ts's business.

/** What can be fetched, and whether it takes an argument. */
const FETCHES: Record<string, 'none' | 'argument'> = {
  src: 'none',
  dst_port: 'none',
  ssl_fc: 'none',
  method: 'none',
  path: 'none',
  pathq: 'none',
  query: 'none',
  always_true: 'none',
  always_false: 'none',
  'req.hdr': 'argument',
  'req.cook': 'argument',
  url_param: 'argument',
  nbsrv: 'argument',
  str: 'argument',
  // In rules for responses only.
  status: 'none',
  'res.hdr': 'argument',
}

const ALIASES: Record<string, string> = {
  hdr: 'req.hdr',
  cook: 'req.cook',
  cookie: 'req.cook',
  urlp: 'url_param',
  'capture.req.method': 'method',
}

const CONVERTERS = ['lower', 'upper'] as const

/** Fetches that need a response. */
export function needsResponse({ fetch }: Sample): boolean {
  return fetch === 'status' || fetch === 'res.hdr'
}

export interface Sample {
  readonly fetch: string
  /** '' when the fetch takes none. */
  readonly argument: string
  readonly converters: readonly (typeof CONVERTERS)[number][]
}

/** Literal text and samples in turn. */
export type Template = readonly (string | Sample)[]

/** Log-format variables that have a sample of the same meaning. */
const VARIABLES: Record<string, Sample> = {
  ci: { fetch: 'src', argument: '', converters: [] },
  fp: { fetch: 'dst_port', argument: '', converters: [] },
  HM: { fetch: 'method', argument: '', converters: [] },
  HP: { fetch: 'path', argument: '', converters: [] },
  HQ: { fetch: 'query', argument: '', converters: [] },
  HU: { fetch: 'pathq', argument: '', converters: [] },
}

export const SAMPLE_TEXT = `one of ${Object.entries(FETCHES)
  .map(([name, takes]) => (takes === 'none' ? name : `${name}(...)`))
  .join(', ')}, then perhaps ${CONVERTERS.map((name) => `,${name}`).join(' or ')}`

/** Undefined for anything that is not known. */
export function parseSample(text: string): Sample | undefined {
  const match = /^([a-z_.]+)(?:\(([^()]*)\))?((?:,[a-z_]+)*)$/.exec(text)
  if (!match) return undefined
  const fetch = own(ALIASES, match[1]!) ?? match[1]!
  const takes = own(FETCHES, fetch)
  const argument = match[2] ?? ''
  if (takes === undefined || (takes === 'argument') !== (argument !== '')) return undefined
  const converters = match[3]!.split(',').slice(1)
  if (!converters.every((name) => (CONVERTERS as readonly string[]).includes(name))) return undefined
  return { fetch, argument, converters: converters as Sample['converters'] }
}

/** Undefined when a `%` begins nothing that is known; `%%` is a percent sign. */
export function parseTemplate(text: string): Template | undefined {
  const parts: (string | Sample)[] = []
  let rest = text
  while (rest !== '') {
    const [, literal, token] = /^([^%]*)(%(?:%|\[[^\]]*\]|[A-Za-z]+))?/.exec(rest)!
    if (literal === '' && token === undefined) return undefined
    if (literal !== '') parts.push(literal!)
    if (token !== undefined) {
      const part =
        token === '%%' ? '%' : token[1] === '[' ? parseSample(token.slice(2, -1)) : own(VARIABLES, token.slice(1))
      if (part === undefined) return undefined
      parts.push(part)
    }
    rest = rest.slice(literal!.length + (token?.length ?? 0))
  }
  return parts
}

/** Not what objects inherit: `constructor` is no fetch. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
