// Every fetch, converter and action, for a Worker that learns its configuration when it starts, and for what runs rules elsewhere.

import type { PatternOf } from '../pattern/compile.ts'
import * as actions from './actions/actions.ts'
import * as converters from './converters/converters.ts'
import * as fetches from './fetches/fetches.ts'
import { createLists } from './lists/lists.ts'
import type { Tools } from './tools.ts'

export function allTools(patternOf: PatternOf): Tools {
  return { patternOf, fetches, converters, actions, createLists }
}
