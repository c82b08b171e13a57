// Real application servers with real sessions, behind `limpet serve` with the haproxy.cfg that their operators have.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { Client, exchange, spawnServe, temporaryDirectory, TOKEN, workerdPidOf } from '../e2e/harness.ts'
import type { Answer } from '../e2e/harness.ts'
import { freePort } from '../free-ports.ts'
import { startPhp } from './php.ts'
import { startTomcat } from './tomcat.ts'

const CLIENTS = 60

interface Page {
  readonly name: string
  readonly visits: number
  readonly lost: boolean
  readonly id: string
}
const pageOf = (answer: Answer) => JSON.parse(answer.body) as Page

async function serving(lines: readonly string[], urls: readonly string[]) {
  const port = await freePort()
  const file = join(temporaryDirectory(), 'haproxy.cfg')
  const state = temporaryDirectory()
  writeFileSync(
    file,
    [
      'defaults',
      '  mode http',
      '  timeout connect 5s',
      '  timeout check 30s',
      '  timeout client 60s',
      '  timeout server 60s',
      'frontend http-in',
      `  bind 127.0.0.1:${port}`,
      '  default_backend app',
      'backend app',
      ...lines.map((line) => `  ${line}`),
      ...urls.map((url, i) => `  server app${i + 1} ${new URL(url).host} check inter 1s`),
      '',
    ].join('\n'),
  )
  const url = `http://127.0.0.1:${port}`
  const start = async () => {
    const limpet = spawnServe([file, '--log', 'off'], { state })
    await limpet.listening(1)
    return limpet
  }
  let limpet = await start()
  return {
    url,
    async restart(how: 'stop' | 'kill') {
      if (how === 'kill') process.kill(workerdPidOf(state), 'SIGKILL')
      await limpet[how]()
      limpet = await start()
    },
    async set(server: string, state_: string) {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
      const body = JSON.stringify({ state: state_ })
      await exchange(`${url}/.limpet/servers/app/${server}`, { method: 'PATCH', headers, body })
    },
  }
}

/** Everybody visits; nobody may have lost a session, or counted too few visits. */
async function visit(visitors: readonly (() => Promise<Answer>)[], visits: number): Promise<readonly string[]> {
  const names: string[] = []
  for (const go of visitors) {
    const page = pageOf(await go())
    expect(page).toMatchObject({ lost: false, visits })
    names.push(page.name)
  }
  return names
}

async function throughADay(limpet: Awaited<ReturnType<typeof serving>>, visitors: readonly (() => Promise<Answer>)[]) {
  const names = await visit(visitors, 1)
  expect(new Set(names).size).toBe(2)
  expect(await visit(visitors, 2)).toEqual(names)
  await limpet.set('app1', 'drain')
  expect(await visit(visitors, 3)).toEqual(names)
  await limpet.restart('stop')
  expect(await visit(visitors, 4)).toEqual(names)
  await limpet.restart('kill')
  expect(await visit(visitors, 5)).toEqual(names)
}

describe('two Tomcats', () => {
  it('keep their sessions, known by JSESSIONID', async () => {
    const limpet = await serving(
      [
        'stick-table type string len 32 size 30k expire 60m',
        'stick store-response res.cook(JSESSIONID)',
        'stick on req.cook(JSESSIONID)',
      ],
      await Promise.all(['one', 'two'].map(startTomcat)),
    )
    const clients = Array.from({ length: CLIENTS }, () => new Client())
    await throughADay(
      limpet,
      clients.map((client) => () => client.get(`${limpet.url}/`)),
    )
  })

  it('keep the sessions of clients without cookies, known by ;jsessionid=', async () => {
    const limpet = await serving(
      [
        'stick-table type string len 32 size 30k expire 60m',
        'stick store-response res.cook(JSESSIONID)',
        'stick on url_param(jsessionid,;)',
      ],
      await Promise.all(['one', 'two'].map(startTomcat)),
    )
    const visitors = Array.from({ length: CLIENTS }, () => {
      let id = ''
      return async () => {
        const answer = await exchange(`${limpet.url}/index.jsp${id === '' ? '' : `;jsessionid=${id}`}`)
        id = pageOf(answer).id
        return answer
      }
    })
    await throughADay(limpet, visitors)
  })
})

describe('two PHPs', () => {
  it('keep their sessions, known by PHPSESSID', async () => {
    const limpet = await serving(
      [
        'stick-table type string len 64 size 30k expire 60m',
        'stick store-response res.cook(PHPSESSID)',
        'stick on req.cook(PHPSESSID)',
      ],
      await Promise.all(['one', 'two'].map(startPhp)),
    )
    const clients = Array.from({ length: CLIENTS }, () => new Client())
    await throughADay(
      limpet,
      clients.map((client) => () => client.get(`${limpet.url}/`)),
    )
  })
})
