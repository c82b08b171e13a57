// SvelteKit with adapter-node.

import type { Application } from '../application.ts'
import { ARRIVED, LATE, ORDER, WENT } from '../application.ts'
import { headOf } from '../stamp.ts'

export const SVELTEKIT: Application = {
  name: 'SvelteKit',
  packages: {
    '@sveltejs/adapter-node': '6.0.1',
    '@sveltejs/kit': '3.2.0',
    '@sveltejs/vite-plugin-svelte': '7.3.1',
    svelte: '5.57.3',
    vite: '8.3.8',
  },
  files: (release) => ({
    'vite.config.js': `import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
export default { plugins: [sveltekit({ adapter: adapter(), version: { name: '${release}' } })] }
`,
    'src/app.html': `<!doctype html><html><head>${headOf(release)}%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>`,
    'src/lib/late.js': LATE(release),
    'src/routes/+layout.svelte': `<script>
  let { children } = $props()
  ${WENT}
  const failed = () => went('failed')
  const order = async () => {${ORDER(release)}
  }
</script>
<p id="release">${release}</p>
<a id="data" href="/data" data-sveltekit-preload-data="off">Data</a>
<button id="late" onclick={() => import('../lib/late.js').then(() => went('late'), failed)}>Late</button>
<button id="order" onclick={() => order().then(() => went('order'), failed)}>Order</button>
{@render children()}
`,
    'src/routes/+page.svelte': `<p>Start</p>\n`,
    'src/routes/data/+page.server.js': `export const load = () => ({ release: '${release}' })\n`,
    'src/routes/data/+page.svelte': `<script>
  import { onMount } from 'svelte'
  let { data } = $props()
  ${WENT}
  onMount(() => ${ARRIVED(release, 'data.release')})
</script>
<p>{data.release}</p>
`,
    'src/routes/api/order/+server.js': `export async function POST({ request }) {
  const { release } = await request.json()
  return new Response(null, { status: release === '${release}' ? 204 : 409 })
}
`,
  }),
  build: ['vite', 'build', '--logLevel', 'error'],
  start: () => ['node', 'build/index.js'],
  says: 'stamp',
}
