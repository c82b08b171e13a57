// How a value is compared if nobody says how: by its type (configuration manual 7.1).

import type { MatchMethod } from '../match-methods.ts'
import { typeOf } from './sample.ts'
import type { Sample } from './sample.ts'
import type { SampleType } from './sample-type.ts'

const BY_TYPE: Readonly<Record<SampleType, MatchMethod | undefined>> = {
  bool: 'bool',
  sint: 'int',
  ip: 'ip',
  // Compared as text.
  str: undefined,
  meth: undefined,
  bin: undefined,
  any: undefined,
}

export function ownMatch(sample: Sample): MatchMethod | undefined {
  return BY_TYPE[typeOf(sample)]
}
