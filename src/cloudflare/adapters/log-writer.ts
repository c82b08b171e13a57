// Log lines on their way out: to standard output or error, and under `limpet serve` to syslog, by the process that started
// workerd, which can send datagrams. A line that cannot be handed over is lost; no request waits for it.

import type { Lifetime } from '../../lifetime.ts'
import { LOG_LEVELS } from '../../config/log-level.ts'
import type { LogLevel } from '../../config/log-level.ts'
import type { LogEntry, LogTargets } from '../../config/options/log-target.ts'
import type { Env } from '../env.ts'

/** `lifetime`: of the request that the line is about; without it, the line is sent at once. */
export type WriteLog = (level: LogLevel, text: string, lifetime?: Lifetime) => void

/** Lines of several requests are sent together. */
const COLLECT_MS = 50
/** After this time the request that was to send them is gone. */
const GONE_MS = 1_000
/** Further lines are dropped. */
const MAX_PENDING = 10_000
/** Where `--log` writes, whatever is configured. */
const STDOUT: LogTargets = { stdout: true, stderr: false, syslog: [] }

export function createLogWriter(logTo: LogTargets, env: Env): WriteLog {
  const targets = env.LIMPET_LOG ? STDOUT : logTo
  const relay = targets.syslog.length > 0 ? env.LIMPET_SYSLOG : undefined
  // Only `limpet serve` has a relay; elsewhere lines go to standard output instead of being lost.
  const toStdout = targets.stdout || (!relay && !targets.stderr)
  let pending: LogEntry[] = []
  let collectingSinceMs = 0

  async function send(): Promise<void> {
    const lines = pending
    pending = []
    collectingSinceMs = 0
    if (lines.length > 0) await relay!.fetch('http://syslog/', { method: 'POST', body: JSON.stringify(lines) })
  }

  async function sendSoon(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, COLLECT_MS))
    await send()
  }

  return (level, text, lifetime) => {
    if (toStdout) console.log(text)
    if (targets.stderr) console.error(text)
    if (!relay) return
    if (pending.length < MAX_PENDING) pending.push([LOG_LEVELS.indexOf(level), text])
    if (!lifetime) return void send().catch(() => undefined)
    const nowMs = Date.now()
    if (nowMs - collectingSinceMs < GONE_MS) return
    collectingSinceMs = nowMs
    lifetime.waitUntil(sendSoon().catch(() => undefined))
  }
}
