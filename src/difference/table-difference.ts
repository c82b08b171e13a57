// What becomes of a stick table: whether the other configuration looks where its entries are, and by the same keys.

import type { Lookup, Table } from './side.ts'

/** Whether entries that one rule finds today lie where the other will look, under a key of the same sample. */
export function findsEntries(before: Lookup, after: Lookup): boolean {
  return sampleText(before) === sampleText(after) && emptiedBecause(before.table, after.table) === undefined
}

function sampleText({ rule }: Lookup): string {
  return JSON.stringify(rule.sample)
}

/** Why the other table begins empty; undefined: it has the same entries. */
export function emptiedBecause(before: Table, after: Table): string | undefined {
  const [was, is] = [before.config, after.config]
  if (was.store !== is.store) return `its store was '${was.store}' and is '${is.store}'`
  if (is.store === 'memory') return "a table in memory (store: 'memory') begins empty with each deploy and reload"
  if (before.storedAs !== after.storedAs)
    return `its entries lie under the backend's name '${before.storedAs}': add it in front of \`formerly\``
  if (is.store === 'kv') return undefined
  if (was.jurisdiction !== is.jurisdiction)
    return `its jurisdiction was ${was.jurisdiction ?? 'none'} and is ${is.jurisdiction ?? 'none'}`
  if (was.shards !== is.shards && is.previousShards !== was.shards)
    return `its shards were ${was.shards} and are ${is.shards}: write previousShards: ${was.shards}${is.expireMs === null ? ', which needs an expire' : ''}`
  return undefined
}

/** Why its entries are not found although they are there; undefined: keys are what they were. */
export function rekeyedBecause(before: Table, after: Table): string | undefined {
  const [was, is] = [before.config, after.config]
  if (was.hashKeys !== is.hashKeys) return `hashKeys was ${was.hashKeys} and is ${is.hashKeys}`
  if (KINDS[was.type] !== KINDS[is.type]) return `its type was ${was.type} and is ${is.type}`
  if (was.type === 'ipv6' && is.type === 'ip') return 'its type was ipv6 and is ip, which has no keys of IPv6 clients'
  if (was.lengthBytes === is.lengthBytes || (is.type !== 'string' && is.type !== 'binary')) return undefined
  const shorter = Math.min(was.lengthBytes, is.lengthBytes)
  return `its len was ${was.lengthBytes} and is ${is.lengthBytes}, so that keys of more than ${shorter} bytes are others`
}

/** Types of one kind make the same key of a value. */
const KINDS = { string: 'text', binary: 'text', integer: 'integer', ip: 'address', ipv6: 'address' } as const
