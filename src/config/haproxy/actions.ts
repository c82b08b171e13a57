// The actions of `http-request`, `tcp-request` and the like (configuration manual 4.2): which of them are here, whose loss admits
// nobody, and which HAProxy has at all.

import { mistake } from './acl.ts'
import type { Problem } from './acl.ts'
import { effectOf, newer, row, wordTable } from './words.ts'
import type { Row, WordTable } from './words.ts'

interface Ruleset {
  /** Which there are in HAProxy. */
  readonly words: WordTable
  /** Those that neither refuse a client nor change what later rules and the servers learn about it. */
  readonly harmless: ReadonlySet<string>
}

/** `here`: what has code of its own. `restricting`: what is not here, and whose loss may let somebody in. */
function ruleset(name: string, here: string, harmless: string, restricting: string, ...more: readonly Row[]): Ruleset {
  const rows = [here, harmless, restricting].filter((words) => words !== '').map((words) => row(words))
  const admitsNobody = [...harmless.split(' '), ...HARMLESS_HERE, ...more.flatMap(({ words }) => words)]
  return { words: wordTable(`${name} action`, ...rows, ...more), harmless: new Set(admitsNobody) }
}

const HARMLESS_HERE = 'accept add-header allow capture disable-l7-retry set-timeout wait-for-body'.split(' ')
/** A rule that refuses may read a counter. */
const COUNTING = 'track-sc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0'
const MARKS = 'set-mark set-tos'
/** A rule that refuses may read a variable. */
const VARIABLES = 'set-var set-var-fmt unset-var'
const SHAPING = 'send-spoe-group set-log-level set-nice'
const PRIORITIES = 'do-resolve set-priority-class set-priority-offset'
const ADDRESSES = 'set-dst set-dst-port set-src set-src-port'
/** A rule that refuses may ask a list. */
const LISTS = 'add-acl del-acl del-map set-map'
const NEWER = [newer('2.8', 'sc-add-gpc'), newer('3.0', 'set-fc-mark set-fc-tos'), newer('3.1', 'do-log')]
const BANDWIDTH = newer('2.7', 'set-bandwidth-limit')
const TO_SERVER = newer('3.0', 'set-bc-mark set-bc-tos')

const RULESETS: Readonly<Record<string, Ruleset>> = {
  'http-request': ruleset(
    'http-request',
    `add-header allow auth capture del-header deny disable-l7-retry normalize-uri redirect reject replace-header replace-path replace-pathq replace-uri return set-header set-path set-query set-timeout silent-drop tarpit use-service wait-for-body ${VARIABLES} ${LISTS} ${COUNTING}`,
    `${MARKS} ${SHAPING} ${PRIORITIES} cache-use early-hint strict-mode wait-for-handshake`,
    `${ADDRESSES} ot-group replace-value set-method set-pathq set-uri`,
    ...NEWER,
    BANDWIDTH,
    TO_SERVER,
    newer('3.2', 'pause set-retries'),
  ),
  'http-response': ruleset(
    'http-response',
    `add-header capture del-header deny redirect replace-header return set-header silent-drop wait-for-body ${VARIABLES} ${LISTS} ${COUNTING}`,
    `${MARKS} ${SHAPING} allow cache-store replace-value set-status strict-mode del-header replace-header set-header`,
    'ot-group',
    ...NEWER,
    BANDWIDTH,
    newer('3.2', 'pause'),
  ),
  'http-after-response': ruleset(
    'http-after-response',
    'capture',
    'add-header allow del-header ot-group replace-header replace-value set-header set-status set-var set-var-fmt strict-mode unset-var',
    '',
    newer(
      '2.8',
      'add-acl del-acl del-map sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 set-map',
    ),
    newer('3.1', 'do-log set-log-level'),
  ),
  'tcp-request connection': ruleset(
    'tcp-request connection',
    `accept reject silent-drop ${COUNTING} ${VARIABLES}`,
    MARKS,
    `${ADDRESSES} expect-netscaler-cip expect-proxy`,
    ...NEWER,
  ),
  'tcp-request session': ruleset(
    'tcp-request session',
    `accept reject silent-drop ${COUNTING} ${VARIABLES}`,
    MARKS,
    ADDRESSES,
    ...NEWER,
    newer('3.0', 'attach-srv'),
  ),
  'tcp-request content': ruleset(
    'tcp-request content',
    `accept capture reject silent-drop ${COUNTING} ${VARIABLES}`,
    `${MARKS} ${SHAPING} ${PRIORITIES} switch-mode`,
    `${ADDRESSES} ot-group use-service`,
    ...NEWER,
    BANDWIDTH,
    TO_SERVER,
    newer('3.2', 'set-retries'),
  ),
  'tcp-response content': ruleset(
    'tcp-response content',
    `accept close reject silent-drop ${VARIABLES} ${COUNTING.replace('track-sc ', '')}`,
    `${MARKS} ${SHAPING}`,
    'ot-group',
    ...NEWER,
    BANDWIDTH,
  ),
}

/** `set-var(txn.x)` is a set-var, `track-sc2` a track-sc. */
function nameOf(action: string): string {
  return action.split('(', 1)[0]!.replace(/^(track-sc)\d+$/, '$1')
}

/** Any action that is not known to be harmless restricts access, even an unknown one: Lua may do anything. */
export function isHarmless(rules: string, action: string): boolean {
  return RULESETS[rules]?.harmless.has(nameOf(action)) ?? false
}

const DESTINATION = ': a request goes to a server that has a line: choose it with use_backend or use-server'
const SOURCE = ': the client is the peer of the connection, or who one of trustedProxies says it is'
const PACKETS = ': a Worker does not write the packets of its connections'
const PRIORITY = ': requests wait in the order in which they came'
const AGENTS = ': no other program is asked or told about a request'
const REASONS: Readonly<Record<string, string | undefined>> = {
  'set-mark': PACKETS,
  'set-tos': PACKETS,
  'set-nice': ': the platform shares out the CPU',
  'set-priority-class': PRIORITY,
  'set-priority-offset': PRIORITY,
  'send-spoe-group': AGENTS,
  'ot-group': AGENTS,
  'normalize-uri':
    ': of its normalizers path-strip-dot, path-strip-dotdot and fragment-strip are what the platform does by itself',
  'use-service': ': there is no Lua',
  capture: ': what is captured is of the request or of the response that a server gave',
  'set-dst': DESTINATION,
  'set-dst-port': DESTINATION,
  'do-resolve': DESTINATION,
  'set-src': SOURCE,
  'set-src-port': SOURCE,
  'expect-proxy': ': workerd cannot read who the client is from the connection',
  'expect-netscaler-cip': ': workerd cannot read who the client is from the connection',
}

/** What an action is told that has no code here. */
export function unavailableAction(rules: string, action: string): Problem {
  const name = nameOf(action)
  if (name.startsWith('lua.')) return { problem: `${rules} ${name}: there is no Lua` }
  const effect = effectOf(RULESETS[rules]!.words, name)
  if (!effect) return { problem: `${rules} ${name} is not available${REASONS[name] ?? ''}` }
  return effect.status === 'error' ? mistake(effect.message!) : { problem: effect.message! }
}

export const ACTION_TABLES: readonly WordTable[] = Object.values(RULESETS).map(({ words }) => words)
