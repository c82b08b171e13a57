// Samples name maps, backends and lists of users: each must be there.

import { patternProblem } from '../../pattern/compile.ts'
import { isNetwork } from '../network.ts'
import { INT_RANGE } from './conditions.ts'
import type { Path, Report } from './report.ts'
import { namesIn, originOf, parseSample } from '../rules/samples/sample.ts'
import { parseTemplate } from '../rules/samples/template.ts'
import { fetchRow } from '../rules/samples/fetch-rows.ts'
import type { Sample } from '../rules/samples/sample.ts'
import type { LimpetConfig } from '../options/root.ts'
import { parseIdFormat } from '../options/unique-id.ts'

/** Fields of text with samples in it; all else is taken as it is written. */
const TEMPLATES = new Set([
  'scheme',
  'with',
  'location',
  'prefix',
  'setPath',
  'setQuery',
  'setPathq',
  'setUri',
  'setMethod',
  'useBackend',
  'bodyTemplate',
])

const expressionProblem = (keepsGroups: boolean) => (key: string) => {
  const problem = patternProblem(key, { keepsGroups })
  return problem && `${problem} (docs/patterns.md)`
}

/** By how a map is looked up. */
const KEY_PROBLEMS: Readonly<Record<string, (key: string) => string | undefined>> = {
  reg: expressionProblem(false),
  regm: expressionProblem(true),
  ip: (key) => (isNetwork(key) ? undefined : 'must be an address or a network'),
  int: (key) => (INT_RANGE.test(key) ? undefined : "must be a number, or a range such as '1:10'"),
}

const VALUE_PROBLEMS: Readonly<Record<string, (value: string) => string | undefined>> = {
  int: (value) => (/^[+-]?\d{1,19}$/.test(value) ? undefined : 'must be an integer'),
  ip: (value) => (isNetwork(value) && !value.includes('/') ? undefined : 'must be an address'),
}

export function checkReferences(config: LimpetConfig, report: Report): void {
  const backends = new Set(config.backends.map(({ name }) => name))
  const frontends = new Set((config.frontends ?? []).map(({ name }) => name))
  const maps = new Set(Object.keys(config.maps ?? {}))
  const matched = new Set<string>()
  const userlists = new Set((config.userlists ?? []).map(({ name }) => name))
  visit(config.frontends ?? [], ['frontends'])
  visit(config.backends, ['backends'])
  visit(config.processVariables ?? [], ['processVariables'])

  /** What a text or a variable is made of must be known when the rule is read. Conditions are conditions.ts's. */
  function checkPhase(sample: Sample, path: Path, found: string): void {
    if (path[2] !== 'rules' || path[4] !== 'do') return
    const origin = originOf(sample)
    if (origin === 'response') report('error', 'response-sample', path, 'is known in responseRules only', found)
    else if (origin === 'backend' && path[0] === 'frontends' && !backends.has(nameOfSection(path) ?? ''))
      report('error', 'response-sample', path, "is known in a backend's rules and in responseRules only", found)
  }

  /** HAProxy: a frontend has no backend of its own, unless it is a `listen` section's. */
  function needsBackend({ fetch }: Sample, path: Path, found: string): void {
    const there = [...backends].join(', ')
    report('error', 'unknown-backend', path, `'${fetch}' needs the name of a backend here; there are: ${there}`, found)
  }

  function nameOfSection([section, i]: Path): string | undefined {
    const sections = section === 'backends' ? config.backends : section === 'frontends' ? config.frontends : undefined
    return sections?.[Number(i)]?.name
  }

  function visit(value: unknown, path: Path): void {
    if (typeof value === 'string') {
      for (const sample of samplesOf(value, path)) check(sample, path, value)
    } else if (Array.isArray(value)) value.forEach((item, i) => visit(item, [...path, i]))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) if (!isOfCheck([...path, key])) visit(inner, [...path, key])
    }
  }

  /** Checks of a backend or server have headers, too, and nothing in them is a sample. */
  function isOfCheck(path: Path): boolean {
    return (
      path[0] === 'backends' &&
      path.at(-1) === 'check' &&
      (path.length === 3 || (path.length === 5 && path[2] === 'servers'))
    )
  }

  /** What a converter needs of a map's keys and values. */
  function checkMap(map: string, converter: string): void {
    const [, match = '', gives] = /^map_([a-z]+?)(?:_(int|ip))?$/.exec(converter) ?? []
    if (!maps.has(map) || matched.has(`${match} ${gives} ${map}`)) return
    matched.add(`${match} ${gives} ${map}`)
    const keyProblem = KEY_PROBLEMS[match]
    for (const [key, value] of Object.entries(config.maps![map]!)) {
      const problem = keyProblem?.(key)
      if (problem !== undefined) report('error', 'invalid-pattern', ['maps', map], problem, key)
      const wrong = VALUE_PROBLEMS[gives ?? '']?.(value)
      if (wrong !== undefined) report('error', 'invalid-value', ['maps', map, key], `${wrong} for ${converter}`, value)
    }
  }

  function checkRegsub([expression = '', , flags = '']: readonly string[], path: Path): void {
    const problem = patternProblem(expression, { ignoreCase: flags.includes('i'), keepsGroups: true })
    if (problem !== undefined) report('error', 'invalid-pattern', path, `${problem} (docs/patterns.md)`, expression)
  }

  function check(sample: Sample, path: Path, found: string): void {
    const missing = (
      what: 'map' | 'frontend' | 'backend' | 'server' | 'userlist',
      name: string,
      known: ReadonlySet<string>,
    ) => {
      const there = known.size === 0 ? `there is none` : `there are: ${[...known].join(', ')}`
      report(
        'error',
        what === 'frontend' ? 'unknown-proxy' : `unknown-${what}`,
        path,
        `no such ${what} '${name}'; ${there}`,
        found,
      )
    }
    for (const map of namesIn(sample, 'map')) if (!maps.has(map)) missing('map', map, maps)
    for (const { name, arguments: given } of sample.converters) {
      if (name.startsWith('map_')) checkMap(given[0]!, name)
      else if (name === 'regsub') checkRegsub(given, path)
    }
    for (const backend of namesIn(sample, 'backend')) if (!backends.has(backend)) missing('backend', backend, backends)
    for (const frontend of namesIn(sample, 'frontend')) {
      if (!frontends.has(frontend)) missing('frontend', frontend, frontends)
    }
    const own = nameOfSection(path)
    for (const server of namesIn(sample, 'server')) {
      const slash = server.lastIndexOf('/')
      const backend = slash === -1 ? own : server.slice(0, slash)
      const servers = config.backends.find(({ name }) => name === backend)?.servers.map(({ name }) => name)
      if (slash === -1 && !servers) needsBackend(sample, path, found)
      else if (!servers) missing('backend', backend!, backends)
      else if (!servers.includes(server.slice(slash + 1))) missing('server', server, new Set(servers))
    }
    checkPhase(sample, path, found)
    if (isOfOwnBackend(sample) && !backends.has(own ?? '')) needsBackend(sample, path, found)
    for (const userlist of namesIn(sample, 'userlist')) {
      if (!userlists.has(userlist)) missing('userlist', userlist, userlists)
    }
  }
}

/** A backend that may be left out is, so that it is the one where the sample stands. */
function isOfOwnBackend({ fetch, arguments: [name = ''] }: Sample): boolean {
  return name === '' && fetchRow(fetch).takes[0] === 'backend?'
}

function samplesOf(text: string, path: Path): readonly Sample[] {
  const [holder, key = ''] = path.filter((each) => typeof each === 'string').slice(-2)
  return partsOf(text, holder, key).filter(isSample)
}

function partsOf(text: string, holder: string | undefined, key: string): readonly unknown[] {
  if (key === 'sample' || key === 'setSrc' || (holder === 'stick' && key !== 'table')) return [parseSample(text)]
  if (holder === 'setVar' || holder === 'processVariables') {
    return key === 'value' ? [parseSample(text)] : key === 'text' ? (parseTemplate(text) ?? []) : []
  }
  if (holder === 'uniqueId') {
    const parsed = parseIdFormat(text)
    return 'format' in parsed ? parsed.format : []
  }
  const isTemplate = TEMPLATES.has(key) || holder === 'headers' || (key === 'value' && holder !== 'hdr')
  return isTemplate ? (parseTemplate(text) ?? []) : []
}

function isSample(part: unknown): part is Sample {
  return typeof part === 'object' && part !== null && 'fetch' in part
}
