// A rule's action, by its name.

import type { Action, ResponseAction } from '../../config/rules/action.ts'
import type { Act, ActionMaker, ActionName, Phase, Tools } from '../tools.ts'

export function compileAction(action: Action | ResponseAction, tools: Tools, phase: Phase): Act {
  const name = Object.keys(action)[0] as ActionName
  const make = tools.actions[name] as ActionMaker | undefined
  if (!make) throw new TypeError(`this Worker was built without '${name}'`)
  return make(action as never, tools, phase)
}
