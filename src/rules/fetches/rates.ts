// Requests a second in this isolate, this one among them. HAProxy: configuration manual 7.3.2.

import { ofBackend, ofFrontend, ofServer } from './known.ts'
import type { FetchMaker } from '../tools.ts'
import { rateOf } from './rate-meter.ts'

export const beSessRate: FetchMaker = (given) =>
  ofBackend(given, ({ tally }, isOwn, _, { now }) => rateOf(tally, now(), isOwn ? 1 : 0))

export const feSessRate: FetchMaker = (given) =>
  ofFrontend(given, ({ tally }, isOwn, { now }) => rateOf(tally, now(), isOwn ? 1 : 0))

export const srvSessRate: FetchMaker = (given) => ofServer(given, ({ tally }, _, { now }) => rateOf(tally, now(), 0))
