// The entry of `wrangler deploy` and, with another configuration in place of limpet.config.ts, of `limpet serve`.

import config from '../limpet.config.ts'
import { createLimpet } from './cloudflare/limpet.ts'

const limpet = createLimpet(config)

export default limpet.worker
export const Monitor = limpet.Monitor
export const StickTable = limpet.StickTable
export const Slots = limpet.Slots
export const Stats = limpet.Stats
export const Isolate = limpet.Isolate
export const CommandSocket = limpet.CommandSocket
