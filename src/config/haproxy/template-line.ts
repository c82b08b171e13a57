// `server-template PREFIX N|N-M ADDRESS[:PORT] ...`: servers that are written once (configuration manual 4.2).

import { parseTemplate } from '../server-template.ts'
import { mistake } from './acl.ts'
import type { Problem } from './acl.ts'
import { differs, worst } from './line-status.ts'
import { parseServerLine } from './server-line.ts'
import type { ServerDefaults, ServerLine } from './server-line.ts'

const THERE =
  'under limpet serve alone: Cloudflare resolves names itself; for a deployment write a server line with a DNS name for each'

/** As `parseServerLine`. */
export function parseTemplateLine(
  [prefix, range = '', ...words]: readonly string[],
  defaults: ServerDefaults,
  caBase?: string,
): ServerLine | Problem {
  if (prefix === undefined || words.length === 0) return mistake('needs PREFIX NUMBER ADDRESS')
  if (!parseTemplate(range)) return mistake(`${range}: must be from 1 to 1000 servers, such as 5 or 2-5`)
  const line = parseServerLine([prefix, ...words], defaults, caBase)
  if ('problem' in line) return line
  const { server, outcome } = line
  const template = range.includes('-') ? range : Number(range)
  const { name, url, ...more } = server.input
  const numbered = more.cookie === undefined ? [] : [differs('each server has its number behind its cookie, too')]
  return {
    server: { ...server, input: { name, url, template, ...more } },
    outcome: worst([differs(THERE), ...numbered, outcome]),
  }
}
