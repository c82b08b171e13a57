// `npm run prove [-- --local] [-- --zone example.com]`: asks Cloudflare itself whether what Limpet takes for true is true.
// Deploys a balancer and three origins under names that nobody uses, prints a table, saves it, and removes what it made.
// Exit status 1 if a fact does not hold, or something could not be removed.

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { messageOf } from '../../src/errors.ts'
import { FACTS } from './facts.ts'
import type { Fact } from './facts.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

const USAGE = `usage: npm run prove -- [--local] [--zone example.com] [--output FILE]

  --local     ask wrangler dev on this machine, as far as it can know
  --zone      a zone of the account; without it the facts that need one are not asked
  --output    where the table is saved as JSON (prove.json)

Without --local, log in first: npx wrangler login, or CLOUDFLARE_API_TOKEN.`

interface Row {
  readonly question: string
  readonly source: string
  readonly expected: string
  readonly seen: string
  /** Null: not asked. */
  readonly holds: boolean | null
}

const options = readOptions()
const stage = await openStage(options.zone, options.local)
let isRemoving = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void (isRemoving || end(1)))
}

const rows: Row[] = []
for (const fact of FACTS) {
  const row = await ask(fact, stage)
  rows.push(row)
  console.log(`${row.holds === null ? '-   ' : row.holds ? 'yes ' : 'NO  '} ${row.question}
     expected  ${row.expected}
     seen      ${row.seen}`)
}
const asked = rows.filter(({ holds }) => holds !== null)
const failed = asked.filter(({ holds }) => !holds)
writeFileSync(
  options.output,
  `${JSON.stringify({ askedAt: new Date().toISOString(), where: options.local ? 'wrangler dev' : 'Cloudflare', rows }, null, 2)}\n`,
)
console.log(
  `${asked.length - failed.length} of ${asked.length} facts hold, ${rows.length - asked.length} were not asked; saved in ${options.output}`,
)
await end(failed.length > 0 ? 1 : 0)

async function ask(fact: Fact, on: Stage): Promise<Row> {
  const { question, source, expected } = fact
  const row = { question, source, expected }
  if (fact.needs !== 'nothing' && on.isLocal) return { ...row, seen: 'not asked: only Cloudflare knows', holds: null }
  if (fact.needs === 'zone' && on.zone === undefined) return { ...row, seen: 'not asked: needs --zone', holds: null }
  try {
    return { ...row, ...(await fact.ask(on)) }
  } catch (error) {
    return { ...row, seen: String(error), holds: false }
  }
}

async function end(status: number): Promise<never> {
  isRemoving = true
  const problems = await stage.remove()
  for (const problem of problems) console.error(problem)
  process.exit(problems.length > 0 ? 1 : status)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        local: { type: 'boolean', default: false },
        zone: { type: 'string' },
        output: { type: 'string', default: 'prove.json' },
      },
    })
    if (values.local && values.zone !== undefined) throw new Error('--zone is a zone of Cloudflare: leave out --local')
    return values
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}
