// The two parts of a Host header. HAProxy: configuration manual 7.3.1 "host_only", "port_only".

import type { ConverterMaker } from '../tools.ts'
import { asciiLower } from './ascii.ts'
import { ofText } from './inputs.ts'

/** In lower case; an IPv6 address keeps its brackets. */
export const hostOnly: ConverterMaker = () => ofText((text) => asciiLower(text.slice(0, portAt(text))))

/** 0: there is none. */
export const portOnly: ConverterMaker = () =>
  ofText((text) => {
    let port = 0
    // As HAProxy reads it, which looks at no character twice: `a:b` has the port 50.
    for (const digit of text.slice(portAt(text) + 1)) port = (Math.imul(port, 10) + digit.charCodeAt(0) - 48) >>> 0
    return BigInt(port)
  })

/** Where the colon before the port stands, or would. */
function portAt(text: string): number {
  const colon = text.indexOf(':', text.indexOf(']') + 1)
  return colon === -1 ? text.length : colon
}
