// The files of one run in the state directory. Two runs share it while one takes over from the other, so their names hold where a run's
// count of generations begins; only the keeper, of which there is one, is always found at the same place.

import { globSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { GENERATION } from './own-workerd.ts'
import { isUnfinished } from './secret-file.ts'
import type { StateDirectory } from './state-directory.ts'
import type { RunSockets } from './workerd-config.ts'

export function runSockets({ path }: StateDirectory, firstGeneration: number): RunSockets {
  const own = (name: string) => join(path, `${name}-${firstGeneration}.sock`)
  return {
    keeper: join(path, 'keeper.sock'),
    keeperControl: join(path, 'keeper-control.sock'),
    fronts: own('fronts'),
    mail: own('mail'),
    syslog: own('syslog'),
  }
}

/** Where front is asked by the supervisor. */
export function frontSocket({ path }: StateDirectory, generation: number, nth: number): string {
  return join(path, `front-${generation}-${nth}.sock`)
}

/**
 * Of runs that were killed, or were to take over; those before `firstGeneration` are another's. Nobody else may use the directory now, nor
 * write a secret there.
 */
export function removeLeftFiles({ path }: StateDirectory, firstGeneration = 0): void {
  const left = globSync([`${GENERATION}*`, '{front,fronts,mail,syslog,reload}*.sock'], { cwd: path })
  const generationOf = (name: string) => Number(/-(\d+)/.exec(name)?.[1] ?? 0)
  for (const name of left) {
    if (generationOf(name) >= firstGeneration) rmSync(join(path, name), { recursive: true, force: true })
  }
  for (const name of readdirSync(path).filter(isUnfinished)) rmSync(join(path, name), { force: true })
}
