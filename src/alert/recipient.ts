// Which recipient is which when the configuration changes: its identity is where its messages go. Its place, its filters
// and its template may change.

import { xxh32 } from '../hash/xxh32.ts'

import type { AlertConfig } from '../config/options/alert.ts'

/** One for each recipient, in order. Several with one address are distinguished by their order. */
export function identitiesOf(recipients: readonly AlertConfig[]): readonly string[] {
  const seen = new Map<string, number>()
  return recipients.map((recipient) => {
    const address = addressOf(recipient)
    const earlier = seen.get(address) ?? 0
    seen.set(address, earlier + 1)
    return hashOf(`${earlier} ${address}`)
  })
}

function addressOf({ webhook, mail }: AlertConfig): string {
  return webhook ? `webhook ${webhook.url}` : `mail ${mail!.to.toSorted().join(' ')}`
}

/** 64 bits: the address of a webhook may be a secret, and storage need not hold it. */
function hashOf(text: string): string {
  return [0, 1].map((seed) => xxh32(text, seed).toString(16).padStart(8, '0')).join('')
}
