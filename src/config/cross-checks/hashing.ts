// What is written about hashes, and does nothing with the way keys find their servers.

import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'
import type { Path, Report } from './report.ts'

export function checkHashing(backend: BackendInput, config: LimpetConfig, path: Path, report: Report): void {
  const { hashType = config.defaults === 'haproxy' ? 'map-based' : 'rendezvous', balance = 'roundrobin' } = backend
  for (const key of ['hashFunction', 'hashAvalanche'] as const) {
    if (backend[key] === undefined || hashType !== 'rendezvous') continue
    const message = "has no effect with hashType 'rendezvous', which has a hash function of its own"
    report('warning', 'unused-hash-option', [...path, key], message, backend[key])
  }
  if (backend.hashBalanceFactor === undefined) return
  const isRandom = balance.startsWith('random')
  const isHashed = /^(?:source|uri|url_param|hdr|hash)\b/.test(balance)
  if (isRandom || (isHashed && hashType !== 'map-based')) return
  const message = isHashed
    ? "has no effect with hashType 'map-based', which knows no next server for a key"
    : `has no effect with balance '${balance}', which hashes nothing`
  report('warning', 'unused-hash-option', [...path, 'hashBalanceFactor'], message, backend.hashBalanceFactor)
}
