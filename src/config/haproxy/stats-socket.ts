// `stats socket PATH [level L] [mode M] ...` in a global section (configuration manual 3.1): which sockets `limpet serve`
// opens for HAProxy's commands.

import { differs, failed, platform, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

export interface StatsSocket {
  /** As it is written, without `unix@`. */
  readonly path: string
  readonly level: 'user' | 'operator' | 'admin'
}

const LEVELS = ['user', 'operator', 'admin'] as const
/** Options of which there is nothing here, and how many words follow each. */
const IGNORED: Readonly<Record<string, number>> = {
  user: 1,
  group: 1,
  uid: 1,
  gid: 1,
  process: 1,
  'severity-output': 1,
}
/** Words of HAProxy 2.6 (configuration manual 5.1) that are not available for a socket. */
const OTHERS =
  'accept-netscaler-cip accept-proxy backlog crt defer-accept id interface maxconn mss name namespace nice proto shards ssl tcp-ut tfo thread transparent v4v6 v6only'.split(
    ' ',
  )
const WORDS = ['level', 'mode', 'expose-fd', ...Object.keys(IGNORED)]

export function applyStats(words: readonly string[], sockets: StatsSocket[]): Outcome {
  const [what = '', address = '', ...options] = words
  if (what === 'timeout' || what === 'maxconn') return platform('a connection ends with its answer')
  if (what === 'bind-process') return unsupported('stats bind-process: there are socket, timeout and maxconn')
  if (what !== 'socket') return failed(unknownWord('stats line', what, ['socket', 'timeout', 'maxconn']))
  if (address === '') return failed('stats socket needs a path')
  const path = address.replace(/^unix@/, '')
  if (/^(?:ipv[46]@|abns@|fd@)/.test(address) || /^[^/]*:\d+$/.test(path)) {
    return unsupported('stats socket: must be a path: connections from elsewhere are not allowed')
  }
  // HAProxy's own default.
  let level: StatsSocket['level'] = 'operator'
  const outcomes: Outcome[] = [differs('limpet serve opens it; for a deployment: npx limpet socket PATH --url URL')]
  for (let i = 0; i < options.length; i++) {
    const option = options[i]!
    if (option === 'level') {
      const named = LEVELS.find((each) => each === options[i + 1])
      if (!named) return failed(`level must be one of ${LEVELS.join(', ')}`)
      level = named
      i += 1
    } else if (option === 'mode') {
      outcomes.push(differs(`mode ${options[++i]}: only the user who runs it may connect (mode 600)`))
    } else if (option === 'expose-fd') {
      outcomes.push(platform('there is no process to hand sockets over to'))
      i += 1
    } else if (Object.hasOwn(IGNORED, option)) {
      i += IGNORED[option]!
      outcomes.push(differs(`${option}: the socket belongs to the user that runs it`))
    } else if (OTHERS.includes(option)) {
      return unsupported(`stats socket: '${option}' is not supported`)
    } else return failed(unknownWord('stats socket option', option, [...WORDS, ...OTHERS]))
  }
  sockets.push({ path, level })
  return worst(outcomes)
}
