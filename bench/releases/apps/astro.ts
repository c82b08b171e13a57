// Astro with @astrojs/node and its `ClientRouter`, which fetches pages and puts them in place of the one that is shown.

import type { Application } from '../application.ts'
import { ARRIVED, LATE, ORDER, WENT } from '../application.ts'
import { headOf } from '../stamp.ts'

export const ASTRO: Application = {
  name: 'Astro',
  packages: {
    '@astrojs/node': '11.1.6',
    astro: '7.3.5',
  },
  files: (release) => ({
    'astro.config.mjs': `import node from '@astrojs/node'
export default { output: 'server', adapter: node({ mode: 'standalone' }), security: { checkOrigin: false } }
`,
    'src/late.js': LATE(release),
    'src/layout.astro': `---
import { ClientRouter } from 'astro:transitions'
---
<html><head>${headOf(release).replace('<script>', '<script is:inline>')}<ClientRouter /></head>
<body>
<p id="release">${release}</p>
<a id="data" href="/data" data-astro-prefetch="false">Data</a>
<button id="late">Late</button><button id="order">Order</button>
<slot />
<script>
${WENT}
const failed = () => went('failed')
const send = async () => {${ORDER(release)}
}
document.addEventListener('click', ({ target }) => {
  if (target.id === 'late') import('./late.js').then(() => went('late'), failed)
  if (target.id === 'order') send().then(() => went('order'), failed)
})
document.addEventListener('astro:page-load', () => {
  const data = document.querySelector('#arrived')?.textContent
  if (data) ${ARRIVED(release, 'data')}
})
</script>
</body></html>
`,
    'src/pages/index.astro': `---
import Layout from '../layout.astro'
---
<Layout><p>Start</p></Layout>
`,
    'src/pages/data.astro': `---
import Layout from '../layout.astro'
---
<Layout><p id="arrived">${release}</p></Layout>
`,
    'src/pages/api/order.js': `export async function POST({ request }) {
  const { release } = await request.json()
  return new Response(null, { status: release === '${release}' ? 204 : 409 })
}
`,
  }),
  build: ['astro', 'build', '--silent'],
  start: () => ['node', 'dist/server/entry.mjs'],
  says: 'stamp',
}
