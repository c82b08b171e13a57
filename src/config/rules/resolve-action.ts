// What the engine gets of an action that was written (action.ts).

import type { Profile } from '../option.ts'
import { resolveRedirectScheme } from '../options/redirect-scheme.ts'
import { resolveAnswer } from './answer.ts'
import { resolveCaptureAction } from './capture-action.ts'
import { resolveCounterAction } from './counter-action.ts'
import { resolveHeaderAction, resolveReplacement } from './header-action.ts'
import { isListAction, resolveListAction } from './list-action.ts'
import { parseSample } from './samples/sample.ts'
import { parseTemplate } from './samples/template.ts'
import { resolveVariableAction } from './variable-action.ts'
import { resolveWaitForBody, resolveWaitingAction } from './waiting-action.ts'
import type { Action, ActionInput, ResponseAction, ResponseActionInput, StatusAction } from './action.ts'

export function resolveAction(input: ActionInput, profile: Profile): Action {
  if ('redirectScheme' in input) return { redirectScheme: resolveRedirectScheme(input.redirectScheme, profile) }
  if ('useBackend' in input) {
    const { useBackend } = input
    return { useBackend: useBackend.includes('%[') ? parseTemplate(useBackend)! : [useBackend] }
  }
  if ('disableL7Retry' in input || 'useService' in input || 'scCountRequest' in input) return input
  if ('tarpit' in input || 'setTimeout' in input) return resolveWaitingAction(input)
  if ('setSrc' in input) return { setSrc: parseSample(input.setSrc)! }
  if ('auth' in input) return { auth: { realm: input.auth.realm ?? 'Restricted' } }
  if ('setPath' in input) return { setPath: parseTemplate(input.setPath)! }
  if ('setQuery' in input) return { setQuery: parseTemplate(input.setQuery)! }
  if ('setPathq' in input) return { setPathq: parseTemplate(input.setPathq)! }
  if ('setUri' in input) return { setUri: parseTemplate(input.setUri)! }
  if ('setMethod' in input) return { setMethod: parseTemplate(input.setMethod)! }
  if ('replacePath' in input) return { replacePath: resolveReplacement(input.replacePath) }
  if ('replacePathq' in input) return { replacePathq: resolveReplacement(input.replacePathq) }
  return resolveResponseAction(input, profile) as Exclude<ResponseAction, StatusAction>
}

export function resolveResponseAction(input: ResponseActionInput, profile: Profile): ResponseAction {
  if ('deny' in input || 'return' in input || 'redirect' in input) return resolveAnswer(input, profile)
  if ('allow' in input || 'setLogLevel' in input) return input
  if ('waitForBody' in input) return resolveWaitForBody(input)
  if ('setStatus' in input) return { setStatus: { ...input.setStatus, reason: input.setStatus.reason ?? null } }
  if ('capture' in input) return resolveCaptureAction(input)
  if ('setVar' in input || 'unsetVar' in input) return resolveVariableAction(input)
  if (isListAction(input)) return resolveListAction(input)
  if ('trackSc' in input || 'scIncGpc' in input || 'scSetGpt' in input) return resolveCounterAction(input)
  return resolveHeaderAction(input)
}
