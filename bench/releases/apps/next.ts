// Next.js: `deploymentId` stamps what a page asks for; `order` is a server action.

import type { Application } from '../application.ts'
import { LATE, WENT } from '../application.ts'

export const NEXT: Application = {
  name: 'Next.js',
  packages: {
    next: '16.4.6',
    react: '19.3.1',
    'react-dom': '19.3.1',
  },
  files: (release) => ({
    'next.config.mjs': `export default { deploymentId: '${release}', turbopack: { root: import.meta.dirname + '/..' } }\n`,
    'app/layout.js': `import { Nav } from './nav.js'
export default ({ children }) => <html><body><p id="release">${release}</p><Nav />{children}</body></html>
`,
    'app/page.js': `export default () => <p>Start</p>\n`,
    'app/data/page.js': `import { Arrived } from './arrived.js'
export const dynamic = 'force-dynamic'
export default () => <Arrived data="${release}" />
`,
    'app/data/arrived.js': `'use client'
import { useEffect } from 'react'
${WENT}
export function Arrived({ data }) {
  useEffect(() => went(data === '${release}' ? 'data' : 'mixed'), [data])
  return <p>{data}</p>
}
`,
    'app/actions.js': `'use server'
export async function order(release) {
  return release === '${release}'
}
`,
    'app/late.js': LATE(release),
    'app/nav.js': `'use client'
import Link from 'next/link'
import { order } from './actions.js'
${WENT}
const failed = () => went('failed')
export const Nav = () => <nav>
  <Link id="data" href="/data" prefetch={false}>Data</Link>
  <button id="late" onClick={() => import('./late.js').then(() => went('late'), failed)}>Late</button>
  <button id="order" onClick={() => order('${release}').then((ok) => went(ok ? 'order' : 'mixed'), failed)}>Order</button>
</nav>
`,
  }),
  build: ['next', 'build'],
  start: (port) => ['next', 'start', '-p', String(port), '-H', '127.0.0.1'],
  says: 'ids',
}
