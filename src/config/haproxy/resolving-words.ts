// How the name of a server becomes an address: `resolvers`, `init-addr` and what begins with `resolve-` (configuration manual 5.2).

import * as v from 'valibot'

import { isIpLiteral } from '../network.ts'
import type { Written } from '../option.ts'
import { resolutionOptions } from '../options/resolution.ts'
import { differs, failed, platform } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { valuesFor } from './read-line.ts'

type Resolving = Omit<typeof resolutionOptions, 'template'>
type Values = Readonly<Record<string, unknown>>

const { template: _, ...resolvingRows } = resolutionOptions
export const NO_RESOLVING = Object.fromEntries(Object.keys(resolvingRows).map((key) => [key, undefined]))

/** Without `resolvers`, and of an address, none of these words does anything while the balancer runs. */
export function resolvingOf(
  values: Values,
  host: string,
): { readonly input: Written<Resolving>; readonly outcomes: readonly Outcome[] } {
  const outcomes = [...resolvingMistakes(values)]
  const written = valuesFor(resolvingRows, values)
  if (Object.keys(written).length === 0) return { input: {}, outcomes }
  if (written.resolvers !== undefined && !isIpLiteral(host))
    return { input: written, outcomes: [...outcomes, RESOLVED] }
  const addresses = (written.initAddr ?? '').split(',').filter((part) => /[\d:]/.test(part))
  const lost = differs(`init-addr ${addresses.join(',')}: a name without an address is not reached`)
  return {
    input: {},
    outcomes: [...outcomes, addresses.length > 0 ? lost : platform('names are resolved by the platform')],
  }
}

const RESOLVED = differs('under limpet serve; Cloudflare resolves the name itself, for each connection')

export function resolvingMistakes(values: Values): readonly Outcome[] {
  return Object.entries(valuesFor(resolvingRows, values)).flatMap(([key, value]) => {
    const { shape, word } = resolvingRows[key as keyof Resolving]
    const { issues } = v.safeParse(shape as v.GenericSchema, value)
    return issues ? [failed(`${word as string} '${value}': ${issues[0].message}`)] : []
  })
}
