// `node test/platform/table-use.ts`: how many calls isolates make to the object of a table that counts, and how many rows it writes, with one
// key and with many, on the real runtime, as it is deployed. By hand: it takes minutes, and wants a quiet machine.
// `-- --isolates 1,8`, `-- --rates 50,500`, `-- --keys 1,1000`, `-- --seconds 20`.

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { scriptOptions } from '../script-options.ts'
import { buildIsolates } from './isolates.ts'

const MILLION = 1_000_000
const FAR_MS = 20

const CONFIG: LimpetConfig = {
  log: 'off',
  frontends: [
    {
      name: 'www',
      stickTable: { type: 'ip', size: '100k', expire: '10m', data: ['http_req_rate(10s)', 'gpc(1)'], shards: 1 },
      rules: [
        { do: { trackSc: { sc: 0, key: 'src' } } },
        { do: { scIncGpc: { sc: 0, gpc: 0 } } },
        {
          if: { sample: 'sc_http_req_rate(0)', match: 'int', values: [`gt ${MILLION}`] },
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
    isolates: { type: 'string', default: '1,8' },
    rates: { type: 'string', default: '50,500,2000' },
    keys: { type: 'string', default: '1,1000,100000' },
    seconds: { type: 'string', default: '20' },
  },
})
const numbers = (text: string) => text.split(',').map(Number)
const seconds = Number(values.seconds)

const start = await buildIsolates(CONFIG)
console.log('| isolates | keys | requests/s | requests | calls | rows | calls a million | rows a million | late, ms |')
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
for (const count of numbers(values.isolates)) {
  for (const keys of numbers(values.keys)) {
    for (const rate of numbers(values.rates)) {
      const isolates = await start(count)
      const drive = { farMs: FAR_MS, client: '203.0.113.2' }
      await isolates.drive({ ...drive, perSecond: 20, seconds: 1, startMs: Date.now() })
      const { sent, calls, rows, lateMs } = await isolates.drive({
        ...drive,
        perSecond: rate / count,
        seconds,
        startMs: Date.now() + 500,
        clients: keys,
      })
      await isolates.stop()
      const million = (n: number) => Math.round((n * MILLION) / sent)
      console.log(
        `| ${count} | ${keys} | ${rate} | ${sent} | ${calls} | ${rows} | ${million(calls)} | ${million(rows)} | ${lateMs} |`,
      )
    }
  }
}
