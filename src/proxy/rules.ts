// Ordered rules: each whose condition holds acts. Actions on headers and the path let the rules go on, the others end them.
// HAProxy: configuration manual 4.2 "http-request", "http-response", "use_backend", "redirect".

import { headerOf } from '../config/rules/header-action.ts'
import type { Action, FinalAction } from '../config/rules/action.ts'
import type { Redirect } from '../config/rules/answer.ts'
import type { HeaderAction, Replacement } from '../config/rules/header-action.ts'
import type { ResponseRule, Rule } from '../config/rules/rule.ts'
import type { Template } from '../config/rules/sample.ts'
import { basicChallenge } from '../credentials/basic.ts'
import { bytesOf, textOf } from '../pattern/bytes.ts'
import { patternOf } from '../pattern/compile.ts'
import { compileOptional } from './conditions.ts'
import { replaceHeaderLines } from './header-lines.ts'
import { followHost } from './host.ts'
import type { Incoming } from './incoming.ts'
import { compileReply, redirect } from './replies.ts'
import { compileTemplate, pathAndQuery, queryOf } from './samples.ts'
import type { View } from './samples.ts'
import { UnverifiedError } from './users.ts'

/** What ended the rules: a backend by name, an answer, or a status that is still to be put into words. */
export type Ended =
  | { readonly backend: string }
  | {
      readonly response: Response
      /** By a rule that refuses, in words of its own. */
      readonly isDenied?: boolean
    }
  | {
      readonly status: number
      readonly challenge?: string
      readonly retryAfterS?: number
      /** What the client can do about it. */
      readonly why?: string
    }

/** A rule asks for a user whose password nobody has verified yet; when that is done, it is asked again. */
export class Suspended {
  readonly asked: UnverifiedError
  readonly resume: () => Ended | Suspended | undefined

  constructor(asked: UnverifiedError, resume: () => Ended | Suspended | undefined) {
    this.asked = asked
    this.resume = resume
  }
}

export type Act = (incoming: Incoming, view: View) => Ended | undefined
export type RunRules = (incoming: Incoming, view: View) => Ended | Suspended | undefined

/** Changes `incoming.headers` and `incoming.url`; undefined when no rule ended it. */
export function createRules(rules: readonly Rule[]): RunRules {
  return running(rules, () => true)
}

/** The same rules, but only what refuses a request or gives it to a backend ends them. */
export function createRefusals(rules: readonly Rule[]): RunRules {
  return running(rules, (ended) => 'backend' in ended || isRefusal(ended))
}

function running(rules: readonly Rule[], isEnd: (ended: Ended) => boolean): RunRules {
  const compiled = rules.map((rule) => ({ holds: compileOptional(rule.if), act: compileAction(rule.do) }))
  return (incoming, view) => run(0, incoming, view)

  function run(from: number, incoming: Incoming, view: View): Ended | Suspended | undefined {
    let i = from
    try {
      for (; i < compiled.length; i++) {
        const { holds, act } = compiled[i]!
        const ended = holds(incoming, view) ? act(incoming, view) : undefined
        if (ended && isEnd(ended)) return ended
      }
      return undefined
    } catch (error) {
      // A rule that asks has changed nothing yet: texts are made before they are put anywhere.
      if (error instanceof UnverifiedError) return new Suspended(error, () => run(i, incoming, view))
      throw error
    }
  }
}

/** Whether a rule refused the request, whatever status it says so with; a challenge for a password is none. */
export function isDenial(ended: Exclude<Ended, { backend: string }>): boolean {
  return 'response' in ended ? ended.isDenied === true : ended.challenge === undefined
}

function isRefusal(ended: Exclude<Ended, { backend: string }>): boolean {
  return isDenial(ended) || ('response' in ended && ended.response.status >= 400)
}

function compileAction(action: Action): Act {
  if (isHeaderAction(action)) {
    const edit = compileHeaderAction(action)
    if (headerOf(action).toLowerCase() !== 'host')
      return (incoming, view) => void edit(incoming.headers, incoming, view)
    return (incoming, view) => {
      edit(incoming.headers, incoming, view)
      followHost(incoming)
      return undefined
    }
  }
  if ('disableL7Retry' in action) return (incoming) => void (incoming.noL7Retry = true)
  if ('setPath' in action) return setting(action.setPath, (url, path) => (url.pathname = path))
  if ('setQuery' in action) return setting(action.setQuery, (url, query) => (url.search = query))
  if ('replacePath' in action) {
    const replace = compileReplacement(action.replacePath)
    return (incoming, view) => void (incoming.url.pathname = untabbed(replace(incoming.url.pathname, incoming, view)))
  }
  if ('replacePathq' in action) {
    const replace = compileReplacement(action.replacePathq)
    return (incoming, view) => {
      const { url } = incoming
      const [path = '', ...query] = untabbed(replace(pathAndQuery(url), incoming, view)).split('?')
      url.pathname = path
      // A lone '?' stays.
      url.search = query.length === 0 ? '' : `?${query.join('?')}`
      return undefined
    }
  }
  return compileFinal(action)
}

function setting(template: Template, set: (url: URL, value: string) => void): Act {
  const valueOf = compileTemplate(template)
  return (incoming, view) => void set(incoming.url, untabbed(valueOf(incoming, view)))
}

/** A URL would drop them. */
function untabbed(text: string): string {
  return text.replaceAll('\t', '%09')
}

function compileFinal(action: FinalAction): Act {
  if ('useBackend' in action) return compileUseBackend(action.useBackend)
  if ('deny' in action) {
    const { status, reply: worded } = action.deny
    if (worded === null) return constant({ status })
    const make = compileReply(worded)
    return (incoming, view) => ({ response: make(incoming, view), isDenied: true })
  }
  if ('auth' in action) return constant({ status: 401, challenge: basicChallenge(action.auth.realm) })
  if ('return' in action) {
    const make = compileReply(action.return)
    return (incoming, view) => ({ response: make(incoming, view) })
  }
  if ('redirectScheme' in action) {
    const { scheme, code } = action.redirectScheme
    return ({ url }) => ({ response: redirect(`${scheme}://${url.host}${pathAndQuery(url)}`, code) })
  }
  return compileRedirect(action.redirect)
}

function compileRedirect({ location, prefix, code, dropQuery, appendSlash, setCookies }: Redirect): Act {
  const start = compileTemplate(location ?? prefix)
  return (incoming, view) => {
    const { pathname } = incoming.url
    const slash = appendSlash && !pathname.endsWith('/') ? '/' : ''
    const query = dropQuery ? '' : queryOf(incoming.url)
    const rest = location ? '' : pathname + slash + query
    const response = redirect(start(incoming, view) + rest, code)
    for (const cookie of setCookies) response.headers.append('set-cookie', cookie)
    return { response }
  }
}

/** A name that is made of samples need not be a backend's: then the default one is left. */
function compileUseBackend(template: Template): Act {
  const [only] = template
  if (typeof only === 'string' && template.length === 1) return constant({ backend: only })
  const nameOf = compileTemplate(template)
  return (incoming, view) => ({ backend: nameOf(incoming, view) })
}

function constant(ended: Ended): Act {
  return () => ended
}

/** Changes a response's headers, or says what takes its place. */
export type JudgeResponse = (response: Response, incoming: Incoming, view: View) => Ended | undefined

/** Undefined when there are no rules: then nobody has to copy a response. */
export function createResponseRules(rules: readonly ResponseRule[]): JudgeResponse | undefined {
  if (rules.length === 0) return undefined
  const compiled = rules.map(({ if: condition, do: action }) => ({
    holds: compileOptional(condition),
    act: isHeaderAction(action) ? editing(compileHeaderAction(action)) : compileFinal(action),
  }))
  return (response, incoming, view) => {
    const seen: View = { ...view, response }
    for (const { holds, act } of compiled) {
      const ended = holds(incoming, seen) ? act(incoming, seen) : undefined
      if (ended) return ended
    }
    return undefined
  }
}

function editing(edit: EditHeaders): Act {
  return (incoming, view) => void edit(view.response!.headers, incoming, view)
}

function isHeaderAction(action: Action | ResponseRule['do']): action is HeaderAction {
  return 'setHeader' in action || 'addHeader' in action || 'delHeader' in action || 'replaceHeader' in action
}

type EditHeaders = (headers: Headers, incoming: Incoming, view: View) => void

function compileHeaderAction(action: HeaderAction): EditHeaders {
  if ('delHeader' in action) return (headers) => headers.delete(action.delHeader)
  if ('replaceHeader' in action) {
    const { name } = action.replaceHeader
    const replace = compileReplacement(action.replaceHeader)
    return (headers, incoming, view) => replaceHeaderLines(headers, name, (line) => replace(line, incoming, view))
  }
  const how = 'setHeader' in action ? 'set' : 'append'
  const { name, value } = 'setHeader' in action ? action.setHeader : action.addHeader
  const valueOf = compileTemplate(value)
  return (headers, incoming, view) => headers[how](name, valueOf(incoming, view))
}

/** A value that matches is replaced as a whole. */
function compileReplacement({ match, with: template }: Replacement) {
  const pattern = patternOf(match, { keepsGroups: true })
  const textFor = compileTemplate(template)
  return (value: string, incoming: Incoming, view: View): string => {
    const groups = pattern.match(bytesOf(value))
    return groups ? filled(textFor(incoming, view), groups) : value
  }
}

/** `\1` is what the first group matched, `\x41` a byte; any other character behind a backslash is itself. */
function filled(text: string, groups: readonly (string | undefined)[]): string {
  if (!text.includes('\\')) return text
  const bytes = bytesOf(text).replaceAll(
    /\\(?:(\d)|x([0-9a-fA-F]{2})|([^]))/g,
    (_, group?: string, byte?: string, other?: string) => {
      if (group !== undefined) return groups[Number(group)] ?? ''
      return byte === undefined ? other! : String.fromCharCode(Number.parseInt(byte, 16))
    },
  )
  return textOf(bytes)
}
