// Ordered rules: each whose condition holds acts. Actions on headers and the path let the rules go on, the others end them.
// HAProxy: configuration manual 4.2 "http-request", "http-response", "use_backend", "redirect".

import type { Action, FinalAction, HeaderAction, Redirect, Replacement, ResponseRule, Rule } from '../config/rule.ts'
import type { Template } from '../config/sample.ts'
import { bytesOf, textOf } from '../pattern/bytes.ts'
import { patternOf } from '../pattern/compile.ts'
import { compileOptional } from './conditions.ts'
import { replaceHeaderLines } from './header-lines.ts'
import type { Incoming } from './incoming.ts'
import { compileReply, redirect } from './replies.ts'
import { compileTemplate } from './samples.ts'
import type { View } from './samples.ts'

/** What ended the rules: a backend by name, an answer, or a status that is still to be put into words. */
export type Ended =
  | { readonly backend: string }
  | { readonly response: Response }
  | { readonly status: number; readonly challenge?: string }

export type Act = (incoming: Incoming, view: View) => Ended | undefined

/** Changes `incoming.headers` and `incoming.url`; undefined when no rule ended it. */
export function createRules(rules: readonly Rule[]): Act {
  const compiled = compileRules(rules)
  return (incoming, view) => {
    for (const { holds, act } of compiled) {
      const ended = holds(incoming, view) ? act(incoming, view) : undefined
      if (ended) return ended
    }
    return undefined
  }
}

/** The same rules, but only what refuses a request or gives it to a backend ends them. */
export function createRefusals(rules: readonly Rule[]): Act {
  const compiled = compileRules(rules)
  return (incoming, view) => {
    for (const { holds, act } of compiled) {
      const ended = holds(incoming, view) ? act(incoming, view) : undefined
      if (ended && ('backend' in ended || isRefusal(ended))) return ended
    }
    return undefined
  }
}

function isRefusal(ended: Exclude<Ended, { backend: string }>): boolean {
  return 'response' in ended ? ended.response.status >= 400 : ended.challenge === undefined
}

function compileRules(rules: readonly Rule[]) {
  return rules.map((rule) => ({ holds: compileOptional(rule.if), act: compileAction(rule.do) }))
}

function compileAction(action: Action): Act {
  if (isHeaderAction(action)) {
    const edit = compileHeaderAction(action)
    return (incoming, view) => void edit(incoming.headers, incoming, view)
  }
  if ('disableL7Retry' in action) return (incoming) => void (incoming.noL7Retry = true)
  if ('setPath' in action) return setting(action.setPath, (url, path) => (url.pathname = path))
  if ('setQuery' in action) return setting(action.setQuery, (url, query) => (url.search = query))
  if ('replacePath' in action) {
    const replace = compileReplacement(action.replacePath)
    return (incoming, view) => void (incoming.url.pathname = replace(incoming.url.pathname, incoming, view))
  }
  if ('replacePathq' in action) {
    const replace = compileReplacement(action.replacePathq)
    return (incoming, view) => {
      const { url } = incoming
      const [path = '', ...query] = replace(url.pathname + url.search, incoming, view).split('?')
      url.pathname = path
      url.search = query.join('?')
      return undefined
    }
  }
  return compileFinal(action)
}

function setting(template: Template, set: (url: URL, value: string) => void): Act {
  const valueOf = compileTemplate(template)
  return (incoming, view) => void set(incoming.url, valueOf(incoming, view))
}

function compileFinal(action: FinalAction): Act {
  if ('useBackend' in action) return compileUseBackend(action.useBackend)
  if ('deny' in action) return constant({ status: action.deny.status })
  if ('auth' in action) return constant({ status: 401, challenge: `Basic realm="${action.auth.realm}"` })
  if ('return' in action) {
    const make = compileReply(action.return)
    return (incoming, view) => ({ response: make(incoming, view) })
  }
  if ('redirectScheme' in action) {
    const { scheme, code } = action.redirectScheme
    return ({ url }) => ({ response: redirect(`${scheme}://${url.host}${url.pathname}${url.search}`, code) })
  }
  return compileRedirect(action.redirect)
}

function compileRedirect({ location, prefix, code, dropQuery, appendSlash, setCookies }: Redirect): Act {
  const start = compileTemplate(location ?? prefix)
  return (incoming, view) => {
    const { pathname, search } = incoming.url
    const slash = appendSlash && !pathname.endsWith('/') ? '/' : ''
    const rest = location ? '' : pathname + slash + (dropQuery ? '' : search)
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
