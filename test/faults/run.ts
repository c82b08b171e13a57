// `npm run faults`: what clients see of failures. By itself the table of faults; `-- --maxconn` two full servers;
// `-- --kill` one of three servers killed under load, beside HAProxy with the same configuration. Exit status 1 when
// something was not as it has to be.

import { printKill } from './kill.ts'
import { printMaxconn } from './maxconn.ts'
import { printFaults } from './table.ts'

const [part] = process.argv.slice(2)
const print = part === '--maxconn' ? printMaxconn : part === '--kill' ? printKill : printFaults
process.exit(await print())
