// `npm run prove [-- --local] [-- --zone example.com]`: asks Cloudflare itself whether what Limpet takes for true is true.
// Deploys a balancer and three origins under names that nobody uses, prints a table, saves it, and removes what it made.
// Exit status 1 if a fact does not hold, or something could not be removed.
//
//   --local         asks wrangler dev on this machine, as far as it can know
//   --zone ZONE     a zone of the account; without it the facts that need one are not asked
//   --output FILE   where the table is saved as JSON (prove.json)
//
// Without --local, log in first: npx wrangler login, or CLOUDFLARE_API_TOKEN.

import { writeFileSync } from 'node:fs'

import { scriptOptions } from '../script-options.ts'
import { FACTS } from './facts.ts'
import type { Fact } from './facts.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

interface Row {
  readonly question: string
  readonly source: string
  readonly expected: string
  readonly seen: string
  /** Null: not asked. */
  readonly holds: boolean | null
}

/** A fact that has not been answered after so long is not answered. */
const ASK_MS = 60_000

const options = readOptions()
const interrupted = new AbortController()
let remove: Stage['remove'] = async () => []
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())
const stopped = new Promise<never>((_, reject) => {
  interrupted.signal.addEventListener('abort', () => reject(new Error('interrupted; what was made is being removed')))
})

let status = 1
try {
  status = await Promise.race([prove(), stopped])
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
}
const problems = await remove()
for (const problem of problems) console.error(problem)
process.exit(problems.length > 0 ? 1 : status)

/** The exit status. */
async function prove(): Promise<number> {
  const stage = await openStage(options.zone, options.local, (made) => (remove = made))
  const rows: Row[] = []
  for (const fact of FACTS) {
    const row = await ask(fact, stage)
    if (interrupted.signal.aborted) return 1
    rows.push(row)
    console.log(`${row.holds === null ? '-   ' : row.holds ? 'yes ' : 'NO  '} ${row.question}
     expected  ${row.expected}
     seen      ${row.seen}`)
  }
  const asked = rows.filter(({ holds }) => holds !== null)
  const failed = asked.filter(({ holds }) => !holds)
  const where = options.local ? 'wrangler dev' : 'Cloudflare'
  writeFileSync(options.output, `${JSON.stringify({ askedAt: new Date().toISOString(), where, rows }, null, 2)}\n`)
  console.log(
    `${asked.length - failed.length} of ${asked.length} facts hold, ${rows.length - asked.length} were not asked; saved in ${options.output}`,
  )
  return failed.length > 0 ? 1 : 0
}

async function ask(fact: Fact, on: Stage): Promise<Row> {
  const { question, source, expected } = fact
  const row = { question, source, expected }
  if (fact.needs !== 'nothing' && on.isLocal) return { ...row, seen: 'not asked: only Cloudflare knows', holds: null }
  if (fact.needs === 'zone' && on.zone === undefined) return { ...row, seen: 'not asked: needs --zone', holds: null }
  try {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`no answer within ${ASK_MS / 1_000} s`)), ASK_MS).unref()
    })
    return { ...row, ...(await Promise.race([fact.ask(on), late])) }
  } catch (error) {
    return { ...row, seen: String(error), holds: false }
  }
}

function readOptions() {
  const { values } = scriptOptions(import.meta.url, {
    options: {
      local: { type: 'boolean', default: false },
      zone: { type: 'string' },
      output: { type: 'string', default: 'prove.json' },
    },
  })
  if (!values.local || values.zone === undefined) return values
  console.error('--zone is a zone of Cloudflare: leave out --local')
  process.exit(2)
}
