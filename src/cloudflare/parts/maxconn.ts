// Lets requests wait for slots of servers and frontends.

import { createGate } from '../../balancer/maxconn/frontend.ts'
import { createAdmission } from '../../balancer/maxconn/server.ts'
import type { Maxconn } from '../../balancer/balancer-ports.ts'
import { createLimits } from '../adapters/limits.ts'
import type { Env } from '../env.ts'

export const maxconn = (env: Env): Maxconn => ({ limit: createLimits(env), createAdmission, createGate })
