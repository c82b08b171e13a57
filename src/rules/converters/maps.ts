// Maps: what an operator's table has for a value, as a text, an integer or an address. HAProxy: configuration manual 7.3.1 "map".

import type { MapMatch } from '../../config/rules/match-methods.ts'
import type { SampleType } from '../../config/rules/samples/sample-type.ts'
import type { Convert, ConverterMaker } from '../tools.ts'
import { cast, toInteger, toIp, toText } from '../values.ts'
import type { Value } from '../values.ts'

/** What each way of looking up takes. */
const KEYS: Readonly<Partial<Record<MapMatch, (value: Value) => string | undefined>>> = {
  ip: (value) => toIp(value)?.text,
  int: (value) => toInteger(value)?.toString(),
}

function lookingUp(match: MapMatch, gives: SampleType, [map = '', otherwise]: readonly string[]): Convert {
  const keyOf = KEYS[match] ?? toText
  return (value, _, view) => {
    const key = keyOf(value)
    const found = (key === undefined ? undefined : view.lists!.lookUp(map, match, key)) ?? otherwise
    return found === undefined || gives === 'str' ? found : cast(found, gives)
  }
}

export const mapBeg: ConverterMaker = (given) => lookingUp('beg', 'str', given)

export const mapBegInt: ConverterMaker = (given) => lookingUp('beg', 'sint', given)

export const mapBegIp: ConverterMaker = (given) => lookingUp('beg', 'ip', given)

export const mapDir: ConverterMaker = (given) => lookingUp('dir', 'str', given)

export const mapDirInt: ConverterMaker = (given) => lookingUp('dir', 'sint', given)

export const mapDirIp: ConverterMaker = (given) => lookingUp('dir', 'ip', given)

export const mapDom: ConverterMaker = (given) => lookingUp('dom', 'str', given)

export const mapDomInt: ConverterMaker = (given) => lookingUp('dom', 'sint', given)

export const mapDomIp: ConverterMaker = (given) => lookingUp('dom', 'ip', given)

export const mapEnd: ConverterMaker = (given) => lookingUp('end', 'str', given)

export const mapEndInt: ConverterMaker = (given) => lookingUp('end', 'sint', given)

export const mapEndIp: ConverterMaker = (given) => lookingUp('end', 'ip', given)

export const mapInt: ConverterMaker = (given) => lookingUp('int', 'str', given)

export const mapIntInt: ConverterMaker = (given) => lookingUp('int', 'sint', given)

export const mapIntIp: ConverterMaker = (given) => lookingUp('int', 'ip', given)

export const mapIp: ConverterMaker = (given) => lookingUp('ip', 'str', given)

export const mapIpInt: ConverterMaker = (given) => lookingUp('ip', 'sint', given)

export const mapIpIp: ConverterMaker = (given) => lookingUp('ip', 'ip', given)

export const mapReg: ConverterMaker = (given) => lookingUp('reg', 'str', given)

export const mapRegInt: ConverterMaker = (given) => lookingUp('reg', 'sint', given)

export const mapRegIp: ConverterMaker = (given) => lookingUp('reg', 'ip', given)

export const mapStr: ConverterMaker = (given) => lookingUp('str', 'str', given)

export const mapStrInt: ConverterMaker = (given) => lookingUp('str', 'sint', given)

export const mapStrIp: ConverterMaker = (given) => lookingUp('str', 'ip', given)

export const mapSub: ConverterMaker = (given) => lookingUp('sub', 'str', given)

export const mapSubInt: ConverterMaker = (given) => lookingUp('sub', 'sint', given)

export const mapSubIp: ConverterMaker = (given) => lookingUp('sub', 'ip', given)

/** With the groups of the match in what the map has: `\\1`. */
export const mapRegm: ConverterMaker = (given) => lookingUp('regm', 'str', given)
