// Which release did the client's documents come from? Reads the pin from the Cookie header, and says what is left of it.

import { nextCookie, ownValue, UNDECODABLE, withoutCookie } from '../http/cookie-header.ts'
import { UNVERIFIED } from '../persistence/codec.ts'
import { judgeDates, NO_DATES } from '../persistence/dates.ts'
import type { Dates } from '../persistence/dates.ts'
import type { Pin, PinCodec, PinLimits } from './pin.ts'

/** `void`: its release has left the list, or has ended. */
export type PinVerdict = 'none' | 'invalid' | 'void' | 'expired' | 'valid'

export interface RecalledPin {
  readonly verdict: PinVerdict
  /** Only of a valid pin. */
  readonly release: string | undefined
  /** Of any pin that is ours, even when its time is over. */
  readonly bucket: number | undefined
  /** Of a valid pin. */
  readonly dates: Dates
  /** The Cookie header for the server: null removes it, undefined leaves it as it is. */
  readonly cookieForOrigin: string | null | undefined
  /** The header has bytes that writing it again would lose, so the pin is left in it. */
  readonly isLeftAlone: boolean
}

export const NO_PIN: RecalledPin = {
  verdict: 'none',
  release: undefined,
  bucket: undefined,
  dates: NO_DATES,
  cookieForOrigin: undefined,
  isLeftAlone: false,
}

const RANK: Readonly<Record<PinVerdict, number>> = { valid: 4, expired: 3, void: 2, invalid: 1, none: 0 }

/** The most cookies of the name that are looked at for one request. */
const MOST_COOKIES = 8

export interface PinReading extends PinLimits {
  readonly name: string
}

/** A promise only if no value is known to be valid, and one has to be verified. */
export function recallPin(
  config: PinReading,
  codec: PinCodec,
  header: string | null,
  isServed: (release: string) => boolean,
  nowS: number,
): RecalledPin | Promise<RecalledPin> {
  const { name } = config
  if (header === null) return NO_PIN
  const first = nextCookie(header, name, 0)
  if (first === -1) return NO_PIN
  const edited = withoutCookie(header, name)
  const isLeftAlone = edited !== header && header.includes(UNDECODABLE)
  const cookieForOrigin = edited === header || isLeftAlone ? undefined : edited
  let found = foundAs('invalid', undefined, undefined, NO_DATES)
  let unverified: Set<string> | undefined
  let looked = 0
  for (let at = first; at !== -1; at = nextCookie(header, name, at + name.length)) {
    looked += 1
    if (looked > MOST_COOKIES) break
    const value = ownValue(header, at)
    const pin = codec.decode(value)
    if (pin === UNVERIFIED) (unverified ??= new Set()).add(value)
    else if (pin) consider(pin)
    if (found.verdict === 'valid') return found
  }
  return unverified ? verifyAll(unverified) : found

  async function verifyAll(values: ReadonlySet<string>): Promise<RecalledPin> {
    for (const value of values) {
      const pin = await codec.verify(value)
      if (pin) consider(pin)
      if (found.verdict === 'valid') break
    }
    return found
  }

  function consider({ release, bucket, dates }: Pin): void {
    const verdict = verdictOf(release, dates)
    if (RANK[verdict] <= RANK[found.verdict]) return
    const isValid = verdict === 'valid'
    found = foundAs(verdict, isValid ? release! : undefined, bucket, isValid ? dates : NO_DATES)
  }

  function foundAs(
    verdict: PinVerdict,
    release: string | undefined,
    bucket: number | undefined,
    dates: Dates,
  ): RecalledPin {
    return { verdict, release, bucket, dates, cookieForOrigin, isLeftAlone }
  }

  function verdictOf(release: string | null, dates: Dates): PinVerdict {
    if (judgeDates(dates, config, nowS) !== 'fresh') return 'expired'
    return release !== null && isServed(release) ? 'valid' : 'void'
  }
}
