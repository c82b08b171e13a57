// `npm run faults`: what clients see of failures. By itself the table of faults. Exit status 1 when something was not as it has to be.
//
//   --maxconn               two full servers
//   --kill                  one of three servers killed under load, beside HAProxy with the same configuration
//   --reload [--times N]    configurations that change under load, beside HAProxy
//   --crash                 a front, the keeper or the supervisor killed under load

import { scriptOptions } from '../script-options.ts'
import { printCrash } from './crash.ts'
import { printKill } from './kill.ts'
import { printMaxconn } from './maxconn.ts'
import { printReload } from './reload.ts'
import { printFaults } from './table.ts'

const is = { type: 'boolean' } as const
const { values } = scriptOptions(import.meta.url, {
  options: { maxconn: is, kill: is, reload: is, crash: is, times: { type: 'string' } },
})
const print = () => {
  if (values.maxconn) return printMaxconn()
  if (values.kill) return printKill()
  if (values.crash) return printCrash()
  if (values.reload) return printReload(values.times === undefined ? undefined : Number(values.times))
  return printFaults()
}
process.exit(await print())
