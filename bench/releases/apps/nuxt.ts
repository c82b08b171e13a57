// Nuxt with Nitro's server for Node.

import type { Application } from '../application.ts'
import { ARRIVED, LATE, ORDER, WENT } from '../application.ts'
import { STAMP } from '../stamp.ts'

export const NUXT: Application = {
  name: 'Nuxt',
  packages: {
    nuxt: '4.5.2',
    vue: '3.5.45',
    'vue-router': '5.5.1',
  },
  files: (release) => ({
    // Nuxt sorts its head: without a priority the element that names the release comes after the script that reads it.
    'nuxt.config.js': `export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  telemetry: false,
  app: { head: { meta: [{ name: 'release', content: '${release}', tagPriority: 0 }], script: [{ innerHTML: ${JSON.stringify(`{${STAMP}}`)} }] } },
})
`,
    'app/app.vue': `<script setup>
${WENT}
const failed = () => went('failed')
const late = () => import('./late.js').then(() => went('late'), failed)
const send = async () => {${ORDER(release)}
}
const order = () => send().then(() => went('order'), failed)
</script>
<template>
  <div>
    <p id="release">${release}</p>
    <NuxtLink id="data" to="/data" no-prefetch>Data</NuxtLink>
    <button id="late" @click="late">Late</button>
    <button id="order" @click="order">Order</button>
    <NuxtPage />
  </div>
</template>
`,
    'app/late.js': LATE(release),
    'app/pages/index.vue': `<template><p>Start</p></template>\n`,
    'app/pages/data.vue': `<script setup>
${WENT}
const { data } = await useAsyncData('data', () => $fetch('/api/data'))
onMounted(() => ${ARRIVED(release, 'data.value?.release')})
</script>
<template><p>{{ data?.release }}</p></template>
`,
    'server/api/data.get.js': `export default defineEventHandler(() => ({ release: '${release}' }))\n`,
    'server/api/order.post.js': `export default defineEventHandler(async (event) => {
  const { release } = await readBody(event)
  if (release !== '${release}') throw createError({ statusCode: 409 })
  return {}
})
`,
  }),
  build: ['nuxt', 'build', '--logLevel', 'silent'],
  start: () => ['node', '.output/server/index.mjs'],
  says: 'stamp',
}
