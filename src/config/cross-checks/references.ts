// Samples, conditions and actions name maps, lists of patterns, backends and lists of users: each must be there.

import { patternProblem } from '../../pattern/compile.ts'
import { isAddressValue, isIntegerValue, isNetworkKey } from '../rules/list-entries.ts'
import { BYTES, INT_RANGE } from './conditions.ts'
import { createTableCheck } from './counters.ts'
import type { Path, Report } from './report.ts'
import type { ConditionInput } from '../rules/condition.ts'
import { ownMatch } from '../rules/samples/own-match.ts'
import { namesIn, originOf, parseSample } from '../rules/samples/sample.ts'
import { parseTemplate } from '../rules/samples/template.ts'
import { fetchRow } from '../rules/samples/fetch-rows.ts'
import type { Sample } from '../rules/samples/sample.ts'
import type { LimpetConfig } from '../options/root.ts'
import { parseIdFormat } from '../options/unique-id.ts'
import { namesOf } from '../server-template.ts'
import { list } from '../units.ts'

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

/** Where an action names a map, or a list. */
const MAP_PLACES = new Set(['setMap map', 'delMap map'])
const LIST_PLACES = new Set(['addAcl list', 'delAcl list'])
/** Actions that have a text under `key`. */
const LIST_ACTIONS = new Set(['setMap', 'delMap', 'addAcl', 'delAcl'])

type Listing = Extract<ConditionInput, { sample: string }>

const expressionProblem = (keepsGroups: boolean, ignoreCase: boolean) => (key: string) => {
  const problem = patternProblem(key, { keepsGroups, ignoreCase })
  return problem && `${problem} (docs/patterns.md)`
}

/** By how a map is looked up. */
const KEY_PROBLEMS: Readonly<Record<string, (key: string) => string | undefined>> = {
  ip: (key) => (isNetworkKey(key) ? undefined : 'must be an address or a network'),
  int: rangeProblem,
  len: rangeProblem,
  bin: (key) => (BYTES.test(key) ? undefined : 'must be bytes, two hexadecimal digits each'),
}

function rangeProblem(key: string): string | undefined {
  return INT_RANGE.test(key) ? undefined : "must be a number, or a range such as '1:10'"
}

const VALUE_PROBLEMS: Readonly<Record<string, (value: string) => string | undefined>> = {
  int: (value) => (isIntegerValue(value) ? undefined : 'must be an integer'),
  ip: (value) => (isAddressValue(value) ? undefined : 'must be an address'),
}

export function checkReferences(config: LimpetConfig, report: Report): void {
  const backends = new Set(config.backends.map(({ name }) => name))
  const frontends = new Set((config.frontends ?? []).map(({ name }) => name))
  const maps = new Set(Object.keys(config.maps ?? {}))
  const lists = new Set([...Object.keys(config.lists ?? {}), ...maps])
  const tables = createTableCheck(config, report)
  const matched = new Set<string>()
  for (const name of Object.keys(config.lists ?? {}))
    if (maps.has(name)) report('error', 'duplicate-name', ['lists', name], `there is a map of this name, too`, name)
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
      checkName(value, path)
      for (const sample of samplesOf(value, path)) check(sample, path, value)
    } else if (Array.isArray(value)) value.forEach((item, i) => visit(item, [...path, i]))
    else if (typeof value === 'object' && value !== null) {
      if ('lists' in value && 'sample' in value) checkLists(value as Listing, path)
      if (path.at(-1) === 'trackSc' && 'sc' in value) {
        tables.track((value as { readonly table?: string }).table, nameOfSection(path) ?? '', path)
      }
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

  /** A map or list that an action names. */
  function checkName(name: string, path: Path): void {
    const place = path.slice(-2).join(' ')
    if (MAP_PLACES.has(place) && !maps.has(name)) missing('map', name, maps, path)
    if (LIST_PLACES.has(place) && !lists.has(name)) missing('list', name, lists, path)
  }

  /** Lists of a condition. */
  function checkLists({ sample, match: written, lists: named, ignoreCase }: Listing, path: Path): void {
    const parsed = parseSample(sample)
    const match = written ?? (parsed && ownMatch(parsed)) ?? 'str'
    list(named).forEach((name, i) => {
      const at = [...path, 'lists', ...(Array.isArray(named) ? [i] : [])]
      if (!lists.has(name)) missing('list', name, lists, at)
      else if (match === 'found' || match === 'bool') {
        report('error', 'options-exclude', at, `match '${match}' compares with nothing`, name)
      } else checkKeys(name, match, ignoreCase === true)
    })
  }

  function missing(
    what: 'map' | 'list' | 'frontend' | 'backend' | 'server' | 'userlist',
    name: string,
    known: ReadonlySet<string>,
    path: Path,
    found = name,
  ): void {
    const there = known.size === 0 ? `there is none` : `there are: ${[...known].join(', ')}`
    const code = what === 'frontend' ? 'unknown-proxy' : (`unknown-${what}` as const)
    report('error', code, path, `no such ${what} '${name}'; ${there}`, found)
  }

  /** What a way of comparing needs of the keys. */
  function checkKeys(name: string, match: string, ignoreCase: boolean): void {
    const id = `${match} ${ignoreCase} ${name}`
    if (matched.has(id)) return
    matched.add(id)
    const isMap = maps.has(name)
    const problemOf = match.startsWith('reg') ? expressionProblem(match === 'regm', ignoreCase) : KEY_PROBLEMS[match]
    const keys = isMap ? Object.keys(config.maps![name]!) : config.lists![name]!
    keys.forEach((key, i) => {
      const problem = problemOf?.(key)
      if (problem === undefined) return
      report('error', 'invalid-pattern', isMap ? ['maps', name] : ['lists', name, i], problem, key)
    })
  }

  /** What a converter needs of a map's keys and values. */
  function checkMap(map: string, converter: string): void {
    const [, match = '', gives = ''] = /^map_([a-z]+?)(?:_(int|ip))?$/.exec(converter) ?? []
    if (!maps.has(map)) return
    checkKeys(map, match, false)
    const valueProblem = VALUE_PROBLEMS[gives]
    if (!valueProblem || matched.has(`${gives} ${map}`)) return
    matched.add(`${gives} ${map}`)
    for (const [key, value] of Object.entries(config.maps![map]!)) {
      const wrong = valueProblem(value)
      if (wrong !== undefined) report('error', 'invalid-value', ['maps', map, key], `${wrong} for ${converter}`, value)
    }
  }

  function checkRegsub([expression = '', , flags = '']: readonly string[], path: Path): void {
    const problem = patternProblem(expression, { ignoreCase: flags.includes('i'), keepsGroups: true })
    if (problem !== undefined) report('error', 'invalid-pattern', path, `${problem} (docs/patterns.md)`, expression)
  }

  function check(sample: Sample, path: Path, found: string): void {
    tables.sample(sample, nameOfSection(path) ?? '', path, found)
    for (const map of namesIn(sample, 'map')) if (!maps.has(map)) missing('map', map, maps, path, found)
    for (const { name, arguments: given } of sample.converters) {
      if (name.startsWith('map_')) checkMap(given[0]!, name)
      else if (name === 'regsub') checkRegsub(given, path)
    }
    for (const backend of namesIn(sample, 'backend'))
      if (!backends.has(backend)) missing('backend', backend, backends, path, found)
    for (const frontend of namesIn(sample, 'frontend')) {
      if (!frontends.has(frontend)) missing('frontend', frontend, frontends, path, found)
    }
    const own = nameOfSection(path)
    for (const server of namesIn(sample, 'server')) {
      const slash = server.lastIndexOf('/')
      const backend = slash === -1 ? own : server.slice(0, slash)
      const servers = config.backends.find(({ name }) => name === backend)?.servers.flatMap(namesOf)
      if (slash === -1 && !servers) needsBackend(sample, path, found)
      else if (!servers) missing('backend', backend!, backends, path, found)
      else if (!servers.includes(server.slice(slash + 1))) missing('server', server, new Set(servers), path, found)
    }
    checkPhase(sample, path, found)
    if (isOfOwnBackend(sample) && !backends.has(own ?? '')) needsBackend(sample, path, found)
    for (const userlist of namesIn(sample, 'userlist')) {
      if (!userlists.has(userlist)) missing('userlist', userlist, userlists, path, found)
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
  if (holder === 'trackSc') return key === 'key' ? [parseSample(text)] : []
  if (holder === 'scSetGpt') return key === 'value' ? [parseSample(text)] : []
  if (key === 'sample' || key === 'setSrc' || (holder === 'stick' && key !== 'table')) return [parseSample(text)]
  if (holder === 'setVar' || holder === 'processVariables') {
    return key === 'value' ? [parseSample(text)] : key === 'text' ? (parseTemplate(text) ?? []) : []
  }
  if (holder === 'uniqueId') {
    const parsed = parseIdFormat(text)
    return 'format' in parsed ? parsed.format : []
  }
  if (key === 'key' && LIST_ACTIONS.has(holder ?? '')) return parseTemplate(text) ?? []
  const isTemplate = TEMPLATES.has(key) || holder === 'headers' || (key === 'value' && holder !== 'hdr')
  return isTemplate ? (parseTemplate(text) ?? []) : []
}

function isSample(part: unknown): part is Sample {
  return typeof part === 'object' && part !== null && 'fetch' in part
}
