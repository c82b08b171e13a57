// `limpet init`: writes a project that can be deployed, and says what to do next. Nothing is written when something is there already
// or wrong.

import { relative, resolve } from 'node:path'

import { formatNamedIssue } from '../config/named-path.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { VERSION } from '../deployment.ts'
import { checkOwnNames } from './check-own-names.ts'
import { CliError, UsageError } from './cli-error.ts'
import { readForImport, reportBeforeDeploy } from './import.ts'
import { openTerminal } from './init/ask.ts'
import type { Terminal } from './init/ask.ts'
import { nameOf, parseName } from './init/names.ts'
import { newConfigText, projectFiles, SECRETS_FILE } from './init/project.ts'
import { configOfServers, EXAMPLE_SERVERS, parseHost, parseServer } from './init/servers.ts'
import { refuseExisting, writeFiles } from './init/write.ts'
import { validateForOperator } from './issues.ts'

export interface InitOptions {
  /** Of the Worker; undefined: the directory's. */
  readonly name?: string
  /** URL, NAME=URL or BACKEND/NAME=URL; with `from` BACKEND/SERVER=URL alone. */
  readonly server: readonly string[]
  /** Custom Domains. */
  readonly host: readonly string[]
  /** A haproxy.cfg. */
  readonly from?: string
  readonly seal?: boolean
  readonly allowUnsupported?: boolean
  /** wrangler.jsonc in place of wrangler.toml. */
  readonly jsonc?: boolean
  readonly force?: boolean
  /** Ask nothing. */
  readonly yes?: boolean
}

/** What options leave open is asked on `terminal`; null: there is none, and defaults are taken. */
export async function init(directory: string, options: InitOptions, terminal = terminalFor(options)): Promise<void> {
  try {
    await writeProject(directory, options, terminal)
  } finally {
    terminal?.close()
  }
}

function terminalFor({ yes }: InitOptions): Terminal | null {
  return !yes && process.stdin.isTTY && process.stderr.isTTY ? openTerminal() : null
}

async function writeProject(directory: string, options: InitOptions, terminal: Terminal | null): Promise<void> {
  const { force = false, from } = options
  if (from === undefined && (options.seal || options.allowUnsupported))
    throw new UsageError(`${options.seal ? '--seal' : '--allow-unsupported'} is about a haproxy.cfg: add --from FILE`)
  const project = { version: VERSION, format: options.jsonc ? 'jsonc' : 'toml' } as const
  // First: nobody answers questions for nothing.
  const empty = { ...project, name: '', hosts: [], configText: '', cookieKey: '' }
  refuseExisting(directory, [...projectFiles(empty).keys()], force)

  const ask = <T>(question: string, fallback: string, read: (answer: string) => T): Promise<T> | T =>
    terminal ? terminal.ask(question, fallback, read) : read(fallback)
  const name =
    options.name === undefined ? await ask('Name of the Worker', nameOf(directory), parseName) : parseName(options.name)
  const isAskedForServers = options.server.length === 0 && from === undefined
  const servers = isAskedForServers
    ? await ask('Servers, as URLs', EXAMPLE_SERVERS.join(' '), (text) => words(text).map(parseServer))
    : []
  const hosts =
    options.host.length === 0
      ? await ask('Hosts, such as app.example.com', NO_HOST, (text) =>
          text === NO_HOST ? [] : words(text).map(parseHost),
        )
      : options.host.map(parseHost)

  const source =
    from === undefined
      ? readServers(configOfServers(isAskedForServers ? servers : options.server.map(parseServer), hosts), hosts)
      : await readForImport(from, options)
  const cookieKey = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')
  const configText = source.textWith('limpet/config')
  const written = writeFiles(directory, projectFiles({ ...project, name, hosts, configText, cookieKey }), force)
  source.report()
  if (!written.includes(SECRETS_FILE)) console.error(`${directory}: kept ${SECRETS_FILE}, which may hold keys`)
  console.log(`${directory}: wrote ${written.join(', ')}\n\n${nextSteps(directory)}`)
}

/** No Custom Domain. */
const NO_HOST = 'workers.dev'

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

function readServers(written: LimpetConfig, hosts: readonly string[]): Awaited<ReturnType<typeof readForImport>> {
  const { config, issues } = validateForOperator(written, 'either')
  if (!config) {
    for (const issue of issues) console.error(formatNamedIssue(issue, written))
    throw new CliError('nothing was written; fix the errors above')
  }
  return {
    textWith: () => newConfigText(written),
    report() {
      reportBeforeDeploy(written)
      const routes = hosts.map((pattern) => ({ pattern, zone: undefined, isCustomDomain: true }))
      for (const issue of checkOwnNames(config, { routes, flags: [] }))
        console.error(`before wrangler deploy: ${formatNamedIssue(issue, written)}`)
    },
  }
}

function nextSteps(directory: string): string {
  const below = relative(process.cwd(), resolve(directory))
  const path = below.startsWith('..') ? resolve(directory) : below
  const cd =
    path === '' ? '' : `cd ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`} && `
  return [
    'Next:',
    `  ${cd}npm install`,
    '  npm run dev    # http://localhost:8787',
    '  openssl rand -base64 32 | npx wrangler secret put LIMPET_COOKIE_KEYS && npm run deploy',
  ].join('\n')
}
