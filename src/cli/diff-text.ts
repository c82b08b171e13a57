// How a difference reads: for people by backend, for machines as JSON.

import type { BackendDifference, ServerDifference, StorageDifference } from '../difference/backend-difference.ts'
import type { Difference } from '../difference/difference.ts'
import type { OptionChange } from '../difference/option-changes.ts'
import type { RuleChange } from '../difference/rule-changes.ts'
import { escaped } from '../admin/escaped.ts'
import { changesReleases, releaseLines } from './diff-releases.ts'
import { printLiteral } from './literal.ts'

export function diffJson(difference: Difference): string {
  return JSON.stringify({ isChanged: hasChanges(difference), ...difference }, null, 2)
}

export function hasChanges({ backends, rules, options, rerouted }: Difference): boolean {
  return rules.length + options.length + rerouted.length > 0 || backends.some(isChanged)
}

function isChanged({ fate, servers, clients, cookie, tables, releases }: BackendDifference): boolean {
  return (
    fate !== 'stays' ||
    servers.some((server) => server.fate !== 'stays') ||
    (clients?.moved ?? 0) > 0 ||
    (releases !== null && changesReleases(releases)) ||
    [cookie, ...tables].some((each) => each !== null && each.problem !== null)
  )
}

export function diffText(difference: Difference): string {
  if (!hasChanges(difference)) return 'no difference'
  const { backends, rules, options, rerouted } = difference
  const blocks = backends.filter(isChanged).map(backendText)
  if (rerouted.length > 0)
    blocks.push(
      rerouted
        .map((name) => `frontend ${name}: its requests go to another backend by default: all of its clients move`)
        .join('\n'),
    )
  if (rules.length > 0) blocks.push(['rules', ...rules.map(ruleLine)].join('\n'))
  if (options.length > 0) blocks.push(['options', ...options.map(optionLine)].join('\n'))
  return blocks.join('\n\n')
}

/** `12.5 %` */
export function percent(share: number): string {
  const rounded = Math.round(share * 1000) / 10
  // A share that is there is not called none.
  return share > 0 && rounded === 0 ? 'less than 0.1 %' : `${rounded} %`
}

function backendText(backend: BackendDifference): string {
  const { before, after, fate, proposedFormerly, servers, cookie, tables, releases } = backend
  const title =
    fate === 'renamed' ? `${before} is ${after} now` : `${after ?? before}${fate === 'stays' ? '' : ` is ${fate}`}`
  const lines = [`backend ${title}${formerlyText(proposedFormerly, 'the backend')}`]
  if (fate === 'new') return lines[0]!
  const width = Math.max(...servers.map((server) => nameOf(server).length))
  for (const server of servers) lines.push(`  ${nameOf(server).padEnd(width)}  ${serverText(server)}`)
  if (cookie?.problem) lines.push(`  cookie ${cookie.name} is foreign: ${cookie.problem}`)
  for (const table of tables) if (table.problem) lines.push(`  table ${tableText(table)}`)
  if (releases) lines.push(...releaseLines(releases).map((line) => `  ${line}`))
  lines.push(`  clients: ${clientsText(backend)}`)
  return lines.join('\n')
}

function tableText({ name, problem }: StorageDifference): string {
  return `${name}: its entries are of no more use: ${problem}`
}

function nameOf({ before, after }: ServerDifference): string {
  return before !== null && after !== null && before !== after ? `${before} -> ${after}` : (after ?? before)!
}

function serverText(server: ServerDifference): string {
  const { fate, urlBefore, urlAfter, share, proposedFormerly, after } = server
  const said = {
    stays: 'stays',
    renamed: 'is renamed',
    readdressed: `goes from ${urlBefore} to ${urlAfter}; clients of its name go there, too`,
    gone: share > 0 ? 'is gone' : 'is gone; it gets no new clients now, but those that it still has move',
    new: 'is new',
  }[fate]
  return `${said}${formerlyText(proposedFormerly, after ?? '')}${movedText(server)}`
}

function formerlyText(names: readonly string[], where: string): string {
  return names.length === 0 ? '' : `; its clients do not follow: write formerly: ${printLiteral(names)} in ${where}`
}

/** Of all clients of the backend. */
function movedText({ before, moved, to }: ServerDifference): string {
  if (before === null || moved === 0) return ''
  const others = Object.entries(to).map(
    ([name, share]) => `${percent(share)} ${name === '' ? 'to any server' : `to ${name}`}`,
  )
  return `; its clients: ${others.join(', ')}`
}

const KEPT_BY = { cookie: 'a cookie', table: 'a stick table', hash: 'a hash' } as const

function clientsText({ clients, fate }: BackendDifference): string {
  if (clients === null) return 'nothing keeps them on a server, so nobody moves'
  const { moved, sampled, keptBy } = clients
  const precision =
    sampled === null
      ? ''
      : moved === 0
        ? ` (of ${sampled} drawn: fewer than 0.03 %)`
        : ` (of ${sampled} drawn: to within 1 point)`
  const by = `kept by ${keptBy.map((keeper) => KEPT_BY[keeper]).join(', then ')}`
  return fate === 'gone' ? `all of them lose their server (${by})` : `${percent(moved)} move${precision} (${by})`
}

function ruleLine({ path, before, after }: RuleChange): string {
  const [was, is] = [before, after].map((text) => (text === null ? null : escaped(text)))
  if (before === after) return `  ${path}: moved: ${was}`
  if (before === null) return `  ${path}: added: ${is}`
  return after === null
    ? `  ${path}: removed: ${was}`
    : `  ${path}: changed: ${was}\n  ${' '.repeat(path.length)}       to: ${is}`
}

function optionLine({ path, before, after }: OptionChange): string {
  if (after === undefined && before === 'there') return `  ${path} is gone`
  if (before === undefined && after === 'there') return `  ${path} is new`
  const text = (value: OptionChange['before']) =>
    value === undefined ? 'unset' : shortened(printLiteral(value).replaceAll(/\s+/g, ' '))
  return `  ${path}: ${text(before)} -> ${text(after)}`
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text
}
