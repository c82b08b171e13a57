// The bundle that is deployed, as the entry beside it imports it.

import type { Limpet } from '../../../src/cloudflare/balanced-worker.ts'

declare const worker: Limpet['worker']
export default worker
export declare const Monitor: Limpet['Monitor']
export declare const StickTable: Limpet['StickTable']
export declare const Slots: Limpet['Slots']
export declare const Stats: Limpet['Stats']
