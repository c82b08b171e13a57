// `limpet check --for cloudflare --cost REQUESTS`: the bill of a month, by item.

import type { Config } from '../config/config.ts'
import { billOf } from '../cost/bill.ts'
import type { Bill, BillLine } from '../cost/bill.ts'
import { PAID_PLAN } from '../cost/prices.ts'
import { savingsOf } from '../cost/savings.ts'
import type { Saving } from '../cost/savings.ts'
import { assumedTraffic } from '../cost/traffic.ts'
import type { Traffic } from '../cost/traffic.ts'
import { usageOf } from '../cost/usage.ts'
import type { Bindings } from '../cost/usage.ts'

export function costText(config: Config, requestsAMonth: number, bindings: Bindings): string {
  const traffic = assumedTraffic(requestsAMonth)
  const bill = billOf(usageOf(config, traffic, bindings))
  const savings = savingsOf(config, traffic, bindings, bill)
  return [
    `cost of ${count(requestsAMonth)} requests a month on Cloudflare, in dollars, about:`,
    ...tableOf(bill),
    '',
    freePlanText(bill),
    assumedText(traffic),
    ...savings.map(savingText),
  ].join('\n')
}

function tableOf({ lines, dollars }: Bill): readonly string[] {
  const cells = [
    ['item', 'a month', 'included', 'dollars', 'used by'],
    ...lines.map(({ name, amount, included, dollars: own, usedBy }) => [
      name,
      count(amount),
      count(included),
      money(own),
      usedBy.join(', '),
    ]),
    ['Workers Paid plan', '', '', money(PAID_PLAN), ''],
    ['all', '', '', money(dollars), ''],
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row) =>
    `  ${row.map((cell, i) => (i === 0 || i === 4 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`.trimEnd(),
  )
}

function freePlanText({ lines, isFreePlanEnough }: Bill): string {
  const limited = lines.filter((line): line is BillLine & { freeShare: number } => line.freeShare !== null)
  const share = ({ name, freeShare }: { name: string; freeShare: number }) => `${name} ${Math.ceil(freeShare * 100)} %`
  const most = limited.toSorted((a, b) => b.freeShare - a.freeShare)
  if (isFreePlanEnough) return `free plan: enough; of a day's limits it uses at most ${share(most[0]!)}.`
  const over = most.filter(({ freeShare }) => freeShare > 1)
  return `free plan: not enough; of a day's limits it would use ${over.map(share).join(', ')}.`
}

function assumedText({ locations, isolates, requestsPerVisit, visitS }: Traffic): string {
  return `assumed: visitors in ${locations} Cloudflare locations, ${isolates} isolates, ${requestsPerVisit} requests in a visit of ${visitS / 60} minutes; every server up, and nobody reading counters (each 10 s then, not each 60).`
}

function savingText({ change, dollars, fitsFreePlan }: Saving): string {
  return `cheaper: ${change}. ${fitsFreePlan ? 'The free plan is enough then.' : `Saves ${money(dollars)}.`}`
}

function count(amount: number): string {
  return Math.round(amount).toLocaleString('en-US')
}

function money(dollars: number): string {
  return dollars.toFixed(2)
}
