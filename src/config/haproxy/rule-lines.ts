// Lines that are rules of HTTP: `http-request`, `http-response`, `http-after-response`, `redirect`, and what older files write for them.
// http-rules.ts reads the actions; here a rule finds its list, and what is only read says why.

import type { ActionInput } from '../rules/action.ts'
import { mistake } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import type { Draft } from './draft.ts'
import { parseRedirect } from './answer-lines.ts'
import {
  logLevelOutcome,
  parseAfterResponse,
  parseHttpRequest,
  parseHttpResponse,
  parseReqadd,
  parseRule,
} from './http-rules.ts'
import { differs, platform } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { listOutcome } from './list-actions.ts'
import { take } from './take.ts'
import { REFUSED_LINE, SILENT_LINE } from './tcp-rules.ts'
import { scopeOutcome } from './variable-lines.ts'

type ApplyRule = (words: readonly string[], draft: Draft, ports: AclPorts) => Outcome

/** Actions that are read, and do nothing here, in all three rule sets. */
const READ_ONLY: Readonly<Record<string, ApplyRule>> = {
  'strict-mode': strictMode,
  'cache-use': undone('nothing is cached'),
  'cache-store': undone('nothing is cached'),
  'early-hint': undone('no early hints are sent'),
  'wait-for-handshake': (words, draft, ports) =>
    take(parseRule(words, draft, ports, aloneAction), () => platform('a request is read when the handshake is over')),
}

const TUNNEL = 'a WebSocket passes through with its pings, and is not ended here, however long it is idle'

export function applyHttpRequest(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const [verb = '', what = ''] = words
  if (verb === 'normalize-uri' && RESOLVED.has(what)) return platform('paths are resolved before any rule reads them')
  if (verb === 'set-timeout' && what === 'tunnel') {
    // Read as one that is in force, so that its mistakes are found, and left out.
    const asServer = ['set-timeout', 'server', ...words.slice(2)]
    return take(parseRule(asServer, draft, ports, parseHttpRequest), () => differs(TUNNEL))
  }
  return (
    readOnly(words, draft, ports) ??
    take(parseRule(words, draft, ports, parseHttpRequest), (rule) => {
      draft.httpRequest.push(rule)
      return changesHost(words) ?? logLevelOutcome(words) ?? scopeOutcome(verb) ?? listOutcome(verb) ?? OTHERWISE[verb]
    })
  )
}

export function applyHttpResponse(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const [verb = ''] = words
  return (
    readOnly(words, draft, ports) ??
    take(parseRule(words, draft, ports, parseHttpResponse), (rule) => {
      draft.httpResponse.push(rule)
      return scopeOutcome(verb) ?? listOutcome(verb) ?? OTHERWISE[verb]
    })
  )
}

export function applyHttpAfterResponse(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const [verb = ''] = words
  if (verb === 'strict-mode') return strictMode(words, draft, ports)
  const parsed = parseRule(words, draft, ports, (action) => parseAfterResponse(action, 'http-after-response', draft))
  return take(parsed, (rule) => {
    draft.afterResponse.push(rule)
    return scopeOutcome(verb)
  })
}

export function applyRedirect(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  return take(
    parseRule(words, draft, ports, (action) => parseRedirect(action)),
    (rule) => draft.redirects.push(rule),
  )
}

export function applyBlock(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const parsed = parseRule(words, draft, ports, ([word]): Parsed<ActionInput> =>
    word === undefined ? { value: { deny: { status: 403 } } } : { problem: `'${word}' is not known` },
  )
  return take(parsed, (rule) => draft.blocks.push(rule))
}

export function applyReqadd(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  return take(parseRule(words, draft, ports, parseReqadd), (rule) => draft.addedRequest.push(rule))
}

export function applyRspadd(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  return take(parseRule(words, draft, ports, parseReqadd), (rule) => draft.addedResponse.push(rule))
}

function readOnly(words: readonly string[], draft: Draft, ports: AclPorts): Outcome | undefined {
  const [verb = ''] = words
  return Object.hasOwn(READ_ONLY, verb) ? READ_ONLY[verb]!(words, draft, ports) : undefined
}

/** Its condition is read all the same. */
function undone(why: string): ApplyRule {
  return (words, draft, ports) => {
    const parsed = parseRule(words, draft, ports, (action): Parsed<readonly string[]> =>
      action.length > 1 ? { value: action } : mistake(`${action[0]} needs a value`),
    )
    return take(parsed, () => differs(why))
  }
}

const aloneAction = (words: readonly string[]): Parsed<string> =>
  words.length === 1 ? { value: words[0]! } : mistake(`${words[0]} stands alone`)

/** Its condition is read all the same. */
function strictMode(words: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  const parsed = parseRule(words, draft, ports, ([, mode = '', ...more]): Parsed<string> =>
    (mode === 'on' || mode === 'off') && more.length === 0 ? { value: mode } : mistake('strict-mode needs on or off'),
  )
  return take(parsed, () => platform('a rewrite never fails for want of room'))
}

function changesHost([verb, name]: readonly string[]): Outcome | undefined {
  if (!verb?.endsWith('-header') || name?.toLowerCase() !== 'host') return undefined
  const there = 'on Cloudflare a server gets its own name, see limpet check --for cloudflare'
  return verb === 'del-header'
    ? differs(`rules see no Host, but the server gets the client's; ${there}`)
    : differs(`the server gets this Host in lower case under limpet serve; ${there}`)
}

/** What a client sees, if that differs from HAProxy. */
const OTHERWISE: Readonly<Record<string, Outcome>> = {
  reject: REFUSED_LINE,
  'silent-drop': SILENT_LINE,
  'use-service': differs('it has the metrics that Limpet counts, under the names of HAProxy'),
}
/** Normalizers that parsing the URL has already made redundant. */
const RESOLVED = new Set(['path-strip-dot', 'path-strip-dotdot', 'fragment-strip'])
