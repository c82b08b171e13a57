// `limpet drain`, `maint`, `ready` and `weight`: several servers of a running balancer at once. Every name is looked up before the first
// server changes, and a change after which a backend takes no new clients needs a yes.

import { createInterface } from 'node:readline/promises'

import { messageOf } from '../errors.ts'
import { nearest } from '../config/nearest.ts'
import { parseDurationMs } from '../config/duration.ts'
import { serverKey } from '../config/keys.ts'
import { isDrainTime, isWeight, MAX_WEIGHT } from '../health/state-change.ts'
import type { SentServerView } from '../health/server-view.ts'
import type { AdminState } from '../server/states.ts'
import { CliError, UsageError } from './cli-error.ts'
import { changeServer, fetchServers, printServers } from './remote.ts'
import type { RemoteOptions } from './remote.ts'

export interface ChangeOptions extends RemoteOptions {
  /** How long a drain lasts before it becomes maint. */
  readonly for?: string
  /** The answer to the question, should there be one. */
  readonly yes?: boolean
}

/** What `PATCH servers/BACKEND/SERVER` takes. */
type Change = { readonly state: AdminState; readonly drainFor?: string } | { readonly weight: number }

type Planned = readonly [name: string, change: Change]

type Outcome = { readonly name: string } & (
  | { readonly isDone: true; readonly server: SentServerView }
  | { readonly isDone: false; readonly error: string }
)

export async function setStates(state: AdminState, names: readonly string[], options: ChangeOptions): Promise<void> {
  if (options.for !== undefined && !isDrainTime(parseDurationMs(options.for)))
    throw new UsageError(`--for ${options.for}: must be a duration such as 30m, at most 365d`)
  const change = { state, ...(options.for === undefined ? {} : { drainFor: options.for }) }
  await changeAll(
    names.map((name) => [name, change]),
    options,
  )
}

/** `written`: BACKEND/SERVER=WEIGHT each. */
export async function setWeights(written: readonly string[], options: ChangeOptions): Promise<void> {
  const planned = written.map((text): Planned => {
    const [, name, digits] = /^([^=]*)=(\d+)$/.exec(text) ?? []
    if (name === undefined || !isWeight(Number(digits)))
      throw new UsageError(
        `'${text}' must be BACKEND/SERVER=WEIGHT with a whole number from 0 to ${MAX_WEIGHT}, such as app/s1=50`,
      )
    return [name, { weight: Number(digits) }]
  })
  await changeAll(planned, options)
}

async function changeAll(planned: readonly Planned[], options: ChangeOptions): Promise<void> {
  for (const [name] of planned) {
    if (!/^[^/]+\/[^/]+$/.test(name)) throw new UsageError(`'${name}' must be BACKEND/SERVER, such as app/s1`)
    if (planned.filter(([other]) => other === name).length > 1) throw new UsageError(`${name} is named twice`)
  }
  const before = await fetchServers(options)
  refuseUnknown(planned, before)
  const warnings = warningsOf(before, new Map(planned))
  if (warnings.length > 0 && !(await isConfirmed(warnings, options)))
    throw new CliError('nothing was changed; --yes does it all the same')
  const outcomes: Outcome[] = []
  for (const [name, change] of planned) outcomes.push(await outcomeOf(name, change, options))
  printOutcomes(outcomes, options)
  if (outcomes.some(({ isDone }) => !isDone)) process.exitCode = 1
}

function refuseUnknown(planned: readonly Planned[], views: readonly SentServerView[]): void {
  const known = views.map(keyOf)
  const unknown = planned.map(([name]) => name).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const told = unknown.map((name) => {
    const near = nearest(name, known)
    return `there is no server ${name}${near === undefined ? '' : `; did you mean ${near}?`}`
  })
  throw new CliError(`${told.join('\n')}\nnothing was changed; \`limpet show servers\` lists all servers`)
}

/** For each backend that takes new clients now, and would not afterwards. */
function warningsOf(views: readonly SentServerView[], changes: ReadonlyMap<string, Change>): readonly string[] {
  return [...Map.groupBy(views, ({ backend }) => backend)].flatMap(([backend, servers]) => {
    const left = servers.filter((view) => view.isCandidate && !endsCandidacy(changes.get(keyOf(view))))
    const returns = servers.some((view) => mayReturn(view, changes.get(keyOf(view))))
    if (left.length > 0 || returns || !servers.some(({ isCandidate }) => isCandidate)) return []
    return [`${backend} would have no server left that takes new clients: they would get 503`]
  })
}

function endsCandidacy(change: Change | undefined): boolean {
  if (change === undefined) return false
  return 'weight' in change ? change.weight === 0 : change.state !== 'ready'
}

/** Its checks decide whether it does. */
function mayReturn({ isCandidate, health, state, weight }: SentServerView, change: Change | undefined): boolean {
  if (change === undefined || isCandidate || health === 'down') return false
  return 'weight' in change ? change.weight > 0 && state === 'ready' : change.state === 'ready' && weight > 0
}

/** Never waits for an answer that nobody can give. */
async function isConfirmed(warnings: readonly string[], { yes }: ChangeOptions): Promise<boolean> {
  for (const warning of warnings) console.error(`warning: ${warning}`)
  if (yes) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
    return /^y(es)?$/i.test((await Promise.race([terminal.question('Go on? [y/N] '), ended])).trim())
  } finally {
    terminal.close()
  }
}

async function outcomeOf(name: string, change: Change, options: RemoteOptions): Promise<Outcome> {
  try {
    return { name, isDone: true, server: await changeServer(name, change, options) }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { name, isDone: false, error: messageOf(error) }
  }
}

function printOutcomes(outcomes: readonly Outcome[], options: RemoteOptions): void {
  if (options.json) {
    console.log(JSON.stringify(outcomes, null, 2))
    return
  }
  const servers = outcomes.flatMap((outcome) => (outcome.isDone ? [outcome.server] : []))
  if (servers.length > 0) printServers(options, servers)
  for (const outcome of outcomes) if (!outcome.isDone) console.error(`${outcome.name}: not changed: ${outcome.error}`)
}

function keyOf({ backend, server }: SentServerView): string {
  return serverKey(backend, server)
}
