// Actions that count in stick tables. HAProxy: configuration manual 4.2 "http-request track-sc0", "sc-inc-gpc", "sc-set-gpt".

import { increase } from '../../counting/general.ts'
import { legacySlot } from '../../counting/legacy-slot.ts'
import { compileSample } from '../samples.ts'
import { trackingOf } from '../tracked.ts'
import type { ActionMaker } from '../tools.ts'
import { lastOf, toInteger, toText } from '../values.ts'

export const trackSc: ActionMaker<'trackSc'> = ({ trackSc: { sc, key, table: name, counts } }, tools) => {
  const find = compileSample(key, tools)
  return (transaction, view) => {
    const tracking = trackingOf(transaction)
    if (tracking.at(sc)) return undefined
    const value = lastOf(find(transaction, view))
    const table = view.table(name)
    const own = value === undefined ? undefined : table?.keyOf(toText(value))
    if (own !== undefined) tracking.track(sc, table!, own, counts, view.response?.status)
    return undefined
  }
}

export const scCountRequest: ActionMaker<'scCountRequest'> = () => {
  return ({ tracking }) => void tracking?.countRequest()
}

export const scIncGpc: ActionMaker<'scIncGpc'> = ({ scIncGpc: { sc, gpc, array } }) => {
  const type = array ? 'gpc' : gpc === 0 ? 'gpc0' : 'gpc1'
  return ({ tracking }) => {
    const tracked = tracking?.at(sc)
    if (!tracked) return undefined
    increase(tracked.table, tracked.entry, type, array ? gpc : 0)
    tracking!.changes += 1
    return undefined
  }
}

export const scSetGpt: ActionMaker<'scSetGpt'> = ({ scSetGpt: { sc, gpt, array, value } }, tools) => {
  const find = typeof value === 'number' ? () => BigInt(value) : compileSample(value, tools)
  return (transaction, view) => {
    const tracked = transaction.tracking?.at(sc)
    const found = tracked && lastOf(find(transaction, view))
    const tag = found === undefined ? undefined : toInteger(found)
    if (!tracked || tag === undefined) return undefined
    const { table, entry } = tracked
    const slot = array ? table.layout.slotOf('gpt', gpt) : legacySlot(table.layout, 'gpt0')
    if (slot !== undefined) table.set(entry, slot, Number(BigInt.asUintN(32, tag)))
    table.touch(entry)
    transaction.tracking!.changes += 1
    return undefined
  }
}
