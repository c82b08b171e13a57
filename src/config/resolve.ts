// From what was written to what every other room reads (config.ts): each concept by the function beside its rows. Only called with
// input that the schema accepted.

import type { Backend, Config } from './config.ts'
import { countedProxies } from './counted-proxies.ts'
import { trackedIn } from './counting-rules.ts'
import { digestOf } from './digest.ts'
import { valuesOf } from './option.ts'
import type { Profile } from './option.ts'
import { resolveAdmin } from './options/admin.ts'
import { resolveAlert } from './options/alert.ts'
import { resolveBackend } from './options/backend.ts'
import { resolveFrontend } from './options/frontend.ts'
import type { Frontend } from './options/frontend.ts'
import { resolveLogTargets } from './options/log-target.ts'
import { resolveResolvers } from './options/resolvers.ts'
import { rootOptions } from './options/root.ts'
import type { LimpetConfig } from './options/root.ts'
import { resolveStickTable } from './options/stick.ts'
import type { StickTableInput } from './options/stick.ts'
import { withOwnTables } from './own-tables.ts'
import { resolveUserlist } from './options/users.ts'
import { resolveAssignment } from './rules/variable-action.ts'

export function resolveConfig(input: LimpetConfig): Config {
  const profile = input.defaults ?? 'limpet'
  const { $schema: _, defaults: __, monitor, ...values } = valuesOf(rootOptions, input, profile)
  const written = values.frontends ?? [{ name: 'main', defaultBackend: input.backends[0]?.name }]
  const { frontends, backends } = withTables(
    {
      frontends: written.map((frontend) => resolveFrontend(frontend, profile)),
      backends: withFollowed(
        values.backends.map((backend) => resolveBackend(backend, profile)),
        values.backends,
      ),
    },
    [...written, ...values.backends],
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
    resolvers: values.resolvers.map((each) => resolveResolvers(each, profile)),
    alerts: values.alerts.map((alert) => resolveAlert(alert, profile)),
    userlists: values.userlists.map(resolveUserlist),
    processVariables: values.processVariables.map((each) => ({ if: null, do: { setVar: resolveAssignment(each) } })),
  }
}

/** Releases of another backend. */
function withFollowed(
  backends: readonly Backend[],
  written: readonly { readonly releases?: object | string | null | undefined }[],
): readonly Backend[] {
  return backends.map((backend, i) => {
    const owner = written[i]!.releases
    if (typeof owner !== 'string') return backend
    return { ...backend, releases: backends.find(({ name }) => name === owner)?.releases ?? null }
  })
}

type Sections = Pick<Config, 'frontends' | 'backends'>

/** What a table keeps depends on the rules of all sections that use it. */
function withTables(
  { frontends, backends }: Sections,
  written: readonly { readonly name: string; readonly stickTable?: StickTableInput | undefined }[],
  profile: Profile,
): Sections {
  // Hardly any configuration has one.
  if (written.every(({ stickTable }) => stickTable === undefined)) return { frontends, backends }
  const all = { frontends: frontends.map(withOwnTables), backends: backends.map(withOwnTables) }
  const rules = backends.flatMap(({ stick }) => stick)
  const tracked = trackedIn(all)
  const withTable = <Section extends Frontend | Backend>(
    section: Section,
    input: StickTableInput | undefined,
  ): Section => {
    if (!input) return section
    const using = rules.filter(({ table }) => table === section.name)
    const counted = tracked.filter(({ table }) => table === section.name).map(({ key }) => key)
    return { ...section, stickTable: resolveStickTable(input, using, profile, counted) }
  }
  return {
    frontends: all.frontends.map((frontend, i) => withTable(frontend, written[i]!.stickTable)),
    backends: all.backends.map((backend, i) => withTable(backend, written[frontends.length + i]!.stickTable)),
  }
}
