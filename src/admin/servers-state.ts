// `show servers state`: version 1 of the table that HAProxy reads back at a start (management manual 9.3).

import { withoutBrackets } from '../config/brackets.ts'
import type { Config, Server } from '../config/config.ts'
import { viewedState } from '../health/server-view.ts'
import type { ServerView } from '../health/server-view.ts'
import { isUnresolved } from '../server/configured-state.ts'
import { shownOf } from '../server/states.ts'
import type { AdminState, Shown } from '../server/states.ts'
import { proxiesOf } from '../config/proxies.ts'

const HEADER =
  '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port'

/** The number of each check status; 0: unknown. */
const CHECK_STATUS: Readonly<Record<string, number>> = {
  L4OK: 6,
  L4TOUT: 7,
  L4CON: 8,
  L6OK: 9,
  L6TOUT: 10,
  L6RSP: 11,
  L7TOUT: 12,
  L7RSP: 13,
  L7OK: 15,
  L7OKC: 16,
  L7STS: 17,
}

export function serversState(
  config: Config,
  views: readonly ServerView[],
  nowMs: number,
  only: string | undefined,
): string {
  const lines = proxiesOf(config).flatMap(({ id, name, backend }) =>
    (backend?.servers ?? []).flatMap((server) => {
      const view = views.find((each) => each.backend === name && each.server === server.name)
      if (!view || (only !== undefined && only !== name)) return []
      const isAddress = /^[0-9.]+$|^\[/.test(server.hostname)
      const { resolution } = server
      const { lastCheck } = view
      const result = lastCheck === null ? 0 : lastCheck.code.endsWith('OK') ? 3 : lastCheck.code === 'L7OKC' ? 4 : 2
      const isChecked = server.check !== null
      return [
        id,
        name,
        server.id,
        server.name,
        isAddress && !isUnresolved(server) ? withoutBrackets(server.hostname) : '-',
        OPERATIONAL[shownOf(viewedState(view))],
        adminState(view, server),
        view.weight,
        server.weight,
        Math.max(0, Math.floor((nowMs - view.lastChangeMs) / 1000)),
        lastCheck === null ? 1 : (CHECK_STATUS[lastCheck.code] ?? 0),
        result,
        isChecked ? view.checkHealth : 0,
        // Configured, and enabled.
        isChecked ? 6 : 0,
        // An agent, configured, and enabled.
        server.agent === null ? 0 : view.agent?.isOff ? 18 : 22,
        0,
        server.isIdForced ? 1 : 0,
        resolution ? (resolution.fqdn ?? '-') : isAddress ? '-' : server.hostname,
        isUnresolved(server) && resolution?.isOfRecords ? 0 : server.port,
        resolution?.isOfRecords ? resolution.name : '-',
        server.tls ? 1 : 0,
        server.check?.port ?? 0,
        withoutBrackets(server.check?.addr ?? '-'),
        withoutBrackets(server.agent?.addr ?? '-'),
        server.agent?.port ?? 0,
      ].join(' ')
    }),
  )
  return `${['1', HEADER, ...lines].join('\n')}\n`
}

/** 0 stopped, 1 starting, 2 running, 3 stopping. */
const OPERATIONAL: Readonly<Record<Shown, number>> = { maint: 0, down: 0, up: 2, drain: 2, nolb: 3 }

/**
 * Bits: 1 maint and 8 drain by a command, 4 maint and 16 drain by the configuration, 32 maint without an address, 64 a host that an SRV record
 * has named.
 */
function adminState(view: ServerView, server: Server): number {
  const named = server.resolution?.isOfRecords && server.resolution.fqdn !== null ? 64 : 0
  return named + (isUnresolved(server) ? 32 : setState(view, server.state))
}

function setState({ state, configuredState }: ServerView, configured: AdminState): number {
  const isConfigured = configuredState === null && configured === state
  if (state === 'maint') return isConfigured ? 4 : 1
  if (state === 'drain') return isConfigured ? 16 : 8
  return 0
}
