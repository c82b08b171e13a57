// A Worker under valgrind's callgrind: the program that workerd is started with, and what it is told while it runs.
// Linux only, and only where valgrind is installed.

import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

import type { WorkerStart } from '../processes.ts'

/** Seconds on a machine that is idle. */
const START_TIMEOUT_MS = 180_000
const CONTROL_TIMEOUT_MS = 120_000

/** Throws if instructions cannot be counted on this machine. */
export function requireValgrind(platform: string = process.platform, path = process.env['PATH']): void {
  if (platform !== 'linux') throw new Error(`--instructions needs Linux: valgrind does not run workerd on ${platform}`)
  for (const program of ['valgrind', 'callgrind_control']) {
    const { error } = spawnSync(program, ['--version'], { env: { ...process.env, PATH: path } })
    if (!error) continue
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`--instructions needs ${program}, which does not start (${code}): install the package valgrind`)
  }
}

export interface Event {
  /** As a table has it. */
  readonly name: string
  /** callgrind's names of what is added up. */
  readonly columns: readonly string[]
  readonly options: readonly string[]
}

export const INSTRUCTIONS: Event = { name: 'instructions', columns: ['Ir'], options: [] }

/** Code or data that was not in the second cache, which is often a core's last own one; with the caches of an AMD EPYC. */
export const MISSES: Event = {
  name: 'misses of a cache of 512 KB',
  columns: ['ILmr', 'DLmr', 'DLmw'],
  options: ['--cache-sim=yes', '--I1=32768,8,64', '--D1=32768,8,64', '--LL=524288,8,64'],
}

/** What a workerd is started under, and where its counts go: `place` is a path that nobody else uses. */
export function underCallgrind(place: string, { options }: Event): WorkerStart {
  return {
    under: [
      'valgrind',
      '--quiet',
      '--tool=callgrind',
      // V8's compilers are threads of their own, which valgrind lets wait while the first one runs.
      '--fair-sched=yes',
      // V8 writes code that it then runs.
      '--smc-check=all-non-file',
      // What is not counted takes a quarter of the time.
      '--instr-atstart=no',
      // Lines of source are not looked at, and would make the file large.
      '--dump-line=no',
      ...options,
      `--callgrind-out-file=${place}`,
      `--log-file=${logOf(place)}`,
    ],
    timeoutMs: START_TIMEOUT_MS,
  }
}

function logOf(place: string): string {
  return `${place}.log`
}

/** What valgrind itself has to say, in one line. */
export function saidByValgrind(place: string): string {
  if (!existsSync(logOf(place))) return ''
  return readFileSync(logOf(place), 'utf8')
    .replaceAll(/==\d+==( Using source line as position\.)?/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Until then nothing is counted, and workerd runs four times as fast. */
export function startCounting(pid: number): Promise<void> {
  return control('--instr=on', pid)
}

export function zeroCounters(pid: number): Promise<void> {
  return control('--zero', pid)
}

/** What has been counted, as callgrind writes it; `nth`: of this process, from 1. */
export async function readCounts(pid: number, place: string, nth: number): Promise<string> {
  await control('--dump', pid)
  return readFileSync(`${place}.${nth}`, 'utf8')
}

/** Whatever happens it exits with 0, and says OK once it is done. */
async function control(what: string, pid: number): Promise<void> {
  const { stdout, stderr } = await promisify(execFile)('callgrind_control', [what, String(pid)], {
    timeout: CONTROL_TIMEOUT_MS,
  })
  if (/\bOK\b/.test(stdout)) return
  const said = `${stdout} ${stderr}`.replaceAll(/\s+/g, ' ').trim()
  throw new Error(`callgrind_control ${what} ${pid}: ${said || 'no answer'}`)
}
