// The entry of `limpet serve`, in its keeper and in its fronts. worker-config.ts says with which configuration.

import { createServedWorker } from './cloudflare/serve/served-worker.ts'
import config from './worker-config.ts'

const served = createServedWorker(config)

export default { fetch: served.fetch }
export const Monitor = served.Monitor
export const StickTable = served.StickTable
export const Slots = served.Slots
export const Stats = served.Stats
export const Isolate = served.Isolate
export const Keeper = served.Keeper
export const Control = served.Control
export const CommandSocket = served.CommandSocket
