// Isolates of the deployed bundle on the real runtime, which ask themselves (isolate/drive.ts); the first has the objects.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare, Response } from 'miniflare'

import { bundleFile, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../src/cli/bundle.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { Drive, Driven } from './isolate/driven.ts'

const OBJECTS = { MONITOR: 'Monitor', STICK_TABLE: 'StickTable', SLOTS: 'Slots', STATS: 'Stats' }

export interface Isolates {
  /** All of them at once: the sum, and of lateness the most. */
  drive(told: Drive): Promise<Driven>
  stop(): Promise<void>
}

export async function buildIsolates(config: LimpetConfig): Promise<(count: number) => Promise<Isolates>> {
  const [entry, limpet] = await Promise.all([buildEntry(), buildLimpet(config)])
  return async (count) => {
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
    await miniflare.ready
    return {
      async drive(told) {
        const driven = await Promise.all(
          workers.map(async ({ name }) => {
            const worker = await miniflare.getWorker(name)
            const answer = await worker.fetch('http://isolate/', { method: 'POST', body: JSON.stringify(told) })
            if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
            return (await answer.json()) as Driven
          }),
        )
        const sum = (of: (each: Driven) => number) => driven.reduce((total, each) => total + of(each), 0)
        return {
          sent: sum(({ sent }) => sent),
          passed: sum(({ passed }) => passed),
          calls: sum(({ calls }) => calls),
          rows: sum(({ rows }) => rows),
          lateMs: Math.max(...driven.map(({ lateMs }) => lateMs)),
        }
      },
      stop: () => miniflare.dispose(),
    }
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

async function buildLimpet(wanted: LimpetConfig): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-isolates-'))
  const [config, outfile] = [join(directory, 'limpet.json'), join(directory, 'limpet.js')]
  writeFileSync(config, JSON.stringify(wanted))
  await bundleFile(config, outfile)
  const text = readFileSync(outfile, 'utf8')
  rmSync(directory, { recursive: true })
  return text
}
