// What an operator can see and do about releases. Built in cloudflare/parts/release-states.ts.

import type { ReleaseChange } from '../health/release-change.ts'
import type { ReleaseView } from '../health/release-registry.ts'

export interface ReleaseOperations {
  /** One view for each configured release, in the order of the lists. */
  views(): Promise<readonly ReleaseView[]>
  /** `who`: the operator's name. Undefined: the Monitor does not know the backend. */
  change(
    backend: string,
    change: ReleaseChange,
    who: string,
  ): Promise<{ readonly isDone: true } | { readonly problem: string } | undefined>
}
