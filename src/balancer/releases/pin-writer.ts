// Whether an answer brings the client its pin, and what that does to caches: while two releases live, one URL has two answers.

import type { Backend } from '../../config/config.ts'
import type { Fields } from '../../http/fields.ts'
import { isCacheable } from '../../persistence/cacheable.ts'
import { NO_DATES } from '../../persistence/dates.ts'
import { attributes, isForEverybody, NO_EDITS, setsCookie } from '../../persistence/remember.ts'
import type { CookieEdits } from '../../persistence/remember.ts'
import { datesOfPin } from '../../releases/pin.ts'
import type { PinCodec } from '../../releases/pin.ts'
import type { View } from '../../rules/view.ts'
import type { Journey } from '../journey.ts'
import type { BucketOf } from './bucket.ts'
import type { ReleaseWay } from './way.ts'

export interface Served {
  readonly status: number
  readonly headers: Fields
  /** Of the server that answered. */
  readonly release: string | null
  /** A rule decided, and the answer brings the client the cookie of its server. */
  readonly bringsServer: boolean
}

export interface PinWay extends Pick<ReleaseWay<unknown>, 'kind' | 'pin'> {
  /** The client's release without a `useServer` or `useRelease` rule. */
  readonly without: string
}

export interface PinWriter {
  /** A promise only if a value is not known yet. */
  write(journey: Journey, view: View, way: PinWay, served: Served): CookieEdits | Promise<CookieEdits>
}

/** What is written of a pin: a release, and whether it is the client's own still. */
interface Wanted {
  readonly release: string
  readonly isNew: boolean
}

/** `areSeveral`: whether more than one release serves now. */
export function createPinWriter(
  backend: Backend,
  codec: PinCodec,
  bucketOf: BucketOf,
  areSeveral: () => boolean,
): PinWriter {
  const { cookie, documents } = backend.releases!
  const { name } = cookie
  const ownCookies = [name, ...(backend.cookie ? [backend.cookie.name, ...backend.cookie.formerly] : [])]
  const keepsDocuments = documents === 'own'
  return {
    write(journey, view, way, served) {
      const { kind, pin } = way
      const { asked } = journey
      // The answer that opens a WebSocket is not rebuilt for a pin.
      if (served.status === 101 && !served.bringsServer) return NO_EDITS
      const isShared = kind === 'document' || kind === 'part'
      const dropsOrigins = setsCookie(served.headers, name)
      const addPrivate = isShared && areSeveral() && isCacheable(asked.method, served.status, served.headers)
      const edits: CookieEdits =
        dropsOrigins || addPrivate
          ? { ...NO_EDITS, editOrigins: dropsOrigins ? () => undefined : null, addPrivate }
          : NO_EDITS
      const wanted = wantedOf(journey, way, served)
      // A page of a server for all releases is of none.
      if (!wanted || served.release === null || (wanted.isNew && mustNotWrite())) return edits
      const bucket = bucketOf(journey, view, kind, pin.bucket)
      return bucket instanceof Promise ? bucket.then(sealed) : sealed(bucket)

      /** Shared caches may keep what a page asks for. A pin that stays as it is needs no such look at the answer. */
      function mustNotWrite(): boolean {
        const { method } = asked
        const requestHeaders = journey.forOrigin.headers
        if (served.bringsServer) return false
        return kind === 'part' && isForEverybody(ownCookies, { method, headers: served.headers, requestHeaders })
      }

      function sealed(drawn: number): CookieEdits | Promise<CookieEdits> {
        const { release, isNew } = wanted!
        const nowS = Math.floor(journey.startedMs / 1000)
        const dates = datesOfPin(cookie, isNew ? NO_DATES : pin.dates, nowS)
        const isSame =
          !isNew && drawn === pin.bucket && dates.lastS === pin.dates.lastS && dates.firstS === pin.dates.firstS
        if (isSame || (!isNew && mustNotWrite())) return edits
        const value = codec.encode(release, drawn, dates)
        return value instanceof Promise ? value.then(written) : written(value)
      }

      function written(value: string): CookieEdits {
        const text = attributes({ ...cookie, httponly: true }, asked.scheme === 'https')
        return {
          ...edits,
          setCookie: `${name}=${value}; path=/${text}`,
          addPrivate: isCacheable(asked.method, served.status, served.headers),
        }
      }
    },
  }

  function wantedOf({ release }: Journey, { kind, pin, without }: PinWay, served: Served): Wanted | undefined {
    const isByRule = release?.by === 'use'
    // What a rule decides lasts as long as the rule holds. The client's server outlives it, so a pin says where the client belongs.
    const chosen = isByRule ? without : (release?.name ?? null)
    if (chosen === null) return undefined
    const isUnpinned = pin.release === undefined
    if (isByRule && isUnpinned && (served.bringsServer || (pin.bucket !== undefined && kind === 'part')))
      return { release: chosen, isNew: true }
    if (kind === 'document') return { release: chosen, isNew: pin.release !== chosen }
    if (kind !== 'part' || release!.by === 'down') return undefined
    if (pin.release !== undefined) return keepsDocuments ? { release: pin.release, isNew: false } : undefined
    // A link to a file of an old release makes nobody a client of it, and what an old tab asks for keeps no pin that is over.
    return release!.by === 'id' || pin.bucket !== undefined ? undefined : { release: chosen, isNew: true }
  }
}
