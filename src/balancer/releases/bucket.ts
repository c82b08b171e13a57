// The bucket of a client: one of 256, by which it gets a canary or not. One that brings a pin has its bucket in there.

import type { Releases } from '../../config/options/releases.ts'
import { createMemo } from '../../memo.ts'
import { BUCKETS, createAddressBuckets } from '../../releases/arm.ts'
import type { Kind } from '../../releases/kind.ts'
import type { CookieKeys } from '../../persistence/sealed.ts'
import type { RulesEngine } from '../../rules/rules-engine.ts'
import type { View } from '../../rules/view.ts'
import type { Journey } from '../journey.ts'

/** `pinned`: of the pin, even if that is over. */
export type BucketOf = (
  journey: Journey,
  view: View,
  kind: Kind,
  pinned: number | undefined,
) => number | Promise<number>

export interface BucketPorts {
  readonly cookieKeys: CookieKeys
  readonly rules: Pick<RulesEngine, 'compileText'>
  random(): number
}

/** How many clients that have just come are remembered, per backend and isolate, and for how long. */
const MOST_NEW = 1000
const NEW_MS = 10_000

/**
 * A document draws by chance: addresses would put whole offices into one arm. Whatever has no cookies goes by its address, so that it
 * stays in its arm. Requests that a browser sends before it has the first answer, such as tabs that it restores, draw once.
 */
export function createBucketOf(draw: Releases['draw'], { cookieKeys, rules, random }: BucketPorts): BucketOf {
  const byText = createAddressBuckets(cookieKeys[0]!)
  const recent = createMemo<Drawn>(MOST_NEW)
  const byAddress = ({ asked }: Journey) => byText(asked.clientAddress)
  if (draw === 'source') return byAddress
  if (draw === 'client') return byClient
  const textOf = rules.compileText(draw)
  return (journey, view, kind, pinned) => {
    const text = textOf(journey, view)
    return text === undefined ? byClient(journey, view, kind, pinned) : byText(`=${text}`)
  }

  function byClient(journey: Journey, _: View, kind: Kind, pinned: number | undefined): number | Promise<number> {
    if (pinned !== undefined) return pinned
    const { asked, startedMs } = journey
    const client = `${asked.clientAddress}\0${asked.headers.get('user-agent') ?? ''}`
    let drawn = recent.get(client)
    if (!drawn || startedMs - drawn.atMs >= NEW_MS) {
      drawn = { bucket: kind === 'document' ? Math.floor(random() * BUCKETS) : undefined, atMs: startedMs }
      recent.set(client, drawn)
    }
    return drawn.bucket ?? byAddress(journey)
  }
}

interface Drawn {
  /** Undefined: by its address. */
  readonly bucket: number | undefined
  readonly atMs: number
}
