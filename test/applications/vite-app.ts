// A single-page application that Vite builds, one build a release, and its server: it has the files of its release and no others, and
// understands what pages of its release send and no others. What a page asks for is what breaks when it is deployed over.

import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'

import { build } from 'vite'
import { onTestFinished } from 'vitest'

import { headOf } from '../../bench/releases/stamp.ts'
import { temporaryDirectory } from '../e2e/harness.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
}

const sources = (release: string): Readonly<Record<string, string>> => ({
  'index.html': `<!doctype html>
<meta charset="utf-8">
${headOf(release)}
<link rel="icon" href="data:,">
<script type="module" src="/main.js"></script>
<p id="release">${release}</p>
<button id="data">Data</button> <button id="late">Late</button> <button id="order">Order</button>
`,
  'main.js': `
const get = async (path, init) => {
  const { release } = await (await fetch(path, init)).json()
  if (release !== '${release}') throw new Error('an answer of ' + release)
}
const routes = {
  data: () => get('/api/data'),
  order: () => get('/api/order', { method: 'POST', body: '${release}' }),
  late: async () => (await import('./late.js')).show(),
}
document.addEventListener('click', async ({ target: { id } }) => {
  if (!routes[id]) return
  history.pushState(null, '', '/' + id)
  const came = await routes[id]().then(() => id, (error) => error.message)
  window.went = (window.went ?? '') + came + ';'
})
`,
  'late.js': `import './late.css'\nexport const show = () => { document.body.className = 'late-${release}' }\n`,
  'late.css': `.late-${release} { color: green }\n`,
})

/** Where the built files are. No name is in two releases, except the document's. */
async function buildVite(release: string): Promise<string> {
  const root = temporaryDirectory()
  for (const [name, text] of Object.entries(sources(release))) writeFileSync(join(root, name), text)
  await build({ root, logLevel: 'error', configFile: false })
  return join(root, 'dist')
}

/** Its URL. */
export async function startVite(release: string): Promise<string> {
  const files = await buildVite(release)
  const server = createServer((request, response) => void answer(request, response, files, release))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function answer(request: IncomingMessage, response: ServerResponse, files: string, release: string) {
  const { pathname } = new URL(request.url!, 'http://x')
  const end = (status: number, type: string, body: string | Buffer) =>
    response.writeHead(status, { 'content-type': type }).end(body)
  if (pathname.startsWith('/api/')) {
    let sent = ''
    for await (const chunk of request) sent += String(chunk)
    const isUnderstood = request.method === 'GET' || sent === release
    return end(isUnderstood ? 200 : 409, 'application/json', JSON.stringify({ release }))
  }
  const extension = extname(pathname)
  if (extension === '') return end(200, 'text/html', await readFile(join(files, 'index.html')))
  const file = await readFile(join(files, pathname)).catch(() => undefined)
  return file ? end(200, TYPES[extension] ?? 'text/plain', file) : end(404, 'text/plain', 'no such file')
}
