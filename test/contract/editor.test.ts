// What an editor shows of a limpet.config.ts: what an option is, what may be written, and what is wrong, before anything runs. It is
// asked of TypeScript's language server, since types that look right may show nothing.

import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openEditor } from './language-server.ts'
import type { Editor } from './language-server.ts'

// index.ts has the same function; behind it lie all types of the Worker, which take seconds to read.
const DEFINE = join(import.meta.dirname, '../../src/config/define.ts')

const TEXT = `import { defineConfig } from '${DEFINE}'

export default defineConfig({
  backends: [
    {
      name: 'app',
      balance: 'leastconn',
      cookie: { name: 'SERVERID', httponly: true },
      servers: [{ name: 's1', url: 'https://s1.example.com', slowstart: '30s', onError: '' }],
    },
    { name: 'completed', balance: '', cookie: { name: 'C', mode: '' }, servers: [] },
    { name: 'draws', balance: 'random(3)', servers: [{ name: 's2', url: 'https://s2.example.com', wieght: 1 }] },
    {
      name: 'wrong',
      balance: 'rundrobin',
      retries: '3',
      servers: [{ name: 's3', url: 'https://s3.example.com', slowstart: '30' }],
    },
  ],
})
`

describe('an editor', () => {
  let editor: Editor
  beforeAll(async () => void (editor = await openEditor(TEXT)))
  afterAll(() => editor.close())

  it('shows what balance is, its default, an example and where HAProxy has it', async () => {
    const shown = await editor.hover("balance: 'leastconn'")
    expect(shown).toContain('How a new client gets its server')
    expect(shown).toMatch(/@default.*'roundrobin'/)
    expect(shown).toMatch(/@example[^]*balance: 'leastconn'/)
    expect(shown).toContain('HAProxy: `balance` (4.2)')
  })

  it('shows the unit and the least value of slowstart', async () => {
    const shown = await editor.hover('slowstart')
    expect(shown).toContain('How long a server that comes up takes to get its full share of new clients.')
    expect(shown).toContain('Value: a duration of at least 1s')
    expect(shown).toMatch(/@default.*none/)
    expect(shown).toContain('HAProxy: `server … slowstart` (5.2)')
  })

  it('shows both defaults of httponly', async () => {
    const shown = await editor.hover('httponly')
    expect(shown).toContain('Keeps scripts in the browser from reading the cookie.')
    expect(shown).toMatch(/@default.*true \(haproxy\.cfg: false\)/)
    expect(shown).toContain('HAProxy: `cookie … httponly` (4.2)')
  })

  it.each([
    ["balance: '", ['roundrobin', 'static-rr', 'leastconn', 'first', 'random', 'source', 'uri']],
    ["mode: '", ['insert', 'prefix', 'rewrite', 'passive']],
    ["onError: '", ['fastinter', 'fail-check', 'sudden-death', 'mark-down']],
  ])('offers what may be written behind %s', async (behind, offered) => {
    const place = behind === "balance: '" ? "name: 'completed', balance: '" : behind
    expect(await editor.completions(place)).toEqual(expect.arrayContaining(offered))
  })

  it('underlines what may not be written, and nothing else', async () => {
    const errors = await editor.errors()
    expect(errors.map(({ text }) => text)).toEqual([
      'onError',
      'balance',
      'mode',
      'wieght',
      'balance',
      'retries',
      'slowstart',
    ])
    expect(errors.find(({ text }) => text === 'wieght')!.message).toContain("Did you mean to write 'weight'?")
  })
})
