// A configuration as an operator writes it -> what the cross-checks say of it.

import { formatIssue } from '../issue.ts'
import type { Target } from '../issue.ts'
import type { LimpetConfig } from '../options/root.ts'
import { crossCheck } from './cross-checks.ts'

export const SERVER = { name: 's1', url: 'https://s1.example.com' }

/** With one backend `app`, of the one server, unless `config` says otherwise. */
export function told(config: object, target: Target = 'serve'): readonly string[] {
  return crossCheck({ backends: [{ name: 'app', servers: [SERVER] }], ...config } as LimpetConfig, target).map(
    formatIssue,
  )
}

/** Of one backend `app`. */
export function toldOf(backend: object, target: Target = 'serve'): readonly string[] {
  return told({ backends: [{ name: 'app', servers: [SERVER], ...backend }] }, target)
}
