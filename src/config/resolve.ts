// From what was written (schema.ts) to what every other room reads (config.ts): shorthand expanded,
// units converted, defaults filled in from the one table. Only called with input that the schema accepted.

import { resolveAlert } from './options/alert.ts'
import type { Backend, Config, User } from './config.ts'
import { defaultOf } from './defaults.ts'
import type { Profile } from './defaults.ts'
import { digestOf } from './digest.ts'
import { resolveLogTargets } from './options/log-target.ts'
import { resolveBackend } from './resolve-backend.ts'
import { resolveFrontend } from './options/frontend.ts'
import type { FrontendInput, LimpetConfig, UserInput } from './schema.ts'
import { resolveStickTable } from './options/stick.ts'
import { list, ms } from './units.ts'

export function resolveConfig(input: LimpetConfig): Config {
  const profile = input.defaults ?? 'limpet'
  const frontends = input.frontends ?? [{ name: 'main', defaultBackend: input.backends[0]?.name }]
  return {
    digest: digestOf(input),
    profile,
    admin: {
      path: input.admin?.path ?? '/.limpet',
      access: input.admin?.access
        ? { team: new URL(input.admin.access.team).origin, audience: input.admin.access.audience }
        : null,
    },
    log: input.log ?? 'json',
    logTo: resolveLogTargets(input.logTo),
    logSampling: input.logSampling ?? 1,
    counters: input.counters ?? true,
    countBytes: input.countBytes ?? false,
    countSockets: input.countSockets ?? false,
    snapshotRefreshMs: input.snapshotRefresh === undefined ? null : ms(input.snapshotRefresh),
    snapshotWaitMs: input.snapshotWait === undefined ? defaultOf(profile, 'snapshotWaitMs') : ms(input.snapshotWait),
    monitorNear: input.monitor?.near ?? null,
    spreadChecks: input.spreadChecks ?? defaultOf(profile, 'spreadChecks'),
    maxPassages: (input.maxPassages ?? defaultOf(profile, 'maxPassages')) || null,
    frontends: frontends.map((frontend) => resolveFrontend(frontend as FrontendInput, profile)),
    backends: withTables(
      input.backends.map((backend) => resolveBackend(backend, profile)),
      input,
      profile,
    ),
    alerts: (input.alerts ?? []).map(resolveAlert),
    maps: input.maps ?? {},
    userlists: (input.userlists ?? []).map(({ name, users }) => ({ name, users: users.map(resolveUser) })),
  }
}

/** What a table keeps depends on the rules of all backends that use it. */
function withTables(backends: readonly Backend[], input: LimpetConfig, profile: Profile): readonly Backend[] {
  const rules = backends.flatMap(({ stick }) => stick)
  return backends.map((backend, i) => {
    const written = input.backends[i]!.stickTable
    const using = rules.filter(({ table }) => table === backend.name)
    return written ? { ...backend, stickTable: resolveStickTable(written, using, profile) } : backend
  })
}

function resolveUser({ name, password, insecurePassword = '', groups }: UserInput): User {
  return { name, password: password ?? insecurePassword, isHashed: password !== undefined, groups: list(groups) }
}
