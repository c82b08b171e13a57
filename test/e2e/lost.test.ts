// `npm run lost` is run by hand: that a cell sees a session that is lost, and none where none is, is seen here.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { Cell } from '../../bench/lost/cell.ts'
import { EVENTS } from '../../bench/lost/events.ts'
import { LIMPET } from '../../bench/lost/peers/limpet.ts'
import { commandPeer } from '../../bench/lost/peers/command.ts'
import { temporaryDirectory } from './harness.ts'

/** Sends each request to the next server, whoever asks. */
const NOT_STICKY = `
import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
const { port, servers } = JSON.parse(readFileSync(process.env.LOST_SETTING, 'utf8'))
let turn = 0
const options = ({ method, url: path, headers }) => ({ method, path, headers, port: servers[turn++ % servers.length].port })
const server = createServer((asked, answer) => {
  asked.pipe(request(options(asked), (got) => {
    answer.writeHead(got.statusCode, got.headers)
    got.pipe(answer)
  }))
})
server.listen(port, '127.0.0.1')
`

it('a cell counts the sessions that a balancer loses, and finds none behind Limpet', async () => {
  const file = join(temporaryDirectory(), 'not-sticky.mjs')
  writeFileSync(file, NOT_STICKY)
  const event = EVENTS.find(({ id }) => id === 'drain')!
  const [limpet, other] = await Promise.all(
    [LIMPET[0]!, commandPeer(`not-sticky=${process.execPath} ${file}`)].map((peer) => new Cell(peer, event).run()),
  )
  expect(limpet).toMatchObject({ avoidable: 0, unavoidable: 0, failed: 0, newOnDrained: 0 })
  expect(limpet!.requests).toBeGreaterThan(100)
  expect(other!.avoidable).toBeGreaterThan(36)
  expect(other!.newOnDrained).toBeGreaterThan(0)
})
