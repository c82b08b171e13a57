// Former names: each leads to one backend, or to one server of a backend, or clients would be led astray.

import { pathText } from '../issue.ts'
import type { Path, Report } from './report.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { list } from '../units.ts'

export function checkFormerNames({ backends }: LimpetConfig, report: Report): void {
  checkNames(backends, ['backends'], report)
  backends.forEach(({ servers }, i) => {
    const path = ['backends', i, 'servers']
    checkNames(servers, path, report)
    checkCookies(servers, path, report)
  })
}

function checkNames(
  all: readonly { readonly name: string; readonly formerly?: BackendInput['formerly'] }[],
  path: Path,
  report: Report,
): void {
  const names = all.map(({ name }) => name)
  const taken = new Map<string, string>()
  all.forEach(({ formerly }, i) => {
    list(formerly).forEach((former, j) => {
      const at = [...path, i, 'formerly', j]
      const owner = names.indexOf(former)
      const first = taken.get(former)
      if (owner === i) report('error', at, 'is its name today; list former names only', former)
      else if (owner !== -1) {
        report('error', at, `is the name of ${pathText([...path, owner])} today; a former name must be free`, former)
      } else if (first !== undefined) report('error', at, `is listed at ${first} already; list it once`, former)
      taken.set(former, first ?? pathText(at))
    })
  })
}

/** A cookie that says a former name goes to the server that has it as its value today. */
function checkCookies(servers: BackendInput['servers'], path: Path, report: Report): void {
  servers.forEach(({ formerly }, i) => {
    list(formerly).forEach((former, j) => {
      const owner = servers.findIndex(({ cookie }, k) => k !== i && cookie === former)
      if (owner === -1) return
      const place = pathText([...path, owner])
      report(
        'warning',
        [...path, i, 'formerly', j],
        `is the cookie of ${place}: cookies of that value go there`,
        former,
      )
    })
  })
}
