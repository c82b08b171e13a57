// React Router as a framework, with its own server.

import type { Application } from '../application.ts'
import { ARRIVED, LATE, ORDER, WENT } from '../application.ts'
import { STAMP } from '../stamp.ts'

export const REACT_ROUTER: Application = {
  name: 'React Router',
  packages: {
    '@react-router/dev': '8.4.0',
    '@react-router/node': '8.5.1',
    '@react-router/serve': '8.4.0',
    isbot: '5.2.3',
    react: '19.3.1',
    'react-dom': '19.3.1',
    'react-router': '8.5.1',
    vite: '8.3.8',
  },
  files: (release) => ({
    'vite.config.js': `import { reactRouter } from '@react-router/dev/vite'
export default { plugins: [reactRouter()] }
`,
    'react-router.config.js': `export default { ssr: true }\n`,
    'app/routes.js': `import { index, route } from '@react-router/dev/routes'
export default [index('start.jsx'), route('data', 'data.jsx'), route('api/order', 'order.js')]
`,
    'app/root.jsx': `import { Link, Links, Meta, Outlet, Scripts } from 'react-router'
${WENT}
const failed = () => went('failed')
const order = async () => {${ORDER(release)}
}
export default function Root() {
  return <html>
    <head>
      <meta name="release" content="${release}" />
      <script dangerouslySetInnerHTML={{ __html: ${JSON.stringify(`{${STAMP}}`)} }} />
      <Meta /><Links />
    </head>
    <body>
      <p id="release">${release}</p>
      <Link id="data" to="/data">Data</Link>
      <button id="late" onClick={() => import('./late.js').then(() => went('late'), failed)}>Late</button>
      <button id="order" onClick={() => order().then(() => went('order'), failed)}>Order</button>
      <Outlet /><Scripts />
    </body>
  </html>
}
`,
    'app/late.js': LATE(release),
    'app/start.jsx': `export default () => <p>Start</p>\n`,
    'app/data.jsx': `import { useEffect } from 'react'
import { useLoaderData } from 'react-router'
${WENT}
export const loader = () => ({ release: '${release}' })
export default function Data() {
  const { release } = useLoaderData()
  useEffect(() => ${ARRIVED(release, 'release')}, [release])
  return <p>{release}</p>
}
`,
    'app/order.js': `export async function action({ request }) {
  const { release } = await request.json()
  return new Response(null, { status: release === '${release}' ? 204 : 409 })
}
`,
  }),
  build: ['react-router', 'build'],
  start: () => ['react-router-serve', 'build/server/index.js'],
  says: 'stamp',
}
