// What a running balancer says of releases: what `show releases json` has, as the routing takes it.

import type { Config } from '../../config/config.ts'
import { namesOf } from '../../config/names.ts'
import type { Facts } from '../../explain/facts.ts'
import { isLeftState } from '../../health/release-states.ts'
import type { LeftState } from '../../health/release-states.ts'
import { CliError } from '../cli-error.ts'
import type { SentRelease } from '../release.ts'
import { askCommand } from '../remote.ts'
import type { RemoteOptions } from '../remote.ts'

type SetByBackend = NonNullable<Facts['releases']>
type Row = Pick<SentRelease, 'backend' | 'release' | 'state' | 'share'>

export interface RunningReleases {
  /** By backend. */
  readonly states: SetByBackend
  /** How its releases differ from those of the file. */
  readonly differences: readonly string[]
  /** Why they are not known; undefined: they are. */
  readonly problem: string | undefined
}

const NONE: RunningReleases = { states: {}, differences: [], problem: undefined }

/** A configuration without releases asks for none. */
export async function askReleases(config: Config, remote: RemoteOptions): Promise<RunningReleases> {
  if (config.backends.every(({ releases }) => !releases)) return NONE
  const { text, hasFailed } = await askCommand('show releases json', remote)
  if (!hasFailed) return releasesOf(config, rowsOf(text, remote))
  // A balancer whose configuration has no releases does not know the command.
  const isUnknown = text.startsWith('Unknown command')
  return { ...NONE, problem: isUnknown ? 'it has none' : text.trim().replace(/\.$/, '') }
}

function rowsOf(text: string, { url }: RemoteOptions): readonly Row[] {
  try {
    const rows: unknown = JSON.parse(text)
    if (Array.isArray(rows)) return rows as readonly Row[]
  } catch {
    // Said below.
  }
  throw new CliError(`${new URL(url).origin}: show releases json: its answer is not a list of releases`)
}

export function releasesOf({ backends }: Config, rows: readonly Row[]): RunningReleases {
  const states: Record<string, SetByBackend[string]> = {}
  for (const [backend, own] of Map.groupBy(rows, (row) => row.backend)) {
    const current = own.find(({ state }) => state === 'current')
    if (!current) continue
    const canary = own.find(({ state }) => state === 'canary')
    const left = own.filter((row): row is Row & { readonly state: LeftState } => isLeftState(row.state))
    states[backend] = {
      current: current.release,
      canary: canary ? { name: canary.release, share: canary.share ?? 0 } : null,
      states: Object.fromEntries(left.map(({ release, state }) => [release, state])),
    }
  }
  const owners = backends.filter(({ name, releases }) => releases?.owner.name === name)
  // By the name in the file, whatever the balancer calls the backend.
  const there = rows.map(({ backend, release }) => {
    return `${owners.find((each) => namesOf(each).includes(backend))?.name ?? backend}/${release}`
  })
  const here = owners.flatMap(({ name, releases }) => releases!.list.map((each) => `${name}/${each.name}`))
  const [missing, others] = [here.filter((key) => !there.includes(key)), there.filter((key) => !here.includes(key))]
  return {
    states,
    differences: [
      ...(missing.length > 0 ? [`it does not have ${missing.join(', ')}`] : []),
      ...(others.length > 0 ? [`it has ${others.join(', ')}, too`] : []),
    ],
    problem: undefined,
  }
}
