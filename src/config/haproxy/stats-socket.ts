// `stats socket ADDRESS [level L] [mode M] ...` in a global section (configuration manual 3.1): which sockets `limpet serve`
// opens for HAProxy's commands, on paths or on ports.

import { isLocalBind, parseBind } from '../options/bind.ts'
import { differs, failed, platform, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { listenText, readListenAddresses } from './listen-address.ts'
import { unknownWord } from './read-line.ts'

export interface StatsSocket {
  /** As a `bind` of a configuration: `unix@/run/x.sock mode 660`, `127.0.0.1:9999`. */
  readonly bind: string
  readonly level: 'user' | 'operator' | 'admin'
}

const LEVELS = ['user', 'operator', 'admin'] as const
/** Options of which there is nothing here, and how many words follow each. */
const IGNORED: Readonly<Record<string, number>> = {
  process: 1,
  'severity-output': 1,
}
/** Whom a Unix socket shall belong to. */
const OWNERS = ['user', 'group', 'uid', 'gid']
/** Words of HAProxy 2.6 (configuration manual 5.1) that are not available for a socket. */
const OTHERS =
  'accept-netscaler-cip accept-proxy backlog crt defer-accept id interface maxconn mss name namespace nice proto shards ssl tcp-ut tfo thread transparent v4v6 v6only'.split(
    ' ',
  )
const WORDS = ['level', 'mode', 'expose-fd', ...OWNERS, ...Object.keys(IGNORED)]

export function applyStats(words: readonly string[], sockets: StatsSocket[]): Outcome {
  const [what = '', address = '', ...options] = words
  if (what === 'timeout' || what === 'maxconn') return platform('a connection ends with its answer')
  if (what === 'bind-process') return unsupported('stats bind-process: there are socket, timeout and maxconn')
  if (what !== 'socket') return failed(unknownWord('stats line', what, ['socket', 'timeout', 'maxconn']))
  if (address === '') return failed('stats socket needs a path, or ADDRESS:PORT')
  const read = readListenAddresses(address)
  if (typeof read === 'string') return failed(`stats socket ${read}`)
  // HAProxy's own default.
  let level: StatsSocket['level'] = 'operator'
  // Where nothing is said, the user who runs it.
  let mode = '600'
  let isOwned = false
  const outcomes: Outcome[] = [differs('limpet serve opens it; for a deployment: npx limpet socket PATH --url URL')]
  for (let i = 0; i < options.length; i++) {
    const option = options[i]!
    const value = options[i + 1] ?? ''
    if (option === 'level') {
      const named = LEVELS.find((each) => each === value)
      if (!named) return failed(`level must be one of ${LEVELS.join(', ')}`)
      level = named
      i += 1
    } else if (option === 'mode') {
      if (!/^0?[0-7]{3}$/.test(value)) return failed(`mode ${value}: must be three octal digits, such as 660`)
      mode = value
      i += 1
    } else if (option === 'expose-fd') {
      outcomes.push(platform('there is no process to hand sockets over to'))
      i += 1
    } else if (OWNERS.includes(option)) {
      isOwned = true
      i += 1
      outcomes.push(
        differs(
          `${option} ${value}: the socket belongs to the user who runs limpet serve, and nobody else may connect`,
        ),
      )
    } else if (Object.hasOwn(IGNORED, option)) {
      i += IGNORED[option]!
      outcomes.push(platform(`${option}: there is one process`))
    } else if (OTHERS.includes(option)) {
      return unsupported(`stats socket: '${option}' is not supported`)
    } else return failed(unknownWord('stats socket option', option, [...WORDS, ...OTHERS]))
  }
  for (const each of read) {
    const isFile = 'socket' in each && each.socket.startsWith('unix@')
    const bind = listenText(each) + (isFile ? ` mode ${isOwned ? '600' : mode}` : '')
    const parsed = parseBind(bind)
    if (!parsed) return failed(`stats socket ${bind}: must be a path, or ADDRESS:PORT`)
    if (!isLocalBind(parsed))
      outcomes.unshift(differs(`everybody who reaches ${bind} may use commands of level ${level}: bind 127.0.0.1`))
    sockets.push({ bind, level })
  }
  return worst(outcomes)
}
