// Actions that change maps and lists: input and result. HAProxy: configuration manual 4.2 "http-request set-map" and its like.

import * as v from 'valibot'

import { strict, text } from '../fields.ts'
import { template } from './samples/sample-fields.ts'
import { parseTemplate } from './samples/template.ts'
import type { Template } from './samples/template.ts'

const mapKey = {
  /**
   * The name of the map.
   * @example map: 'release.map'
   */
  map: text,
  /**
   * The key.
   * @example key: '%[req.hdr(host)]'
   */
  key: template,
}
const listKey = strict({
  /**
   * The name of the list; a map's keys are a list, too.
   * @example list: 'banned.lst'
   */
  list: text,
  /**
   * The pattern.
   * @example key: '%[src]'
   */
  key: template,
})

export const LIST_ACTIONS = [
  v.strictObject({
    /**
     * Sets an entry of a map, or adds it. It holds at once where the rule ran, and elsewhere with the next snapshot.
     * @example setMap: { map: 'release.map', key: 'shop.example.com', value: 'green' }
     */
    setMap: strict({
      ...mapKey,
      /**
       * The value.
       * @example value: 'green'
       */
      value: template,
    }),
  }),
  v.strictObject({
    /**
     * Deletes an entry of a map.
     * @example delMap: { map: 'release.map', key: 'shop.example.com' }
     */
    delMap: strict(mapKey),
  }),
  v.strictObject({
    /**
     * Adds a pattern to a list, unless it is there.
     * @example addAcl: { list: 'banned.lst', key: '%[src]' }
     */
    addAcl: listKey,
  }),
  v.strictObject({
    /**
     * Deletes a pattern of a list.
     * @example delAcl: { list: 'banned.lst', key: '%[src]' }
     */
    delAcl: listKey,
  }),
] as const

export type ListActionInput = v.InferInput<(typeof LIST_ACTIONS)[number]>

interface MapKey {
  readonly map: string
  readonly key: Template
}
interface ListKey {
  readonly list: string
  readonly key: Template
}

/** Changes an entry of a map or list, for all requests to come. */
export type ListAction =
  | { readonly setMap: MapKey & { readonly value: Template } }
  | { readonly delMap: MapKey }
  | { readonly addAcl: ListKey }
  | { readonly delAcl: ListKey }

export function isListAction(input: object): input is ListActionInput {
  return 'setMap' in input || 'delMap' in input || 'addAcl' in input || 'delAcl' in input
}

export function resolveListAction(input: ListActionInput): ListAction {
  if ('setMap' in input) {
    const { map, key, value } = input.setMap
    return { setMap: { map, key: parseTemplate(key)!, value: parseTemplate(value)! } }
  }
  if ('delMap' in input) return { delMap: { map: input.delMap.map, key: parseTemplate(input.delMap.key)! } }
  if ('addAcl' in input) return { addAcl: { list: input.addAcl.list, key: parseTemplate(input.addAcl.key)! } }
  return { delAcl: { list: input.delAcl.list, key: parseTemplate(input.delAcl.key)! } }
}
