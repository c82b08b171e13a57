// `limpet build`: `limpet check --for cloudflare`, and what was checked is written as the module that is deployed.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

import { messageOf } from '../errors.ts'
import { check } from './check.ts'
import { CliError } from './cli-error.ts'
import { configModule } from './config-module.ts'

/** Beside the configuration; wrangler.toml's `[alias]` leads there. */
const OUTPUT = '.limpet/config.js'

export interface BuildOptions {
  readonly output?: string
  /** An environment of the wrangler file. */
  readonly env?: string
}

export async function build(file: string, { output, env }: BuildOptions): Promise<void> {
  const [passed] = await check([file], [], { for: 'cloudflare', ...(env === undefined ? {} : { env }) })
  // What was written by an earlier build stays: nothing is deployed after this exit status.
  if (!passed) return
  const { loaded, config } = passed
  const path = output === undefined ? join(dirname(loaded.path), OUTPUT) : resolve(output)
  try {
    mkdirSync(dirname(path), { recursive: true })
    // There may be passwords in it.
    writeFileSync(path, configModule(loaded, config, path), { mode: 0o600 })
  } catch (error) {
    throw new CliError(`${path}: cannot be written: ${messageOf(error)}`)
  }
  const how = loaded.isOfEnv ? ' (a function of env: the Worker validates it)' : ''
  console.log(`${file}: built into ${relative(process.cwd(), path)}${how}`)
}
