// Samples name maps, backends and lists of users: each must be there.

import { patternProblem } from '../../pattern/compile.ts'
import { isNetwork } from '../network.ts'
import { INT_RANGE } from './conditions.ts'
import { createTableCheck } from './counters.ts'
import type { Path, Report } from './report.ts'
import { namesIn, parseSample } from '../rules/samples/sample.ts'
import { parseTemplate } from '../rules/samples/template.ts'
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
  const maps = new Set(Object.keys(config.maps ?? {}))
  const tables = createTableCheck(config, report)
  const matched = new Set<string>()
  const userlists = new Set((config.userlists ?? []).map(({ name }) => name))
  visit(config.frontends ?? [], ['frontends'])
  visit(config.backends, ['backends'])
  visit(config.processVariables ?? [], ['processVariables'])

  function visit(value: unknown, path: Path): void {
    if (typeof value === 'string') {
      for (const sample of samplesOf(value, path)) check(sample, path, value)
    } else if (Array.isArray(value)) value.forEach((item, i) => visit(item, [...path, i]))
    else if (typeof value === 'object' && value !== null) {
      if (path.at(-1) === 'trackSc' && 'sc' in value) {
        tables.track((value as { readonly table?: string }).table, sectionAt(path), path)
      }
      for (const [key, inner] of Object.entries(value)) if (!isOfCheck([...path, key])) visit(inner, [...path, key])
    }
  }

  /** The name of the frontend or backend that a path leads into. */
  function sectionAt([sections, i]: Path): string {
    return (sections === 'frontends' ? config.frontends?.[i as number] : config.backends[i as number])?.name ?? ''
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
    const missing = (what: 'map' | 'backend' | 'userlist', name: string, known: ReadonlySet<string>) => {
      const there = known.size === 0 ? `there is none` : `there are: ${[...known].join(', ')}`
      report('error', `unknown-${what}`, path, `no such ${what} '${name}'; ${there}`, found)
    }
    tables.sample(sample, sectionAt(path), path, found)
    for (const map of namesIn(sample, 'map')) if (!maps.has(map)) missing('map', map, maps)
    for (const { name, arguments: given } of sample.converters) {
      if (name.startsWith('map_')) checkMap(given[0]!, name)
      else if (name === 'regsub') checkRegsub(given, path)
    }
    for (const backend of namesIn(sample, 'backend')) if (!backends.has(backend)) missing('backend', backend, backends)
    for (const userlist of namesIn(sample, 'userlist')) {
      if (!userlists.has(userlist)) missing('userlist', userlist, userlists)
    }
  }
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
  const isTemplate = TEMPLATES.has(key) || holder === 'headers' || (key === 'value' && holder !== 'hdr')
  return isTemplate ? (parseTemplate(text) ?? []) : []
}

function isSample(part: unknown): part is Sample {
  return typeof part === 'object' && part !== null && 'fetch' in part
}
