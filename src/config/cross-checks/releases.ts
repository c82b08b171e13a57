// Releases: names that lead nowhere, words that two releases share, and servers that would never be asked.

import type { BackendInput } from '../options/backend.ts'
import { EVERY_RELEASE, servesRelease } from '../serves-release.ts'
import { releaseIdOf } from '../options/releases.ts'
import type { ReleasesInput } from '../options/releases.ts'
import { needsResponse, parseSample } from '../rules/samples/sample.ts'
import { list } from '../units.ts'
import { checkCondition } from './conditions.ts'
import { checkSetCookie } from './cookie.ts'
import type { Path, Report } from './report.ts'

export function checkReleases(
  backend: BackendInput,
  backends: readonly BackendInput[],
  path: Path,
  report: Report,
): void {
  const { releases, servers, useRelease = [] } = backend
  useRelease.forEach((rule, j) => {
    if (rule.if) checkCondition(rule.if, [...path, 'useRelease', j, 'if'], report)
  })
  if (!releases) {
    const message = "needs the backend's releases, which list it"
    useRelease.forEach(({ release }, j) => {
      report('error', 'option-needs-option', [...path, 'useRelease', j, 'release'], message, release)
    })
    servers.forEach(({ release }, j) => {
      if (release === undefined) return
      report('error', 'option-needs-option', [...path, 'servers', j, 'release'], message, release)
    })
    return
  }
  const at = [...path, 'releases']
  if (typeof releases === 'string') {
    const followed = followedBy(releases, backend, backends, at, report)
    if (!followed) return
    checkPinName(backend, followed, at, report)
    const names = followed.list.map(nameOf)
    checkServers(backend, names, path, report)
    for (const each of unserved(backend, names)) {
      const message = `no server runs release '${each}': clients of it get another one here. Give a server \`release\``
      report('warning', 'release-without-server', at, message, releases)
    }
    return
  }
  const names = releases.list.map(nameOf)
  checkWords(releases, at, report)
  checkCurrent(releases, names, at, report)
  const { draw = 'client', ids = [], cookie = {} } = releases
  ids.forEach((id, j) => {
    if (releaseIdOf(id)) return
    report('error', 'one-of-options', [...at, 'ids', j], 'needs exactly one of query, header, cookie', id)
  })
  if (draw !== 'client' && draw !== 'source' && needsResponse(parseSample(draw)!)) {
    report('error', 'response-sample', [...at, 'draw'], 'is known in responses only', draw)
  }
  const { name = 'RELEASE' } = cookie
  checkSetCookie({ ...cookie, name }, [...at, 'cookie'], report)
  checkPinName(backend, releases, [...at, 'cookie', 'name'], report)
  checkServers(backend, names, path, report)
  for (const each of unserved(backend, names)) {
    const message = 'no server runs this release: give a server `release`, or remove it here'
    report('warning', 'release-without-server', [...at, 'list', names.indexOf(each)], message, each)
  }
}

/** What the backend of the name has; undefined: it has no releases to follow. */
function followedBy(
  name: string,
  backend: BackendInput,
  backends: readonly BackendInput[],
  at: Path,
  report: Report,
): ReleasesInput | undefined {
  const releases = backends.find((each) => each.name === name)?.releases
  if (typeof releases === 'object') return releases
  const able = backends.filter((each) => typeof each.releases === 'object').map((each) => each.name)
  const message =
    name === backend.name
      ? 'is this backend itself: write { list, current }, or the name of another backend'
      : typeof releases === 'string'
        ? `follows '${releases}' itself: write '${releases}'`
        : 'has no releases of its own'
  const there = able.length > 0 ? `; there are: ${able.join(', ')}` : ''
  report('error', 'unknown-backend', at, `${message}${there}`, name)
  return undefined
}

function checkPinName({ cookie }: BackendInput, releases: ReleasesInput, at: Path, report: Report): void {
  const name = releases.cookie?.name ?? 'RELEASE'
  if (![cookie?.name, ...list(cookie?.formerly)].includes(name)) return
  const message = 'is the name of the cookie that keeps clients on their server: give this one another'
  report('error', 'duplicate-name', at, message, name)
}

function unserved({ servers }: BackendInput, names: readonly string[]): readonly string[] {
  return names.filter((name) => !servers.some(({ release = null }) => servesRelease({ release }, name)))
}

function checkServers(backend: BackendInput, names: readonly string[], path: Path, report: Report): void {
  const { servers, useRelease = [] } = backend
  useRelease.forEach(({ release }, j) => {
    if (names.includes(release)) return
    report('error', 'unknown-release', [...path, 'useRelease', j, 'release'], listed(names), release)
  })
  servers.forEach(({ release, backup }, j) => {
    const place = [...path, 'servers', j]
    if (release === undefined) {
      if (!backup)
        report('error', 'no-release', place, `needs a release, or no request finds it; there are: ${names.join(', ')}`)
    } else if (release !== EVERY_RELEASE && !names.includes(release)) {
      report('error', 'unknown-release', [...place, 'release'], listed(names), release)
    }
  })
}

function checkCurrent({ current }: ReleasesInput, names: readonly string[], at: Path, report: Report): void {
  if (names.length === 0) report('error', 'missing-option', [...at, 'list'], 'needs at least one release')
  else if (current !== undefined && !names.includes(current)) {
    report('error', 'unknown-release', [...at, 'current'], listed(names), current)
  } else if (current === undefined && names.length > 1) {
    const message = `required with more than one release: say which of them new documents come from: ${names.join(', ')}`
    report('error', 'missing-option', [...at, 'current'], message)
  }
}

/** A word of two releases would be an id of either. */
function checkWords({ list: releases }: ReleasesInput, at: Path, report: Report): void {
  const owners = new Map<string, number>()
  releases.forEach((release, j) => {
    const words = [nameOf(release), ...(typeof release === 'string' ? [] : list(release.ids))]
    for (const word of words) {
      const owner = owners.get(word)
      if (owner !== undefined) {
        const first = nameOf(releases[owner]!)
        report('error', 'duplicate-name', [...at, 'list', j], `'${word}' stands for release '${first}' already`, word)
      }
      owners.set(word, owner ?? j)
    }
  })
}

/** What works and may not be what is meant: asked by `limpet check` alone. */
export function adviseReleases(backend: BackendInput, path: Path, report: Report): void {
  const { releases, servers, cookie, stick = [] } = backend
  if (typeof releases !== 'object') return
  const at = [...path, 'releases']
  if (releases.documents === 'current') {
    if (cookie !== undefined || stick.length > 0) {
      const message =
        'a document of another release goes to another server: a session in the memory of the old one is lost. ' +
        "Take 'own' if servers keep sessions in memory"
      report('note', 'session-ends-with-release', [...at, 'documents'], message, 'current')
    }
    if (!releases.ids?.length) {
      const message =
        'with tabs of two releases in one browser, the older one is served by the newer release: ' +
        "add `ids` if the application names its release in requests, or take documents 'own'"
      report('note', 'two-tabs', at, message)
    }
  }
  const sums = new Map(releases.list.map((each) => [nameOf(each), 0]))
  for (const { release, weight = 1, backup } of servers) {
    if (release !== undefined && release !== EVERY_RELEASE && !backup)
      sums.set(release, (sums.get(release) ?? 0) + weight)
  }
  const found = [...sums].filter(([, sum]) => sum > 0)
  if (new Set(found.map(([, sum]) => sum)).size < 2) return
  const message =
    'weights share clients out within a release only, and nothing between releases; the sums are: ' +
    found.map(([name, sum]) => `${name} ${sum}`).join(', ')
  report('note', 'weights-of-releases', [...path, 'servers'], message)
}

function nameOf(release: ReleasesInput['list'][number]): string {
  return typeof release === 'string' ? release : release.name
}

function listed(names: readonly string[]): string {
  return `is not in the list of releases; there are: ${names.join(', ')}`
}
