// What Cloudflare bills of an object's storage.

import { vi } from 'vitest'

export interface Paid {
  /** Each is a row written. */
  alarms: number
  rowsWritten: number
}

/** Counts what every object of this process writes from now on, until mocks are restored. */
export function countPaid(storage: DurableObjectStorage): Paid {
  const paid: Paid = { alarms: 0, rowsWritten: 0 }
  const storagePrototype = Object.getPrototypeOf(storage) as DurableObjectStorage
  const { setAlarm } = storagePrototype
  vi.spyOn(storagePrototype, 'setAlarm').mockImplementation(function (this: DurableObjectStorage, at) {
    paid.alarms += 1
    return setAlarm.call(this, at)
  })
  const sqlPrototype = Object.getPrototypeOf(storage.sql) as SqlStorage
  const { exec } = sqlPrototype
  vi.spyOn(sqlPrototype, 'exec').mockImplementation(function (this: SqlStorage, ...statement) {
    const cursor = exec.apply(this, statement)
    paid.rowsWritten += cursor.rowsWritten
    return cursor as never
  })
  return paid
}
