// `limpet build`: `limpet check --for cloudflare`, and what was checked is written as the module that is deployed.

import { writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

import { messageOf } from '../errors.ts'
import { check, isWranglerDev } from './check.ts'
import type { Checked } from './check.ts'
import { CliError } from './cli-error.ts'
import { makeDirectory } from './make-directory.ts'
import { configModule, refusingModule } from './config-module.ts'

/** Beside the configuration; wrangler.toml's `[alias]` leads there. */
const OUTPUT = '.limpet/config.js'

export interface BuildOptions {
  readonly output?: string
  /** An environment of the wrangler file. */
  readonly env?: string
}

export async function build(file: string, { output, env }: BuildOptions): Promise<void> {
  const path = output === undefined ? join(dirname(resolve(file)), OUTPUT) : resolve(output)
  const passed = await checkForBuild(file, env)
  if (passed) {
    const { loaded, config } = passed
    write(path, configModule(loaded, config, path))
    const how = loaded.isOfEnv ? ' (a function of env: the Worker validates it)' : ''
    console.log(`${file}: built into ${relative(process.cwd(), path)}${how}`)
  } else if (isWranglerDev()) {
    // It would end with this command, and has somebody who is about to correct the file.
    write(path, refusingModule(path))
    process.exitCode = 0
    console.log(`${file}: every request is answered with 500 until this is corrected`)
  }
  // Else what an earlier build wrote stays: nothing is deployed after exit status 1.
}

async function checkForBuild(file: string, env: string | undefined): Promise<Checked | undefined> {
  try {
    const [passed] = await check([file], [], {
      for: 'cloudflare',
      // A deploy is no time for suggestions.
      notes: false,
      ...(env === undefined ? {} : { env }),
    })
    return passed
  } catch (error) {
    if (!(error instanceof CliError) || !isWranglerDev()) throw error
    console.error(error.message)
    return undefined
  }
}

function write(path: string, text: string): void {
  try {
    makeDirectory(dirname(path))
    // There may be passwords in it.
    writeFileSync(path, text, { mode: 0o600 })
  } catch (error) {
    throw new CliError(`${path}: cannot be written: ${messageOf(error)}`)
  }
}
