// Maps: what an operator's table has for a value. HAProxy: configuration manual 7.3.1 "map".

import type { MatchMethod } from '../../config/rules/match-methods.ts'
import type { ConverterMaker } from '../tools.ts'
import { toIp, toText } from '../values.ts'
import type { Value } from '../values.ts'

function lookingUp(match: MatchMethod): ConverterMaker {
  const keyOf = match === 'ip' ? (value: Value) => toIp(value)?.text : toText
  return ([map = '', otherwise]) =>
    (value, _, view) => {
      const key = keyOf(value)
      return (key === undefined ? undefined : view.lookUp(map, match, key)) ?? otherwise
    }
}

export const mapBeg = lookingUp('beg')
export const mapDir = lookingUp('dir')
export const mapDom = lookingUp('dom')
export const mapEnd = lookingUp('end')
export const mapIp = lookingUp('ip')
export const mapReg = lookingUp('reg')
export const mapStr = lookingUp('str')
export const mapSub = lookingUp('sub')
