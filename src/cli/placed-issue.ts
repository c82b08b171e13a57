// An issue of what is deployed together: the configuration, its wrangler file and .dev.vars.

import type { ConfigIssue } from '../config/issue.ts'

export interface PlacedIssue extends ConfigIssue {
  /** Which file it is in. */
  readonly file: 'wrangler' | 'configuration' | '.dev.vars'
  /** What to write there, in the language of the file. */
  readonly paste?: string
}
