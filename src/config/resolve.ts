// From what was written to what every other room reads (config.ts): each concept by the function beside its rows. Only called with
// input that the schema accepted.

import type { Backend, Config } from './config.ts'
import { countedProxies } from './counted-proxies.ts'
import { digestOf } from './digest.ts'
import { valuesOf } from './option.ts'
import type { Profile } from './option.ts'
import { resolveAdmin } from './options/admin.ts'
import { resolveAlert } from './options/alert.ts'
import { resolveBackend } from './options/backend.ts'
import { resolveFrontend } from './options/frontend.ts'
import { resolveLogTargets } from './options/log-target.ts'
import { rootOptions } from './options/root.ts'
import type { LimpetConfig } from './options/root.ts'
import { resolveStickTable } from './options/stick.ts'
import { resolveUserlist } from './options/users.ts'
import { resolveAssignment } from './rules/variable-action.ts'

export function resolveConfig(input: LimpetConfig): Config {
  const profile = input.defaults ?? 'limpet'
  const { $schema: _, defaults: __, monitor, ...values } = valuesOf(rootOptions, input, profile)
  const written = values.frontends ?? [{ name: 'main', defaultBackend: input.backends[0]?.name }]
  const frontends = written.map((frontend) => resolveFrontend(frontend, profile))
  const backends = withTables(
    values.backends.map((backend) => resolveBackend(backend, profile)),
    input,
    profile,
  )
  return {
    ...values,
    digest: digestOf(input),
    profile,
    admin: resolveAdmin(values.admin, profile),
    logTo: resolveLogTargets(values.logTo, profile),
    snapshotRefreshMs: values.snapshotRefreshMs ?? null,
    monitorNear: monitor.near ?? null,
    maxPassages: values.maxPassages || null,
    frontends,
    backends,
    countedProxies: countedProxies([...frontends, ...backends]),
    alerts: values.alerts.map((alert) => resolveAlert(alert, profile)),
    userlists: values.userlists.map(resolveUserlist),
    processVariables: values.processVariables.map((each) => ({ if: null, do: { setVar: resolveAssignment(each) } })),
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
