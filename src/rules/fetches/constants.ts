// What is known without a request. HAProxy: configuration manual 7.3.2.

import type { FetchMaker } from '../tools.ts'

export const alwaysTrue: FetchMaker = () => () => true

export const alwaysFalse: FetchMaker = () => () => false

export const str: FetchMaker =
  ([text = '']) =>
  () =>
    text

export const uuid: FetchMaker = () => () => crypto.randomUUID()
