// `npm run files`: each haproxy.cfg of cfg/ and cfg-variables/ against the real HAProxy and against `limpet serve`, where both take it, with
// the same requests. With --record what HAProxy did is written down, and STATUS.md; with --status STATUS.md alone, which needs no
// HAProxy. With --only REGEX it is about the files whose names match.

import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

import { freePort } from '../../../free-ports.ts'
import { ask } from '../drive.ts'
import { startOrigins } from '../origins.ts'
import { startHaproxy, startLimpet, stopPeers } from '../peers.ts'
import type { Peer } from '../peers.ts'
import { scriptOptions } from '../../../script-options.ts'
import { isExplained, unusedExplanations } from './explained.ts'
import { differencesIn, placeOf, portable, readRecording, writeRecording } from './exchanges.ts'
import type { Exchange, Recording } from './exchanges.ts'
import { makeRoot, readCfgFiles } from './machine.ts'
import type { CfgFile } from './machine.ts'
import { requestsOf } from './requests.ts'
import type { Asked } from './requests.ts'
import { PORTS_PER_FILE, rewrite } from './rewrite.ts'
import { checkedFile, figures, writeStatus } from './status.ts'

/** Processes of Limpet at a time. */
const WORKERS = 2
/** A client may see the end of an answer before the balancer has counted it. */
const UNTIL_ENDED_MS = 100
/** What checks of the files look for in an answer. */
const CHECK_ANSWER = 'OK RUNNING green'

const { values: given } = scriptOptions(import.meta.url, {
  options: { record: { type: 'boolean' }, status: { type: 'boolean' }, only: { type: 'string' } },
})
const only = new RegExp(given.only ?? '')
const files = readCfgFiles().filter(({ name }) => only.test(name))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopPeers().finally(() => process.exit(1)))
}

let failures = 0
if (!given.status) {
  const queue = [...files]
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        const found = await compare(file)
        failures += found
      }
    }),
  )
  const stale = given.only === undefined ? unusedExplanations() : []
  for (const why of stale) console.log(`an explanation that explains nothing: ${why}`)
  failures += stale.length
}
if (given.record || given.status) await writeStatus()
for (const line of await figures(files)) console.log(line)
if (!given.status) console.log(`${failures} unexplained differences`)
process.exitCode = failures > 0 ? 1 : 0

async function compare(file: CfgFile): Promise<number> {
  const origins = await startOrigins(CHECK_ANSWER)
  const root = await makeRoot([file])
  try {
    const addresses = ['a', 'b', 'c'].map((name) => origins.addresses[name]!)
    const { text, bound } = rewrite(file.text, { root, origins: addresses, firstPort: await freePort(PORTS_PER_FILE) })
    const refused = refusalOf(text, root)
    const countsInFlight = /^\s*(?:balance\s+leastconn|.*\smaxconn\s)/m.test(text)
    const asked = refused === undefined ? requestsOf(file.name, text, bound) : []
    const listening = asked.flatMap(({ steps, bound: { address, port } }) =>
      steps.length > 0 && address === '127.0.0.1' ? [port] : [],
    )
    const run = async (
      start: (config: string, ports: readonly number[]) => Promise<Peer>,
    ): Promise<readonly Exchange[]> => {
      const peer = await start(text, listening)
      try {
        return await exchange(asked)
      } finally {
        await peer.stop()
      }
    }
    const exchange = async (all: readonly Asked[]): Promise<readonly Exchange[]> => {
      const done: Exchange[] = []
      for (const { bound: one, steps } of all) {
        const jar = new Map<string, string>()
        for (const step of steps) {
          if (countsInFlight) await pass(UNTIL_ENDED_MS)
          const sent = { ...step, comparesBody: true, tls: one.tls, address: one.address }
          const { seen } = await ask(sent, one.port, jar, origins, undefined, [])
          done.push({ at: placeOf(one), step, seen: portable(step, seen, bound, root) })
        }
      }
      return done
    }
    const recording: Recording = {
      ...(refused === undefined ? {} : { refused }),
      exchanges: refused === undefined ? await run(startHaproxy) : [],
    }
    let found = 0
    if (given.record) writeRecording(file.name, recording)
    else if (!isDeepStrictEqual(readRecording(file.name), JSON.parse(JSON.stringify(recording)))) {
      console.log(`${file.name}: the recording no longer holds`)
      found += 1
    }
    const { accepted } = await checkedFile(file, root)
    if (refused !== undefined || accepted === 'no') return found
    const words = accepted === 'only-http' ? ['--only-http'] : []
    const limpet = await run((config, ports) => startLimpet(config, ports, undefined, words))
    recording.exchanges.forEach((exchanged, i) => {
      for (const difference of differencesIn(exchanged, limpet[i]!.seen)) {
        if (isExplained(file.name, exchanged, difference)) continue
        found += 1
        console.log(`${file.name}: ${exchanged.at}: ${JSON.stringify(exchanged.step)}\n  ${difference}`)
      }
    })
    return found
  } catch (error) {
    console.log(`${file.name}: ${String(error)}`)
    return 1
  } finally {
    origins.close()
    rmSync(root, { recursive: true })
  }
}

/** What HAProxy says of a file that it does not load. */
function refusalOf(text: string, root: string): string | undefined {
  const file = join(root, 'haproxy.cfg')
  writeFileSync(file, text)
  try {
    execFileSync('haproxy', ['-c', '-f', file], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr).replaceAll(root, '')
    return /^\[ALERT\].*?: ((?:config : )?.*)$/m.exec(said)?.[1]?.replace(/^config : /, '') ?? said
  }
}
