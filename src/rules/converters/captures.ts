// Converters that keep what passes in a slot of the frontend's captures. HAProxy: configuration manual 7.3.1 "capture-req".

import type { Direction } from '../capture-slots.ts'
import type { ConverterMaker } from '../tools.ts'
import { toText } from '../values.ts'

export const captureReq: ConverterMaker = ([slot]) => keeping('request', Number(slot))

export const captureRes: ConverterMaker = ([slot]) => keeping('response', Number(slot))

/** Without such a slot nothing is left. */
function keeping(direction: Direction, slot: number): ReturnType<ConverterMaker> {
  return (value, { captures }) => (captures?.write(direction, slot, toText(value)) ? value : undefined)
}
