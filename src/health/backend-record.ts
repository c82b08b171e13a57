// Whether a backend has a server for new clients, and how often and how long it had none (management manual 9.1,
// "chkdown", "downtime" of a backend). Pure.

/** One backend's row in the Monitor's storage. */
export interface BackendRecord {
  readonly isDown: boolean
  readonly downs: number
  /** Up to the last change; if it is down now, add the time since then. */
  readonly downtimeMs: number
  /** Unix milliseconds. */
  readonly lastChangeMs: number
}

export interface BackendView extends BackendRecord {
  readonly backend: string
}

export function newBackendRecord(isDown: boolean, nowMs: number): BackendRecord {
  return { isDown, downs: 0, downtimeMs: 0, lastChangeMs: nowMs }
}

/** The same record if nothing has changed. */
export function judgeBackend(record: BackendRecord, isDown: boolean, nowMs: number): BackendRecord {
  if (isDown === record.isDown) return record
  const lastedMs = nowMs - record.lastChangeMs
  return {
    isDown,
    downs: record.downs + (isDown ? 1 : 0),
    downtimeMs: record.downtimeMs + (isDown ? 0 : lastedMs),
    lastChangeMs: nowMs,
  }
}
