// The entry of `wrangler deploy` and of `limpet serve`. worker-config.ts says with which configuration.

import { createBalancedWorker } from './cloudflare/balanced-worker.ts'
import config from './worker-config.ts'

const limpet = createBalancedWorker(config)

export default limpet.worker
export const Monitor = limpet.Monitor
export const StickTable = limpet.StickTable
export const Slots = limpet.Slots
export const Stats = limpet.Stats
export const Isolate = limpet.Isolate
export const CommandSocket = limpet.CommandSocket
