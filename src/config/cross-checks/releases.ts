// Releases: names that lead nowhere, words that two releases share, and servers that would never be asked.

import type { BackendInput } from '../options/backend.ts'
import { releaseIdOf } from '../options/releases.ts'
import type { ReleasesInput } from '../options/releases.ts'
import { needsResponse, parseSample } from '../rules/samples/sample.ts'
import { list } from '../units.ts'
import { checkSetCookie } from './cookie.ts'
import type { Path, Report } from './report.ts'

export function checkReleases(backend: BackendInput, path: Path, report: Report): void {
  const { releases, servers } = backend
  if (!releases) {
    servers.forEach(({ release }, j) => {
      if (release === undefined) return
      const message = "needs the backend's releases, which list it"
      report('error', 'option-needs-option', [...path, 'servers', j, 'release'], message, release)
    })
    return
  }
  const at = [...path, 'releases']
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
  const taken = [backend.cookie?.name, ...list(backend.cookie?.formerly)]
  if (taken.includes(name)) {
    const message = 'is the name of the cookie that keeps clients on their server: give this one another'
    report('error', 'duplicate-name', [...at, 'cookie', 'name'], message, name)
  }
  servers.forEach(({ release, backup }, j) => {
    const place = [...path, 'servers', j]
    if (release === undefined) {
      if (!backup)
        report('error', 'no-release', place, `needs a release, or no request finds it; there are: ${names.join(', ')}`)
    } else if (!names.includes(release)) {
      report('error', 'unknown-release', [...place, 'release'], listed(names), release)
    }
  })
  names.forEach((each, j) => {
    if (servers.some(({ release }) => release === each)) return
    const message = 'no server runs this release: give a server `release`, or remove it here'
    report('warning', 'release-without-server', [...at, 'list', j], message, each)
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
  if (!releases) return
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
    if (release !== undefined && !backup) sums.set(release, (sums.get(release) ?? 0) + weight)
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
