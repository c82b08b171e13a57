// `npm run faults`: what clients see of failures. By itself the table of faults; `-- --maxconn` two full servers;
// `-- --reload` configurations that change under load, beside HAProxy; `-- --kill` one of three servers killed under load, beside HAProxy with the same configuration. Exit status 1 when
// something was not as it has to be.

import { printKill } from './kill.ts'
import { printMaxconn } from './maxconn.ts'
import { printReload } from './reload.ts'
import { printFaults } from './table.ts'

const [part] = process.argv.slice(2)
const [, times] = process.argv.slice(2)
const PARTS: Readonly<Record<string, () => Promise<number>>> = {
  '--maxconn': printMaxconn,
  '--kill': printKill,
  '--reload': () => printReload(times === undefined ? undefined : Number(times)),
}
const print = PARTS[part ?? ''] ?? printFaults
process.exit(await print())
