// Lets requests wait for slots of servers and frontends.

import { createGate } from '../../balancer/maxconn/frontend.ts'
import { createAdmission } from '../../balancer/maxconn/server.ts'
import { createLimits } from '../adapters/limits.ts'
import { openLeases } from '../objects/leases.ts'
import type { MaxconnPart } from '../parts.ts'

export const maxconn: MaxconnPart = {
  createMaxconn: (env) => ({ limit: createLimits(env), createAdmission, createGate }),
  openLeases,
}
