// Maps: what an operator's table has for a value. HAProxy: configuration manual 7.3.1 "map".

import type { MatchMethod } from '../../config/rules/match-methods.ts'
import type { Convert, ConverterMaker } from '../tools.ts'
import { toIp, toText } from '../values.ts'
import type { Value } from '../values.ts'

function lookingUp(match: MatchMethod, [map = '', otherwise]: readonly string[]): Convert {
  const keyOf = match === 'ip' ? (value: Value) => toIp(value)?.text : toText
  return (value, _, view) => {
    const key = keyOf(value)
    return (key === undefined ? undefined : view.lookUp(map, match, key)) ?? otherwise
  }
}

export const mapBeg: ConverterMaker = (given) => lookingUp('beg', given)
export const mapDir: ConverterMaker = (given) => lookingUp('dir', given)
export const mapDom: ConverterMaker = (given) => lookingUp('dom', given)
export const mapEnd: ConverterMaker = (given) => lookingUp('end', given)
export const mapIp: ConverterMaker = (given) => lookingUp('ip', given)
export const mapReg: ConverterMaker = (given) => lookingUp('reg', given)
export const mapStr: ConverterMaker = (given) => lookingUp('str', given)
export const mapSub: ConverterMaker = (given) => lookingUp('sub', given)
