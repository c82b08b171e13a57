// What rules do, in words.

import type { Action } from '../config/rules/action.ts'
import type { ResponseAction } from '../config/rules/action.ts'
import { durationText } from '../config/duration.ts'
import type { StickRule } from '../config/options/stick.ts'
import { sampleText, templateText } from '../config/rules/samples/sample-text.ts'

export function actionText(action: Action | ResponseAction): string {
  if ('useBackend' in action) return `send to backend ${templateText(action.useBackend)}`
  if ('deny' in action) {
    const { status, closeConnection } = action.deny
    return closeConnection ? `close the connection, or deny with ${status}` : `deny with ${status}`
  }
  if ('tarpit' in action)
    return `let the client wait for ${durationText(action.tarpit.timeMs)}, then deny with ${action.tarpit.status}`
  if ('waitForBody' in action) {
    const { timeMs, atLeast } = action.waitForBody
    const much = atLeast === 0 ? 'the body' : `${atLeast} bytes of the body`
    return `wait for ${much}${timeMs === null ? '' : `, at most ${durationText(timeMs)}`}`
  }
  if ('setTimeout' in action) {
    const { server } = action.setTimeout
    return `wait for the server ${typeof server === 'number' ? durationText(server) : `as long as ${sampleText(server)} says`}`
  }
  if ('auth' in action) return `ask for a name and password (realm ${action.auth.realm})`
  if ('return' in action) return `answer ${action.return.status}`
  if ('redirectScheme' in action)
    return `redirect to ${action.redirectScheme.scheme} with ${action.redirectScheme.code}`
  if ('redirect' in action) {
    const { location, scheme, prefix, code, ignoreEmpty } = action.redirect
    const where = location
      ? templateText(location)
      : scheme
        ? `the same URL by ${templateText(scheme)}`
        : `the same path below ${templateText(prefix) || '/'}`
    return `redirect to ${where} with ${code}${ignoreEmpty ? ', unless that is empty' : ''}`
  }
  if ('setHeader' in action) return `set header ${action.setHeader.name} to ${templateText(action.setHeader.value)}`
  if ('addHeader' in action) return `add header ${action.addHeader.name}: ${templateText(action.addHeader.value)}`
  if ('delHeader' in action) {
    const { delHeader } = action
    return `remove ${typeof delHeader === 'string' ? `header ${delHeader}` : `headers whose name matches ${delHeader.name} (${delHeader.match})`}`
  }
  if ('replaceHeader' in action) {
    const { name, match, with: text } = action.replaceHeader
    return `in header ${name} replace ${match} with ${templateText(text)}`
  }
  if ('replaceValue' in action) {
    const { name, match, with: text } = action.replaceValue
    return `in values of header ${name} replace ${match} with ${templateText(text)}`
  }
  if ('setStatus' in action) return `set the status to ${action.setStatus.status}`
  if ('setLogLevel' in action) return `log at level ${action.setLogLevel}`
  if ('setSrc' in action) return `take ${sampleText(action.setSrc)} for the client's address`
  if ('allow' in action) return 'end these rules'
  if ('setPathq' in action) return `set path and query to ${templateText(action.setPathq)}`
  if ('setUri' in action) return `set the URL to ${templateText(action.setUri)}`
  if ('setMethod' in action) return `set the method to ${templateText(action.setMethod)}`
  if ('setPath' in action) return `set the path to ${templateText(action.setPath)}`
  if ('setQuery' in action) return `set the query to ${templateText(action.setQuery)}`
  if ('replacePath' in action)
    return `in the path replace ${action.replacePath.match} with ${templateText(action.replacePath.with)}`
  if ('replacePathq' in action)
    return `in path and query replace ${action.replacePathq.match} with ${templateText(action.replacePathq.with)}`
  if ('setVar' in action) {
    const { name, sample, text, when } = action.setVar
    const condition = when.length === 0 ? '' : ` (${when.join(', ')})`
    return `set ${name} to ${sample ? sampleText(sample) : templateText(text)}${condition}`
  }
  if ('useService' in action) return 'answer with metrics'
  if ('capture' in action) return `capture ${sampleText(action.capture.sample)} in slot ${action.capture.slot}`
  if ('setMap' in action)
    return `set ${templateText(action.setMap.key)} to ${templateText(action.setMap.value)} in map ${action.setMap.map}`
  if ('delMap' in action) return `delete ${templateText(action.delMap.key)} from map ${action.delMap.map}`
  if ('addAcl' in action) return `add ${templateText(action.addAcl.key)} to list ${action.addAcl.list}`
  if ('delAcl' in action) return `delete ${templateText(action.delAcl.key)} from list ${action.delAcl.list}`
  if ('unsetVar' in action) return `remove ${action.unsetVar}`
  if ('trackSc' in action) {
    const { sc, key, table } = action.trackSc
    return `count under ${sampleText(key)} in table ${table}, as number ${sc}`
  }
  if ('scCountRequest' in action) return 'count the request in what is tracked'
  if ('scIncGpc' in action)
    return `add 1 to general counter ${action.scIncGpc.gpc} of what is tracked as ${action.scIncGpc.sc}`
  if ('scSetGpt' in action) {
    const { sc, gpt, value } = action.scSetGpt
    return `set tag ${gpt} of what is tracked as ${sc} to ${typeof value === 'number' ? value : sampleText(value)}`
  }
  return 'retry only after a failed connection'
}

export function persistText(does: 'force' | 'ignore'): string {
  return does === 'force' ? 'keep clients on their server even if it is down' : 'ignore the cookie'
}

const STICK_WORDS: Readonly<Record<StickRule['action'], string>> = {
  on: 'look up and store',
  match: 'look up',
  storeRequest: 'store',
  storeResponse: 'store from the response',
}

export function stickText({ action, sample, table }: StickRule): string {
  return `${STICK_WORDS[action]} ${sampleText(sample)} in table ${table}`
}
