// What workerd hands to this process, through Unix sockets in the state directory: mail, and lines for syslog. Each is started for the first
// configuration that needs it.

import type { Config } from '../../config/config.ts'
import { startMailRelay } from './mail-relay.ts'
import { startSyslogRelay } from './syslog-relay.ts'
import type { SyslogRelay } from './syslog-relay.ts'
import type { RunSockets } from './workerd-config.ts'

export interface Relays {
  /** Throws a CliError if a package is missing. */
  follow(config: Config): Promise<void>
}

/** `hasSyslog`: false where `--log` overrides all targets. */
export function createRelays(sockets: Pick<RunSockets, 'mail' | 'syslog'>, hasSyslog: boolean): Relays {
  let hasMail = false
  let syslog: SyslogRelay | undefined
  return {
    async follow({ alerts, logTo }) {
      if (!hasMail && alerts.some(({ mail }) => mail !== null)) {
        await startMailRelay(sockets.mail)
        hasMail = true
      }
      if (!syslog && hasSyslog && logTo.syslog.length > 0) syslog = await startSyslogRelay(sockets.syslog)
      syslog?.use(logTo.syslog)
    },
  }
}
