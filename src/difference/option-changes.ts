// What else two configurations differ in: rules that came, went or changed, and every other option with its value before and after.
// Compared resolved, so that a default that is written out is no change.

import type { Backend, Config } from '../config/config.ts'
import type { Resolution } from '../config/options/resolution.ts'
import { visibleJson } from '../config/visible.ts'
import { pairServers } from './pairs.ts'
import type { Pair } from './pairs.ts'
import { ruleChanges } from './rule-changes.ts'
import type { RuleChange } from './rule-changes.ts'
import type { Json } from './rule-text.ts'

export interface OptionChange {
  /** By names, such as `app.cookie.maxidle` and `app/s1.weight`; `app/*` is each of its servers. */
  readonly path: string
  /** Undefined: it was not there. Durations as text, `30s`. */
  readonly before: Json | undefined
  readonly after: Json | undefined
}

type Fields = Readonly<Record<string, Json>>

/** Lists whose order counts. */
const RULES = new Set([
  'rules',
  'responseRules',
  'afterResponseRules',
  'stick',
  'persistRules',
  'useServer',
  'useRelease',
])
/** At the top: what is compared by itself, or follows from something else that is said. */
const COMPARED_APART = ['digest', 'frontends', 'backends', 'userlists', 'countedProxies']
/** Of a server: what is said of it elsewhere, or follows from something else that is said. */
const NOT_OF_SERVER = new Set('name formerly origin hostname port tls isIdForced release resolution'.split(' '))

export function optionChanges(before: Config, after: Config, backends: readonly Pair<Backend>[]) {
  const rules: RuleChange[] = []
  const options: OptionChange[] = []
  // Passwords are compared, and not shown.
  const secrets = new Map<string, number>()
  const hide = (secret: unknown) => {
    const text = JSON.stringify(secret)
    if (!secrets.has(text)) secrets.set(text, secrets.size + 1)
    return `(hidden ${secrets.get(text)})`
  }
  const visible = (config: Config) => JSON.parse(visibleJson(config, hide)) as Fields
  const [was, is] = [visible(before), visible(after)]
  const without = (fields: Fields, ...names: readonly string[]) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

  compareFields('', without(was, ...COMPARED_APART), without(is, ...COMPARED_APART))
  compareNamed('frontend ', was['frontends']!, is['frontends']!)
  compareNamed('userlist ', was['userlists']!, is['userlists']!)
  for (const pair of backends) {
    if (!pair.before || !pair.after) continue
    const [a, b] = [named(was['backends']!, pair.before.name), named(is['backends']!, pair.after.name)]
    const { name } = pair.after
    compareFields(`${name}.`, ofBackend(a, b), ofBackend(b, a))
    compareServers(name, pair, a['servers']!, b['servers']!)
  }
  return { rules, options }

  /** A change that all servers share is one change. */
  function compareServers(backend: string, pair: Pair<Backend>, a: Json, b: Json): void {
    const pairs = pairServers(pair.before, pair.after).filter((each) => each.before && each.after)
    const found = pairs.map((each) => {
      const changes: OptionChange[] = []
      const [one, other] = [ofServer(named(a, each.before!.name)), ofServer(named(b, each.after!.name))]
      collect('', one, other, changes)
      return { name: each.after!.name, changes }
    })
    const told = new Set<string>()
    for (const { name, changes } of found)
      for (const change of changes) {
        const text = JSON.stringify(change)
        const isShared =
          found.length > 1 && found.every((each) => each.changes.some((other) => JSON.stringify(other) === text))
        if (isShared && told.has(text)) continue
        told.add(text)
        options.push({ ...change, path: `${backend}/${isShared ? '*' : name}.${change.path}` })
      }
  }

  function compareNamed(kind: string, a: Json, b: Json): void {
    const [first, second] = [a as readonly Fields[], b as readonly Fields[]]
    for (const one of first) {
      const other = second.find(({ name }) => name === one['name'])
      if (other) compareFields(`${kind}${String(one['name'])}.`, one, other)
      else options.push({ path: `${kind}${String(one['name'])}`, before: 'there', after: undefined })
    }
    for (const { name } of second)
      if (!first.some((one) => one['name'] === name))
        options.push({ path: `${kind}${String(name)}`, before: undefined, after: 'there' })
  }

  function compareFields(path: string, a: Fields, b: Fields): void {
    for (const key of keysOf(a, b)) {
      const [one, other] = [a[key], b[key]]
      if (RULES.has(key) && Array.isArray(one) && Array.isArray(other))
        rules.push(...ruleChanges(path + key, one, other))
      else collect(path + key, one, other, options)
    }
  }
}

/** Which releases there are, and which is current, is told apart, if both have some. */
function ofBackend(backend: Fields, other: Fields): Fields {
  const { name, formerly: _, servers: __, releases, ...more } = backend
  if (!isFields(releases)) return { ...more, releases: releases ?? null }
  const { owner, ...own } = releases
  const followed = (owner as Fields)['name']!
  // As it is written. A rename with `formerly` changes nothing.
  if (followed !== name) return { ...more, releases: followed }
  const others = isFields(other['releases']) && (other['releases']['list'] as readonly Fields[])
  if (!others) return { ...more, releases: own }
  const { list, current: _current, ...options } = own
  const shared = (list as readonly Fields[]).filter((each) => others.some((one) => one['name'] === each['name']))
  const ids = Object.fromEntries(shared.map((each) => [each['name'] as string, each['ids']!]))
  return { ...more, releases: { ...options, list: ids } }
}

function ofServer(server: Fields): Fields {
  const isCookieOwn = server['cookie'] === server['name']
  return Object.fromEntries(
    Object.entries({ ...server, ...resolutionOf(server) }).filter(
      ([key]) =>
        !NOT_OF_SERVER.has(key) && (key !== 'id' || server['isIdForced']) && (key !== 'cookie' || !isCookieOwn),
    ),
  )
}

/** As an operator writes it. What it asks for is in the url. */
function resolutionOf(server: Fields): Fields {
  const resolution = server['resolution'] as unknown as Resolution | null
  if (!resolution) return {}
  const { resolvers, prefer, networks, allowsDuplicates, ignoresWeight, initAddr } = resolution
  const opts = [...(allowsDuplicates ? ['allow-dup-ip'] : []), ...(ignoresWeight ? ['ignore-weight'] : [])]
  return {
    resolvers,
    resolvePrefer: prefer,
    ...(networks.length > 0 ? { resolveNet: networks.join(',') } : {}),
    ...(opts.length > 0 ? { resolveOpts: opts.join(',') } : {}),
    initAddr: initAddr.join(','),
  }
}

function named(list: Json, name: string): Fields {
  return (list as readonly Fields[]).find((each) => each['name'] === name)!
}

function collect(path: string, before: Json | undefined, after: Json | undefined, into: OptionChange[]): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  if (isFields(before) && isFields(after)) {
    for (const key of keysOf(before, after))
      collect(path === '' ? key : `${path}.${key}`, before[key], after[key], into)
    return
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && before.some(isFields)) {
    before.forEach((each: Json, i) => collect(`${path}[${i}]`, each, after[i] as Json, into))
    return
  }
  // As an operator writes it: without the unit in the name.
  const unit = /(?<=[a-z])(?:Ms|S)$/.exec(path)?.[0]
  const shown = (value: Json | undefined) => (unit && typeof value === 'number' ? durationText(value, unit) : value)
  into.push({ path: unit ? path.slice(0, -unit.length) : path, before: shown(before), after: shown(after) })
}

function durationText(value: number, unit: string): string {
  const ms = unit === 'Ms' ? value : value * 1000
  for (const [name, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const)
    if (ms !== 0 && ms % size === 0) return `${ms / size}${name}`
  return `${ms}ms`
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keysOf(a: object, b: object): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
}
