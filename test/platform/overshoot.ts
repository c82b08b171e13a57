// `node test/platform/overshoot.ts`: how many requests a limit of 100 in ten seconds lets through when several isolates count, on the real
// runtime, as it is deployed (what isolates have counted is merged each ten seconds, or sooner near the limit). By hand: it takes minutes,
// and wants a quiet machine. `-- --far MS`: how long a call to the table takes, each way (20). `-- --isolates 1,4,8`, `-- --rates 50,500`.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare, Response } from 'miniflare'

import { bundleFile, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../src/cli/bundle.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { Drive, Driven } from './isolate/driven.ts'

const LIMIT = 100
const SECONDS = 10
const START_MS = 500
const OBJECTS = { MONITOR: 'Monitor', STICK_TABLE: 'StickTable', SLOTS: 'Slots', STATS: 'Stats' }

const CONFIG: LimpetConfig = {
  log: 'off',
  frontends: [
    {
      name: 'www',
      stickTable: { type: 'ip', size: '100k', expire: '1m', data: ['http_req_rate(10s)'], shards: 1 },
      rules: [
        { do: { trackSc: { sc: 0, key: 'src' } } },
        {
          if: { sample: 'sc_http_req_rate(0)', match: 'int', values: [`gt ${LIMIT}`] },
          do: { deny: { status: 429 } },
        },
      ],
      defaultBackend: 'app',
    },
  ],
  backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.com' }] }],
}

const { values } = parseArgs({
  options: {
    far: { type: 'string', default: '20' },
    isolates: { type: 'string', default: '1,4,8' },
    rates: { type: 'string', default: '50,500,2000' },
  },
})
const [isolates, rates] = [values.isolates, values.rates].map((text) => text.split(',').map(Number)) as [
  number[],
  number[],
]

const [entry, limpet] = await Promise.all([buildEntry(), buildLimpet()])
console.log(
  `a limit of ${LIMIT} in ${SECONDS} s, calls take ${2 * Number(values.far)} ms: let through (requests, calls, late)`,
)
for (const count of isolates) {
  const row: string[] = []
  for (const rate of rates) {
    const { sent, passed, calls, lateMs } = await measure(count, rate)
    row.push(`${rate}/s: ${passed} (${sent}, ${calls}, ${lateMs} ms)`)
  }
  console.log(`${count} isolates: ${row.join('; ')}`)
}

/** The isolates share the requests alike. */
async function measure(count: number, rate: number): Promise<Driven> {
  const workers = Array.from({ length: count }, (_, i) => ({
    name: `isolate-${i}`,
    modulesRoot: '/',
    modules: [
      { type: 'ESModule', path: '/drive.js', contents: entry },
      { type: 'ESModule', path: '/limpet.js', contents: limpet },
    ],
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [...COMPATIBILITY_FLAGS],
    bindings: { LIMPET_COOKIE_KEYS: 'a-key-for-the-test-suites' },
    durableObjects: Object.fromEntries(
      Object.entries(OBJECTS).map(([binding, className]) => [
        binding,
        { className, useSQLite: true, ...(i === 0 ? {} : { scriptName: 'isolate-0' }) },
      ]),
    ),
    outboundService: () => new Response('served'),
  }))
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers } as never))
  try {
    await miniflare.ready
    const drive = async (told: Omit<Drive, 'farMs'>): Promise<readonly Driven[]> =>
      Promise.all(
        workers.map(async ({ name }) => {
          const worker = await miniflare.getWorker(name)
          const body = JSON.stringify({ ...told, farMs: Number(values.far) } satisfies Drive)
          const answer = await worker.fetch('http://isolate/', { method: 'POST', body })
          if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
          return (await answer.json()) as Driven
        }),
      )
    // Code is compiled, and the object has started. What is merged for this client is another key's.
    await drive({ perSecond: 20, seconds: 1, startMs: Date.now(), client: '203.0.113.2' })
    const driven = await drive({
      perSecond: rate / count,
      seconds: SECONDS,
      startMs: Date.now() + START_MS,
      client: '203.0.113.1',
    })
    const sum = (of: (each: Driven) => number) => driven.reduce((total, each) => total + of(each), 0)
    return {
      sent: sum(({ sent }) => sent),
      passed: sum(({ passed }) => passed),
      calls: sum(({ calls }) => calls),
      lateMs: Math.max(...driven.map(({ lateMs }) => lateMs)),
    }
  } finally {
    await miniflare.dispose()
  }
}

async function buildEntry(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('isolate/drive.ts', import.meta.url))],
    write: false,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    logLevel: 'silent',
    external: ['cloudflare:*', './limpet.js'],
  })
  return outputFiles[0]!.text
}

async function buildLimpet(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-overshoot-'))
  const [config, outfile] = [join(directory, 'limpet.json'), join(directory, 'limpet.js')]
  writeFileSync(config, JSON.stringify(CONFIG))
  await bundleFile(config, outfile)
  const text = readFileSync(outfile, 'utf8')
  rmSync(directory, { recursive: true })
  return text
}
