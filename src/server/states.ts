// What a server may do in each state: the operator's will (admin) times what checks say (health), one table.
// `candidate`: may get a new client. `servable`: may keep a persistent one. `checked`: is still being asked.
// Only this room reads it. HAProxy: management manual 9.3 "set server state", configuration manual 4.2 "disable-on-404".

import type { AdminState, HealthState } from '../config/config.ts'

export interface StateRights {
  readonly candidate: boolean
  readonly servable: boolean
  readonly checked: boolean
}

const full: StateRights = { candidate: true, servable: true, checked: true }
const keeps: StateRights = { candidate: false, servable: true, checked: true }
const checkedOnly: StateRights = { candidate: false, servable: false, checked: true }
const nothing: StateRights = { candidate: false, servable: false, checked: false }

const RIGHTS: Record<AdminState, Record<HealthState, StateRights>> = {
  ready: { up: full, starting: full, nolb: keeps, down: checkedOnly },
  drain: { up: keeps, starting: keeps, nolb: keeps, down: checkedOnly },
  maint: { up: nothing, starting: nothing, nolb: nothing, down: nothing },
}

export function rightsOf(admin: AdminState, health: HealthState): StateRights {
  return RIGHTS[admin][health]
}
