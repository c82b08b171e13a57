// `npm run lost`: how many sessions does an event cost, behind Limpet and behind others? Each cell is a peer that meets an event. Cells run
// a few at a time, peers in turns, round after round. Exit status 1 when a cell could not be measured.
//
//   --quick              one round of the rows and set-ups that say most; under five minutes on an idle machine
//   --runs N             rounds (5; 1 with --quick)
//   --peers A,B          only peers whose id begins so
//   --only EVENT,EVENT   only these rows
//   --peer NAME=COMMAND  one more peer (bench/lost/peers/command.ts); NAME:keys=COMMAND for clients without cookies
//   --limpet DIR         measures the `limpet serve` of another tree
//   --jobs N             cells at a time (4)
//   --ports FIRST        looks for free ports from there on (21000)
//   --addresses A.B      clients have addresses of this loopback network (127.7)
//   --json FILE          writes what was seen, and --page FILE reads it again and writes docs/sessions-lost.md and the picture
//   --list               prints the ids of peers and events

import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

import { messageOf } from '../../src/errors.ts'
import { scriptOptions } from '../../test/script-options.ts'
import { ADDRESSES, Cell } from './cell.ts'
import { EVENTS } from './events.ts'
import type { Event } from './events.ts'
import { writePage } from './page.ts'
import { reasonWithout } from './peer.ts'
import type { Peer } from './peer.ts'
import { PEERS, QUICK_PEERS } from './peers/all.ts'
import { commandPeer } from './peers/command.ts'
import { TREE } from './peers/limpet.ts'
import { PORTS } from './ports.ts'
import { textOf } from './table.ts'
import type { Measured, Results } from './table.ts'

const { values } = scriptOptions(import.meta.url, {
  options: {
    quick: { type: 'boolean' },
    runs: { type: 'string' },
    peers: { type: 'string' },
    only: { type: 'string' },
    peer: { type: 'string', multiple: true },
    limpet: { type: 'string' },
    jobs: { type: 'string', default: '4' },
    ports: { type: 'string' },
    addresses: { type: 'string' },
    json: { type: 'string' },
    page: { type: 'string' },
    list: { type: 'boolean' },
  },
})

try {
  process.exit(await main())
} catch (error) {
  console.error(`lost: ${messageOf(error)}`)
  process.exit(1)
}

async function main(): Promise<number> {
  if (values.page !== undefined) return writePage(JSON.parse(readFileSync(values.page, 'utf8')) as Results)
  if (values.ports !== undefined) PORTS.first = wholeNumber('--ports', values.ports)
  if (values.addresses !== undefined) ADDRESSES.network = values.addresses
  if (values.limpet !== undefined) TREE.directory = values.limpet
  const known = [...PEERS, ...(values.peer ?? []).map(commandPeer)]
  const peers = chosenPeers(known)
  const events = chosenEvents()
  if (values.list) {
    for (const { id } of [...peers, ...events]) console.log(id)
    return 0
  }
  const runs = values.runs === undefined ? (values.quick ? 1 : 5) : wholeNumber('--runs', values.runs)
  const results = await measure(peers, events, runs, wholeNumber('--jobs', values.jobs))
  console.log(textOf(results))
  return results.cells.some(({ problem }) => problem !== undefined) ? 1 : 0
}

function chosenPeers(known: readonly Peer[]): readonly Peer[] {
  const added = known.slice(PEERS.length)
  const wanted = values.peers?.split(',')
  if (!wanted) return values.quick ? [...known.filter(({ id }) => QUICK_PEERS.includes(id)), ...added] : known
  for (const each of wanted)
    if (!known.some(({ id }) => id.startsWith(each)))
      throw new Error(`--peers: no peer's id begins with '${each}'; --list prints them`)
  return known.filter((peer) => added.includes(peer) || wanted.some((each) => peer.id.startsWith(each)))
}

function chosenEvents(): readonly Event[] {
  const wanted = values.only?.split(',')
  if (!wanted) return values.quick ? EVENTS.filter(({ isQuick }) => isQuick) : EVENTS
  for (const each of wanted)
    if (!EVENTS.some(({ id }) => id === each))
      throw new Error(`--only: there is no event '${each}'; --list prints them`)
  return EVENTS.filter(({ id }) => wanted.includes(id))
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option}: '${text}' is not a whole number above 0`)
  return Number(text)
}

async function measure(peers: readonly Peer[], events: readonly Event[], runs: number, jobs: number): Promise<Results> {
  const startedMs = Date.now()
  const versions = new Map(peers.map((peer) => [peer.id, peer.version()]))
  const cells: Measured[] = []
  const waiting: { readonly peer: Peer; readonly event: Event }[] = []
  const isMeasured = (peer: Peer, event: Event) =>
    versions.get(peer.id) !== undefined && reasonWithout(peer, event) === undefined
  for (let run = 0; run < runs; run++)
    for (const event of events) for (const peer of peers) if (isMeasured(peer, event)) waiting.push({ peer, event })
  const all = waiting.length
  let highestLoad = 0

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { peer, event } = next
      const measured: Measured = { peer: peer.id, event: event.id, ...(await seenIn(peer, event)) }
      cells.push(measured)
      highestLoad = Math.max(highestLoad, loadavg()[0]!)
      // A run that is cut short has not been for nothing.
      if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(resultsSoFar(), null, 1)}\n`)
      const { seen } = measured
      const said = seen
        ? `${seen.avoidable} lost, ${seen.unavoidable} with their server, ${seen.failed} failed`
        : measured.problem
      console.error(`${cells.length}/${all}  ${event.id}  ${peer.id}  ${said}`)
    }
  }

  await Promise.all(Array.from({ length: jobs }, work))
  return resultsSoFar()

  function resultsSoFar(): Results {
    return {
      peers: peers.map((peer) => ({
        id: peer.id,
        program: peer.program,
        setUp: peer.setUp,
        clients: peer.clients,
        version: versions.get(peer.id) ?? null,
        without: Object.fromEntries(
          events.flatMap((event) => {
            const reason = reasonWithout(peer, event)
            return reason === undefined ? [] : [[event.id, reason] as const]
          }),
        ),
      })),
      events: events.map(({ id, title }) => ({ id, title })),
      runs,
      machine: { cores: cpus().length, load: Math.round(highestLoad) },
      tookS: Math.round((Date.now() - startedMs) / 1000),
      cells,
    }
  }
}

async function seenIn(peer: Peer, event: Event): Promise<Pick<Measured, 'seen' | 'problem'>> {
  try {
    return { seen: await new Cell(peer, event).run() }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
