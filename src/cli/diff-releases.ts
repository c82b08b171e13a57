// How a difference of releases reads: which come and go, and what that costs the clients that have a page of them.

import type { ReleaseDifference, ReleasesDifference } from '../difference/release-difference.ts'

export function changesReleases(difference: ReleasesDifference): boolean {
  return releaseLines(difference).length > 0
}

export function releaseLines(difference: ReleasesDifference): readonly string[] {
  const { releases, currentBefore, currentAfter, servers, pinProblem } = difference
  if (currentBefore === null) return ['releases: are new; clients stay on the release of their server']
  if (currentAfter === null) return ['releases: are gone; clients of any release may get any server']
  return [
    ...releases.flatMap((each) => releaseText(each) ?? []).map((text) => `release ${text}`),
    ...(currentBefore === currentAfter ? [] : [`release ${currentText(difference)}`]),
    ...servers.map(({ server, before, after }) => `server ${server} runs ${runText(after)}; it ran ${runText(before)}`),
    ...(pinProblem === null ? [] : [`pins are not read: ${pinProblem}; clients stay on the release of their server`]),
  ]
}

function releaseText({ release, fate, to }: ReleaseDifference): string | undefined {
  switch (fate) {
    case 'stays':
      return undefined
    case 'new':
      return `${release} is new`
    case 'gone':
      return `${release} is gone; its clients: ${to === null ? 'to no release' : `to ${to}, with their next request`}`
    case 'empty':
      return `${release} has no server any more; its clients: ${to === null ? 'refused, or to a backup' : `to ${to}, with their next request`}`
  }
}

function currentText({ releases, currentBefore, currentAfter, documents }: ReleasesDifference): string {
  const isGone = releases.some(({ release, fate }) => release === currentBefore && fate === 'gone')
  const moved =
    documents === 'current'
      ? 'all clients get it with the next page that they open'
      : `new clients get it${isGone ? '' : `; those of ${currentBefore} stay while it is kept and their pin lasts`}`
  return `${currentAfter} is current, in place of ${currentBefore}: ${moved}`
}

function runText(release: string | null): string {
  if (release === null) return 'none'
  return release === '*' ? 'every release' : release
}
