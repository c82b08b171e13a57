// What several subcommands of `limpet` take: how a running balancer is named, and arguments that are read.

import type { Command } from 'commander'
import { Option } from 'commander'

import { availableParallelism } from 'node:os'

import { UsageError } from './cli-error.ts'

/** By itself the balancer on this machine. */
const BALANCER = () => new Option('--url <URL>', 'the balancer').env('LIMPET_URL').default('http://127.0.0.1:8080')

/** `url`: where it is something else that names the balancer. */
export function addRemoteOptions(command: Command, url = BALANCER()): Command {
  return command
    .addOption(url)
    .addOption(new Option('--admin-token <T>', 'its admin token').env('LIMPET_ADMIN_TOKEN'))
    .option('--admin-token-file <FILE>', 'a file that contains it')
    .option('--admin-path <PATH>', 'its admin.path', '/.limpet')
    .option('--json', 'print JSON')
}

export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new UsageError(`'${text}' must be a whole number from ${min} to ${max}`)
  }
}

/** `auto`: as many as there are cores. */
export function workerCount(text: string): number {
  return text === 'auto' ? Math.min(availableParallelism(), 64) : wholeNumber(1, 64)(text)
}

export function percentage(text: string): number {
  const value = Number(text.replace(/ ?%$/, ''))
  if (text.trim() !== '' && value >= 0 && value <= 100) return value
  throw new UsageError(`'${text}' must be a number from 0 to 100`)
}
