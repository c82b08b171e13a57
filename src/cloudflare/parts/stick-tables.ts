// Keeps clients on their servers by tables.

import { createStick } from '../../balancer/persist/stick.ts'
import { createTables } from '../adapters/stick-tables.ts'
import { openShard } from '../objects/shard-table.ts'

export const stickTables = { createTables, createStick, openShard }
