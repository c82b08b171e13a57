// What the frontend and rules have captured. HAProxy: configuration manual 7.3.6 "capture.req.hdr".

import type { FetchMaker } from '../tools.ts'

export const captureReqHdr: FetchMaker = ([slot]) => {
  return ({ captures }) => captures?.read('request', Number(slot))
}

export const captureResHdr: FetchMaker = ([slot]) => {
  return ({ captures }) => captures?.read('response', Number(slot))
}
