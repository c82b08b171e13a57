// The stamp in docs/releases.md does what is said of it.

import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'

import { describe, expect, it } from 'vitest'

const DOCUMENT = readFileSync(new URL('../../docs/releases.md', import.meta.url), 'utf8')
const STAMP = /```js\n([^]*?)```/.exec(DOCUMENT)![1]!

function page(release: string | undefined) {
  const sent: Request[] = []
  const window = {
    fetch: async (input: Request) => {
      sent.push(input)
      return new Response()
    },
  }
  const document = { querySelector: () => (release === undefined ? null : { content: release }) }
  const location = new URL('https://www.example.com/a/b')
  class PageRequest extends Request {
    constructor(input: string | URL | Request, init?: RequestInit) {
      super(input instanceof Request ? input : new URL(input, location), init)
    }
  }
  runInNewContext(STAMP, { window, document, location, URL, Request: PageRequest })
  return { fetch: window.fetch as unknown as typeof fetch, sent }
}

describe('the stamp', () => {
  it('names the release to the own origin, and to no other', async () => {
    const { fetch, sent } = page('r1')
    await fetch('/api')
    await fetch(new URL('https://www.example.com/x'))
    await fetch('https://other.example.com/')
    await fetch(new Request('https://www.example.com/y', { headers: { a: '1' } }))
    expect(sent.map(({ headers }) => headers.get('x-deployment-id'))).toEqual(['r1', 'r1', null, 'r1'])
    expect(sent[3]!.headers.get('a')).toBe('1')
  })

  it('leaves the rest of a request as it is', async () => {
    const { fetch, sent } = page('r1')
    await fetch('/api', { method: 'POST', body: 'a=1', headers: { 'content-type': 'text/x' } })
    expect([sent[0]!.method, sent[0]!.headers.get('content-type'), await sent[0]!.text()]).toEqual([
      'POST',
      'text/x',
      'a=1',
    ])
  })

  it('does nothing on a page that names none', async () => {
    const { fetch, sent } = page(undefined)
    await fetch('/api')
    expect(sent[0]!.headers.has('x-deployment-id')).toBe(false)
  })
})
