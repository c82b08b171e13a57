// Actions on maps and lists. HAProxy: configuration manual 4.2 "http-request set-map", "del-map", "add-acl", "del-acl".

import type { Template } from '../../config/rules/samples/template.ts'
import type { ListChange } from '../lists/list-set.ts'
import { compileTemplate } from '../samples.ts'
import type { Act, ActionMaker, Tools } from '../tools.ts'

export const setMap: ActionMaker<'setMap'> = ({ setMap: { map, key, value } }, tools) =>
  changing(map, 'put', key, value, tools)

export const delMap: ActionMaker<'delMap'> = ({ delMap: { map, key } }, tools) =>
  changing(map, 'delete', key, [], tools)

export const addAcl: ActionMaker<'addAcl'> = ({ addAcl: { list, key } }, tools) => changing(list, 'add', key, [], tools)

export const delAcl: ActionMaker<'delAcl'> = ({ delAcl: { list, key } }, tools) =>
  changing(list, 'delete', key, [], tools)

function changing(list: string, does: ListChange['does'], key: Template, value: Template, tools: Tools): Act {
  const keyOf = compileTemplate(key, tools)
  const valueOf = compileTemplate(value, tools)
  return (transaction, view) =>
    void view.lists!.change({ list, does, key: keyOf(transaction, view), value: valueOf(transaction, view) })
}
