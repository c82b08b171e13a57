// Notices when a request has ended, and may end it: only some configurations ask.

import { createHolding } from '../../balancer/maxconn/in-flight.ts'
import { createWhenClosed } from '../adapters/websocket.ts'
import { createWhenEnded } from '../adapters/when-ended.ts'

export const inFlight = { createHolding, createWhenClosed, createWhenEnded }
