// What Limpet takes for true of Cloudflare, each with the page that says so, and how it is asked.

import { WebSocket } from 'ws'

import type { Stage } from './stage.ts'
import { GONE, INTER_S, ORIGINS } from './workers.ts'

export interface Fact {
  readonly question: string
  /** Where it is written, or who relies on it. */
  readonly source: string
  /** `account`: wrangler dev cannot know. `zone`: a zone of the account has to be named. */
  readonly needs: 'nothing' | 'account' | 'zone'
  readonly expected: string
  ask(stage: Stage): Promise<Seen>
}

export interface Seen {
  readonly seen: string
  readonly holds: boolean
}

const DOCS = 'https://developers.cloudflare.com'
const BY_SERVERS_NAME = { 'content-type': 'application/json' }

interface Asked {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly threw?: string
}

/** What a Worker is answered. */
async function askFromWorker(
  { origins, secrets }: Stage,
  url: string,
  { headers = {}, cf = {}, from = 0 }: { headers?: object; cf?: object; from?: number } = {},
): Promise<Asked> {
  const response = await fetch(`${origins[from]}/prove/ask`, {
    method: 'POST',
    headers: { ...BY_SERVERS_NAME, 'x-prove-key': secrets.proveKey },
    body: JSON.stringify({ url, headers, cf }),
  })
  return (await response.json()) as Asked
}

interface Whoami {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
}

/** As a server sees a request that came through the balancer. */
async function whoami({ balancer }: Stage, headers: Record<string, string> = {}): Promise<Whoami & { cookie: string }> {
  const response = await fetch(`${balancer}/whoami`, { headers })
  const [cookie = ''] = response.headers.getSetCookie().map((line) => line.split(';')[0]!)
  return { ...((await response.json()) as Whoami), cookie }
}

async function command({ balancer, secrets }: Stage, words: string): Promise<string> {
  const response = await fetch(`${balancer}/.limpet/command`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.adminToken}`, 'content-type': 'text/plain' },
    body: words,
  })
  return response.text()
}

async function statusOf(stage: Stage, server: string): Promise<string> {
  const line = (await command(stage, 'show stat')).split('\n').find((each) => each.startsWith(`app,${server},`))
  return line?.split(',')[17] ?? 'unknown'
}

async function secondsUntil(withinS: number, condition: () => Promise<boolean>): Promise<number | undefined> {
  const startMs = Date.now()
  while (Date.now() - startMs < withinS * 1_000) {
    if (await condition()) return Math.round((Date.now() - startMs) / 100) / 10
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return undefined
}

const shown = (asked: Asked) =>
  asked.threw ??
  `${asked.status} server ${asked.headers?.['server'] ?? '-'}, ${asked.headers?.['content-type'] ?? 'no type'}`

/** A failure of Cloudflare's, in the form that a Worker is given for this Accept. */
function errorForm(accept: string | undefined): Fact {
  return {
    question: `a server without a DNS record, Accept: ${accept ?? 'none'}`,
    source: `${DOCS}/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/`,
    needs: 'account',
    expected: '530 with server: cloudflare',
    async ask(stage) {
      const asked = await askFromWorker(stage, GONE, { headers: accept === undefined ? {} : { accept } })
      return { seen: shown(asked), holds: asked.status === 530 && asked.headers?.['server'] === 'cloudflare' }
    },
  }
}

export const FACTS: readonly Fact[] = [
  {
    question: 'a client comes back with its cookie',
    source: 'README.md',
    needs: 'nothing',
    expected: 'the same server, ten times',
    async ask(stage) {
      const first = await whoami(stage)
      const names = new Set<string>()
      for (let i = 0; i < 10; i++) names.add((await whoami(stage, { cookie: first.cookie })).name)
      return { seen: [...names].join(', '), holds: names.size === 1 && names.has(first.name) }
    },
  },
  {
    question: 'headers that a server gets and the client did not send',
    source: `${DOCS}/workers/runtime-apis/request/#requestinitcfproperties`,
    needs: 'nothing',
    expected: 'no cache-control, no pragma',
    async ask(stage) {
      const { headers } = await whoami(stage)
      const seen = Object.keys(headers).toSorted()
      return { seen: seen.join(' '), holds: !seen.includes('cache-control') && !seen.includes('pragma') }
    },
  },
  {
    question: 'If-None-Match with the entity’s tag',
    source: 'CHANGELOG.md',
    needs: 'nothing',
    expected: '304',
    async ask({ balancer }) {
      const { status } = await fetch(`${balancer}/tagged`, { headers: { 'if-none-match': '"1"' } })
      return { seen: String(status), holds: status === 304 }
    },
  },
  {
    question: 'a stylesheet that may be cached for ten minutes, asked for three times',
    source: `${DOCS}/cache/how-to/configure-cache-status-code/`,
    needs: 'zone',
    expected: 'three answers of a server',
    async ask({ balancer }) {
      const bodies = new Set<string>()
      const states = new Set<string>()
      for (let i = 0; i < 3; i++) {
        const response = await fetch(`${balancer}/now.css`)
        bodies.add(await response.text())
        states.add(response.headers.get('cf-cache-status') ?? '-')
      }
      return { seen: `${bodies.size} different, cf-cache-status ${[...states].join(' ')}`, holds: bodies.size === 3 }
    },
  },
  {
    question: 'a WebSocket through the balancer',
    source: `${DOCS}/workers/runtime-apis/websockets/`,
    needs: 'nothing',
    expected: 'echo hello',
    async ask({ balancer }) {
      const socket = new WebSocket(`${balancer.replace('http', 'ws')}/socket`)
      const seen = await new Promise<string>((resolve) => {
        socket.once('open', () => socket.send('hello'))
        socket.once('message', (data) => resolve(String(data)))
        socket.once('error', (error) => resolve(String(error)))
      })
      socket.close()
      return { seen, holds: seen === 'echo hello' }
    },
  },
  errorForm(undefined),
  errorForm('text/html'),
  errorForm('application/json'),
  errorForm('*/*'),
  {
    question: 'a server that was never there',
    source: 'docs/design/states.md',
    needs: 'nothing',
    expected: `DOWN within ${2 * INTER_S + 12} s`,
    async ask(stage) {
      const within = await secondsUntil(2 * INTER_S + 12, async () =>
        (await statusOf(stage, 'gone')).startsWith('DOWN'),
      )
      return {
        seen: await statusOf(stage, 'gone'),
        holds: within !== undefined,
      }
    },
  },
  {
    question: 'requests to a server after its `maint`',
    source: 'docs/design/states.md',
    needs: 'nothing',
    expected: 'none after 20 s',
    async ask(stage) {
      const first = await whoami(stage)
      const server = ORIGINS.find((name) => first.name.endsWith(name))!
      await command(stage, `set server app/${server} state maint`)
      const within = await secondsUntil(
        30,
        async () => (await whoami(stage, { cookie: first.cookie })).name !== first.name,
      )
      await command(stage, `set server app/${server} state ready`)
      return {
        seen: within === undefined ? 'still there after 30 s' : `left after ${within} s`,
        holds: within !== undefined && within <= 20,
      }
    },
  },
  {
    question: 'a socket to a host behind Cloudflare',
    source: `${DOCS}/workers/runtime-apis/tcp-sockets/#considerations`,
    needs: 'account',
    expected: 'refused: cannot connect to the specified address',
    async ask({ origins, secrets }) {
      const query = `host=${new URL(origins[1]!).hostname}&port=443`
      const response = await fetch(`${origins[0]}/prove/connect?${query}`, {
        headers: { 'x-prove-key': secrets.proveKey },
      })
      const { threw } = (await response.json()) as { threw?: string }
      return { seen: threw ?? 'opened', holds: /cannot connect to the specified address/i.test(threw ?? '') }
    },
  },
  {
    question: 'the client’s address that a Worker’s request has',
    source: `${DOCS}/fundamentals/reference/http-headers/#cf-connecting-ip`,
    needs: 'account',
    expected: '2a06:98c0:3600::103; with --zone the same, or the client’s own within one zone',
    async ask(stage) {
      const { body } = await askFromWorker(stage, `${stage.origins[1]}/whoami`)
      const address = (JSON.parse(body ?? '{}') as Partial<Whoami>).headers?.['cf-connecting-ip']
      return {
        seen: address ?? 'none',
        holds: address === '2a06:98c0:3600::103' || (stage.zone !== undefined && address !== undefined),
      }
    },
  },
  {
    question: 'the default cache: written by one Worker, read by another of the zone',
    source: `${DOCS}/workers/runtime-apis/cache/`,
    needs: 'zone',
    expected: 'the other finds it (so Limpet’s keys name their deployment)',
    async ask({ balancer, origins, secrets }) {
      const ask = async (origin: string, method: string) => {
        const key = encodeURIComponent(`${balancer}/limpet-prove`)
        const response = await fetch(`${origin}/prove/cache?key=${key}`, {
          method,
          headers: { 'x-prove-key': secrets.proveKey },
        })
        return (await response.json()) as { hit?: boolean; threw?: string }
      }
      const written = await ask(origins[0]!, 'POST')
      const read = await ask(origins[1]!, 'GET')
      return {
        seen: written.threw ?? read.threw ?? `written: ${written.hit}, read: ${read.hit}`,
        holds: read.hit === true,
      }
    },
  },
  {
    question: 'resolveOverride: the host of one server, the name of another',
    source: `${DOCS}/workers/runtime-apis/request/#requestinitcfproperties`,
    needs: 'zone',
    expected: 'the other answers, and sees the first one’s Host',
    async ask(stage) {
      const [one, two] = stage.origins.slice(1).map((url) => new URL(url).hostname)
      const { body, ...asked } = await askFromWorker(stage, `https://${one}/whoami`, { cf: { resolveOverride: two } })
      const answer = body?.startsWith('{') ? (JSON.parse(body) as Whoami) : undefined
      const host = answer?.headers['host']
      return {
        seen: answer ? `${answer.name}, Host ${host}` : shown(asked),
        holds: answer !== undefined && two!.startsWith(answer.name) && host === one,
      }
    },
  },
  {
    question: 'a Worker on a Custom Domain that asks for its own name',
    source: `${DOCS}/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-522/`,
    needs: 'zone',
    expected: '522',
    async ask(stage) {
      const asked = await askFromWorker(stage, `${stage.origins[2]}/health`, { from: 2 })
      return { seen: shown(asked), holds: asked.status === 522 }
    },
  },
  {
    question: 'the same with global_fetch_strictly_public',
    source: `${DOCS}/workers/configuration/compatibility-flags/#global-fetch-strictly-public`,
    needs: 'zone',
    expected: '200',
    async ask(stage) {
      const asked = await askFromWorker(stage, `${stage.origins[0]}/health`)
      return { seen: shown(asked), holds: asked.status === 200 }
    },
  },
  {
    question: 'CPU time of an isolate’s start',
    source: `${DOCS}/workers/platform/limits/#worker-startup-time`,
    needs: 'account',
    expected: 'under 200 ms (a second is allowed)',
    async ask({ said }) {
      const ms = /Startup Time: (\d+) ms/.exec(said)?.[1]
      return {
        seen: ms === undefined ? 'wrangler did not say' : `${ms} ms`,
        holds: ms !== undefined && Number(ms) < 200,
      }
    },
  },
]
