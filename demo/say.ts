// The demo's words: what to try, and what happens meanwhile.

import { styleText } from 'node:util'

import type { RequestLog } from '../src/balancer/record/request-log.ts'
import { MODES, tracesOf } from './modes.ts'
import type { Mode } from './modes.ts'

const VERDICTS: Record<string, string> = {
  NI: 'no cookie: balanced, and given one',
  VN: 'its cookie names this server',
  VU: 'its cookie names this server; renewed',
  DI: "its cookie's server is down: balanced again",
  II: 'its cookie is not ours: balanced, and given one',
  '--': 'no persistence: balanced',
}

export function say(what: string): void {
  console.log(`${styleText('dim', new Date().toLocaleTimeString('en-GB'))}  ${what}`)
}

interface ServerState {
  readonly event: 'server-state'
  readonly server: string
  readonly from: string
  readonly to: string
  readonly reason: string
}

export type Logged = ServerState | (RequestLog & { readonly event?: never })

/** One line of Limpet's JSON log, for eyes. */
export function sayLogged(logged: Logged): void {
  if (logged.event === undefined) sayRequest(logged)
  else say(styleText('cyan', `${logged.server} was ${logged.from} and is ${logged.to}: ${logged.reason}`))
}

function sayRequest({ method, path, status, server, verdict, redispatches }: RequestLog): void {
  const why = VERDICTS[verdict] === undefined ? verdict : `${verdict}, ${VERDICTS[verdict]}`
  const again = redispatches > 0 ? styleText('yellow', ', redispatched') : ''
  say(`${method} ${path} ${status} from ${styleText('bold', server ?? 'nobody')}  ${styleText('dim', why)}${again}`)
}

export interface Started {
  readonly url: string
  readonly adminToken: string
  readonly mode: Mode
  /** Of s2's process. */
  readonly pid: number
}

export function introduction({ url, adminToken, mode, pid }: Started): string {
  const heading = (text: string) => styleText('bold', text)
  const admin = `${url === 'http://127.0.0.1:8080' ? '' : ` --url ${url}`} --admin-token=${adminToken}`
  const jar = '/tmp/limpet-jar'
  const returning = `rm -f ${jar}; for i in 1 2 3 4; do curl -s -b ${jar} -c ${jar} ${url}/whoami; done`
  const { what, paste } = tracesOf(mode, url, admin)
  const persistent = `${heading('Each client stays on the server that knows it')}
  ${returning}
${heading(mode === 'source' ? 'Without cookies, too: the address decides' : 'A client that keeps no cookies goes round')}
  for i in 1 2 3 4; do curl -s ${url}/whoami; done
${heading(what)}
  ${paste}
${heading('Drain s2: its clients stay, new ones go elsewhere')}
  npx limpet set server app/s2 state drain${admin}
  npx limpet set server app/s2 state ready${admin}
${heading('Kill s2: its sessions are lost, nobody else notices (each page names its process)')}
  kill -9 ${pid}
${heading("The servers' states, and the statistics page (any name; the password is the token)")}
  npx limpet show servers${admin}
  ${url}/.limpet/stats   ${adminToken}

Other ways to keep a client: npm start -- --mode ${MODES.filter((each) => each !== mode && each !== 'none').join('|')}
Without any the poll fails: npm start -- --no-persistence`
  const without = `${heading('Persistence is off: the session you are given is on a server you do not come back to')}
  ${returning}
${heading(what)}
  ${paste}

Vote, and you get a 403. With persistence it works: npm start`
  return `
Limpet is in front of three servers, whose sessions are in their own memory.

${heading('Open the poll')}
  ${url}

${mode === 'none' ? without : persistent}

Ctrl-C ends it. What happens meanwhile:
`
}
