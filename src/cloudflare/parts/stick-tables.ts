// Keeps clients on their servers by tables.

import { createStick } from '../../balancer/persist/stick.ts'
import { createTables } from '../adapters/stick-tables.ts'
import { openShard } from '../objects/shard-table.ts'
import type { StickTables } from '../parts.ts'

export const stickTables: StickTables = {
  createTables,
  createStick,
  openShard,
  // Imported when an operator asks first.
  commands: () => import('../../admin/table-commands.ts'),
}
