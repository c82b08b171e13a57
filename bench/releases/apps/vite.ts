// A single-page application of Vite. Its server has no page in place of a missing file.

import type { Application } from '../application.ts'
import { LATE, ORDER, WENT } from '../application.ts'
import { headOf } from '../stamp.ts'

export const VITE: Application = {
  name: 'Vite',
  packages: { vite: '8.3.8' },
  files: (release) => ({
    'index.html': `<!doctype html>${headOf(release)}<link rel="icon" href="data:,">
<p id="release">${release}</p>
<button id="data">Data</button><button id="late">Late</button><button id="order">Order</button>
<script type="module" src="/main.js"></script>
`,
    'main.js': `${WENT}
const failed = () => went('failed')
const order = async () => {${ORDER(release)}
}
const load = async () => {
  const { release } = await (await fetch('/api/data')).json()
  return release === '${release}' ? 'data' : 'mixed'
}
document.querySelector('#data').onclick = () => load().then(went, failed)
document.querySelector('#late').onclick = () => import('./late.js').then(() => went('late'), failed)
document.querySelector('#order').onclick = () => order().then(() => went('order'), failed)
`,
    'late.js': LATE(release),
    'server.js': `import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://x')
  if (pathname === '/api/data') return response.end('{"release":"${release}"}')
  if (pathname === '/api/order') {
    let sent = ''
    for await (const chunk of request) sent += chunk
    return response.writeHead(JSON.parse(sent).release === '${release}' ? 204 : 409).end()
  }
  const path = pathname === '/' ? '/index.html' : pathname
  const file = await readFile('dist' + path).catch(() => undefined)
  if (!file) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': TYPES[path.split('.').at(-1)] ?? 'text/plain' }).end(file)
}).listen(process.env.PORT, '127.0.0.1')
`,
  }),
  build: ['vite', 'build', '--logLevel', 'error'],
  start: () => ['node', 'server.js'],
  says: 'stamp',
}
