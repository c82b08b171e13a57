// The operator's window of one isolate: the API at admin.path, statistics pages, HAProxy's commands on a socket. parts/window.ts imports it
// when somebody looks first; what must be known before is in runtime.ts and app.ts.

import type { LoadJwt } from '../admin/access.ts'
import { createAdmin } from '../admin/admin.ts'
import type { Admin } from '../admin/admin.ts'
import { checkToken } from '../admin/login.ts'
import type { Asker, Checked } from '../admin/login.ts'
import type { Operations } from '../admin/operations.ts'
import { createStatsWindow } from '../admin/stats-window.ts'
import type { StatsWindow } from '../admin/stats-window.ts'
import type { Config } from '../config/config.ts'
import type { StatsConfig } from '../config/options/stats.ts'
import type { Throttle } from '../credentials/throttle.ts'
import { createOperations } from './adapters/operations.ts'
import type { OperationsPorts } from './adapters/operations.ts'
import { converseOn } from './command-conversation.ts'
import type { CommandLine } from './command-conversation.ts'
import type { Env } from './env.ts'

export interface OperatorWindowPorts extends OperationsPorts {
  readonly throttle: Throttle
  readonly loadJwt: LoadJwt
}

export interface OperatorWindow {
  readonly admin: Admin
  pageOf(stats: StatsConfig): StatsWindow
  readonly operations: Operations
  checkToken(token: string, asker: Omit<Asker, 'accountLevel'>): Promise<Checked>
  /** Until the other end closes. */
  converse(line: CommandLine): Promise<void>
}

export function createOperatorWindow(config: Config, env: Env, ports: OperatorWindowPorts): OperatorWindow {
  const { throttle, loadJwt } = ports
  const operations = createOperations(config, env, ports)
  return {
    admin: createAdmin(operations, throttle, loadJwt),
    operations,
    pageOf: (stats) => createStatsWindow(stats, operations, throttle),
    checkToken: (token, asker) => checkToken(token, asker, throttle),
    converse: (line) => converseOn(line, operations),
  }
}
