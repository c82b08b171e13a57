// `node test/platform/overshoot.ts`: how many requests a limit of 100 in ten seconds lets through when several isolates count, on the real
// runtime, as it is deployed (what isolates have counted is merged each ten seconds, or sooner near the limit). By hand: it takes minutes,
// and wants a quiet machine. `-- --far MS`: how long a call to the table takes, each way (20). `-- --isolates 1,4,8`, `-- --rates 50,500`.

import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { Driven } from './isolate/driven.ts'
import { scriptOptions } from '../script-options.ts'
import { buildIsolates } from './isolates.ts'

const LIMIT = 100
const SECONDS = 10
const START_MS = 500

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

const { values } = scriptOptions(import.meta.url, {
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

const start = await buildIsolates(CONFIG)
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
  const started = await start(count)
  const farMs = Number(values.far)
  try {
    // Code is compiled, and the object has started. What is merged for this client is another key's.
    await started.drive({ perSecond: 20, seconds: 1, startMs: Date.now(), farMs, client: '203.0.113.2' })
    return await started.drive({
      perSecond: rate / count,
      seconds: SECONDS,
      startMs: Date.now() + START_MS,
      farMs,
      client: '203.0.113.1',
    })
  } finally {
    await started.stop()
  }
}
