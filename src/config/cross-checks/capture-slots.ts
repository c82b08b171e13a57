// Rules of a frontend fill slots that it has. Those of a backend may serve frontends that have fewer: HAProxy 2.6 reads over them, too.

import type { FrontendInput } from '../options/frontend.ts'
import type { Path, Report } from './report.ts'

export function checkCaptureSlots(frontend: FrontendInput, path: Path, report: Report): void {
  const { rules = [], responseRules = [], afterResponseRules = [], captures } = frontend
  const { request = [], response = [] } = captures ?? {}
  check({ rules }, 'request', request.length)
  check({ responseRules, afterResponseRules }, 'response', response.length)

  function check(lists: Readonly<Record<string, readonly object[]>>, direction: string, slots: number): void {
    for (const [field, all] of Object.entries(lists)) {
      all.forEach((rule, j) => {
        const slot = slotOf(rule)
        if (slot === undefined || slot < slots) return
        const there = slots === 0 ? 'it has none' : slots === 1 ? 'it has slot 0 alone' : `it has 0 to ${slots - 1}`
        const message = `is no slot of captures.${direction} of this frontend: ${there}`
        report('error', 'invalid-value', [...path, field, j, 'do', 'capture', 'slot'], message, slot)
      })
    }
  }
}

function slotOf(rule: object): number | undefined {
  return (rule as { readonly do?: { readonly capture?: { readonly slot: number } } }).do?.capture?.slot
}
