// How Limpet is set up, how the new release is deployed, and whether a second tab of each browser is opened after it.

import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { Application } from './application.ts'

export interface Case {
  readonly name: string
  readonly documents?: 'own' | 'current'
  /** By the command; otherwise by a reload of the configuration. */
  readonly isPromoted?: boolean
  /** The release of second tabs. */
  readonly second?: string
}

export const CASES: readonly Case[] = [
  { name: 'without `releases`' },
  { name: '`own`', documents: 'own', isPromoted: true },
  { name: '`own`, two tabs', documents: 'own', isPromoted: true, second: 'r1' },
  { name: '`current`', documents: 'current' },
  { name: '`current`, two tabs', documents: 'current', isPromoted: true, second: 'r2' },
]

const IDS = {
  ids: [{ query: 'dpl' }, { header: 'x-deployment-id' }],
  stamp: [{ header: 'x-deployment-id' }],
  nothing: undefined,
}

export function configOf(
  { documents }: Case,
  { says }: Application,
  urls: { readonly r1: string; readonly r2: string },
  current: 'r1' | 'r2',
): LimpetConfig {
  if (documents === undefined) return { backends: [{ name: 'app', servers: [{ name: 's1', url: urls[current] }] }] }
  const ids = documents === 'own' ? undefined : IDS[says]
  return {
    backends: [
      {
        name: 'app',
        releases: { list: ['r1', 'r2'], current, documents, ...(ids ? { ids } : {}) },
        servers: [
          { name: 'a1', release: 'r1', url: urls.r1 },
          { name: 'b1', release: 'r2', url: urls.r2 },
        ],
      },
    ],
  }
}
