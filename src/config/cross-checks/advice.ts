// What works and is hardly meant: for whoever runs `limpet check`. Neither the Worker nor `limpet serve` asks.

import { leadsTo } from './leads-to.ts'
import { adviseReleases } from './releases.ts'
import type { Path, Report } from './report.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'

export function checkAdvice(config: LimpetConfig, report: Report): void {
  config.backends.forEach((backend, i) => {
    const path = ['backends', i]
    checkOff(backend, path, report)
    checkUse(backend, config, path, report)
    adviseReleases(backend, path, report)
    backend.servers.forEach(({ url }, j) => {
      if (!isPlaceholder(new URL(url).hostname)) return
      const message = 'is a name for examples (RFC 2606): write your own'
      report('warning', 'placeholder-server', [...path, 'servers', j, 'url'], message, url)
    })
  })
}

function checkOff({ servers }: BackendInput, path: Path, report: Report): void {
  if (servers.length === 0 || servers.some(({ state = 'ready', weight }) => state === 'ready' && weight !== 0)) return
  const message = 'no server takes new clients: each is in maint or drain, or has weight 0'
  report('warning', 'servers-off', [...path, 'servers'], message)
}

function checkUse(backend: BackendInput, { frontends, backends }: LimpetConfig, path: Path, report: Report): void {
  const { name } = backend
  if (frontends === undefined || frontends.some((frontend) => leadsTo(frontend, backend))) return
  // By its table, by a server that another tracks, by a sample such as nbsrv(NAME).
  const isNamed = backends.some(
    ({ stick = [], servers }) =>
      stick.some(({ table }) => table === name) || servers.some(({ track }) => track?.startsWith(`${name}/`)),
  )
  const isSampled = textsIn([frontends, backends]).some(
    (text) => text.includes(`(${name})`) || text.includes(`,${name})`),
  )
  const isTracked = tracksIn([frontends, backends]).includes(name)
  if (isNamed || isSampled || isTracked) return
  report(
    'warning',
    'unused-backend',
    [...path, 'name'],
    'no frontend leads to this backend, and nothing else names it',
    name,
  )
}

/** The tables that rules count in. */
function tracksIn(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(tracksIn)
  return 'trackSc' in value ? [...inner, (value.trackSc as { readonly table?: unknown }).table] : inner
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function isPlaceholder(hostname: string): boolean {
  return /(?:^|\.)example\.(?:com|net|org)$/.test(hostname)
}
