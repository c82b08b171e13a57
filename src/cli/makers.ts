// What many objects of one kind have in common is written once: a function makes them of what is different. 200 servers are 200 short lines,
// and V8 reads a quarter of the text before the isolate's first answer.

import { partsOf } from './literal.ts'
import type { Call } from './literal.ts'

/** `field`: where it stands, or the list that it stands in. */
export type Visit = (object: object, field: string) => void

export interface Maker {
  readonly name: string
  readonly parameters: readonly string[]
  /** What it returns. */
  readonly template: object
}

export interface Makers {
  readonly makers: readonly Maker[]
  /** What makes this object; undefined: it is written out. */
  callOf(object: object): Call | undefined
  /** A parameter that stands in a template. */
  parameterOf(object: object): string | undefined
}

/** For fewer, reading the function and compiling it costs as much as it saves. */
const LEAST_OBJECTS = 8
/** Shorter ones are hardly longer than a call. */
const LEAST_CHARACTERS = 64

/** `eachObject`: calls with all that are written. `textOf`: equal values have the same. */
export function createMakers(eachObject: (visit: Visit) => void, textOf: (value: unknown) => string): Makers {
  const kinds = new Map<string, Kind>()
  const kindOf = new Map<object, Kind>()
  const parameters = new Map<object, string>()
  const numbers = new Map<string, number>()
  eachObject(add)
  const makers = [...kinds.values()].flatMap((kind) => {
    const maker = makerOf(kind)
    return maker ? [maker] : []
  })
  return {
    makers,
    callOf(object) {
      const { call, differing = [] } = kindOf.get(object) ?? {}
      if (call === undefined) return undefined
      return { name: call, args: differing.map((key) => (object as Readonly<Record<string, unknown>>)[key]) }
    },
    parameterOf: (object) => parameters.get(object),
  }

  function add(object: object, field: string): void {
    if (Object.getPrototypeOf(object) !== Object.prototype) return
    const keys = partsOf(object).map(([key]) => key)
    const signature = keys.join('')
    const kind = kinds.get(signature) ?? { field, objects: [] }
    kinds.set(signature, kind)
    kind.objects.push(object)
    kindOf.set(object, kind)
  }

  function makerOf(kind: Kind): Maker | undefined {
    const { field, objects } = kind
    const first = objects[0] as Readonly<Record<string, unknown>>
    if (objects.length < LEAST_OBJECTS) return undefined
    const keys = Object.keys(first).filter((key) => first[key] !== undefined)
    const differing = keys.filter((key) => new Set(objects.map((each) => textOf((each as typeof first)[key]))).size > 1)
    const common = Object.fromEntries(keys.filter((key) => !differing.includes(key)).map((key) => [key, first[key]]))
    if (!differing.every((key) => IDENTIFIER.test(key)) || textOf(common).length < LEAST_CHARACTERS) return undefined
    kind.call = nameFor(field)
    kind.differing = differing
    const template = Object.fromEntries(
      keys.map((key) => [key, differing.includes(key) ? parameterFor(key) : first[key]] as const),
    )
    return { name: kind.call, parameters: differing.map(parameterName), template }
  }

  function parameterFor(key: string): object {
    const mark = {}
    parameters.set(mark, parameterName(key))
    return mark
  }

  function nameFor(field: string): string {
    const word = `make${IDENTIFIER.test(field) ? field.charAt(0).toUpperCase() + field.slice(1) : 'Part'}`
    const number = (numbers.get(word) ?? 0) + 1
    numbers.set(word, number)
    // No constant and no part has such a name.
    return `${word}$${number}`
  }
}

interface Kind {
  readonly field: string
  readonly objects: object[]
  call?: string
  differing?: readonly string[]
}

const IDENTIFIER = /^[A-Za-z]\w*$/

/** Neither a keyword nor a constant ends so. */
function parameterName(key: string): string {
  return `${key}$`
}
