// What is known of a backend or a server whose name is the value: nothing, if there is none. HAProxy: configuration manual 7.3.1
// "nbsrv", "srv_queue".

import { nbsrv as nbsrvNamed } from '../fetches/servers.ts'
import { srvQueue as srvQueueNamed } from '../fetches/queues.ts'
import type { Convert, ConverterMaker, FetchMaker, Tools } from '../tools.ts'
import { toText } from '../values.ts'
import type { Value } from '../values.ts'

export const nbsrv: ConverterMaker = (_, tools) => named(nbsrvNamed, tools)

export const srvQueue: ConverterMaker = (_, tools) => named(srvQueueNamed, tools)

function named(make: FetchMaker, tools: Tools): Convert {
  return (value, transaction, view) => {
    const name = toText(value)
    return name === '' ? undefined : (make([name], tools)(transaction, view) as Value | undefined)
  }
}
