// The ways to keep a client on its server that the demo can show: what each is in the configuration, and what to paste to see it.

import type { BackendInput } from '../src/config/options/backend.ts'

export const MODES = ['insert', 'prefix', 'table', 'source', 'none'] as const
export type Mode = (typeof MODES)[number]

/** The application's own cookie. */
const SESSION = 'session'

export const BACKEND_OF: Readonly<Record<Mode, Pick<BackendInput, 'cookie' | 'stickTable' | 'stick'>>> = {
  insert: { cookie: { name: 'SERVERID' } },
  prefix: { cookie: { name: SESSION, mode: 'prefix' } },
  table: {
    stickTable: { type: 'string', size: '10k', expire: '15m' },
    stick: [{ storeResponse: `res.cook(${SESSION})` }, { on: `req.cook(${SESSION})` }],
  },
  source: { stickTable: { type: 'ip', size: '10k', expire: '15m' }, stick: [{ on: 'src' }] },
  none: {},
}

/** One line about what keeps a client, and what to paste to see it. */
export function tracesOf(mode: Mode, url: string, admin: string): { readonly what: string; readonly paste: string } {
  switch (mode) {
    case 'insert':
      return { what: "What a client is given beside the application's cookie", paste: setCookies(url) }
    case 'prefix':
      return { what: "What becomes of the application's cookie: the server stands before it", paste: setCookies(url) }
    case 'table':
      return { what: 'What the balancer has learnt: a session, hashed, and its server', paste: showTable(admin) }
    case 'source':
      return { what: 'What the balancer has noted: an address and its server', paste: showTable(admin) }
    case 'none':
      return { what: 'What a client is given: nothing that a balancer could go by', paste: setCookies(url) }
  }
}

function setCookies(url: string): string {
  return `curl -si ${url}/whoami | grep -i set-cookie`
}

function showTable(admin: string): string {
  return `npx limpet ctl "show table app"${admin}`
}
