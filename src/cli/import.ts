// `limpet import`: a haproxy.cfg as a limpet.config.ts that a person can edit, and what the file's hosts mean for
// wrangler.toml.

import { existsSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

import { formatNamedIssue } from '../config/named-path.ts'
import { serverKey } from '../config/keys.ts'
import { sealCookies } from '../config/haproxy/seal-cookies.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import type { Diagnostic } from '../config/haproxy/line-status.ts'
import { messageOf } from '../errors.ts'
import { CliError, UsageError } from './cli-error.ts'
import { isHaproxyFile, refusalOf, summaryOf, translateFiles } from './haproxy.ts'
import { validateForOperator } from './issues.ts'
import { placeText } from './place.ts'
import { readText } from './read-text.ts'
import { printLiteral } from './literal.ts'
import { IS_PACKAGE, ownModule } from './own-modules.ts'

export interface TranslateOptions {
  /** `BACKEND/SERVER=https://host`: its public name. */
  readonly server: readonly string[]
  readonly seal?: boolean
  readonly allowUnsupported?: boolean
  /** Leave sections out that are plain TCP. */
  readonly onlyHttp?: boolean
}

export interface ImportOptions extends TranslateOptions {
  readonly output?: string
  readonly force?: boolean
}

export interface Imported {
  /** `entry`: from where it imports `defineConfig`. */
  readonly textWith: (entry: string) => string
  /** Says on standard error what became of the lines, and what is left to do before a deploy. */
  readonly report: () => void
}

export async function importHaproxy(file: string, options: ImportOptions): Promise<void> {
  refuseOther(file)
  const { output } = options
  if (output !== undefined && existsSync(output) && !options.force) {
    throw new CliError(`${output}: already exists; choose another name, or overwrite it with --force`)
  }
  const { textWith, report } = await readForImport(file, options)
  const text = textWith(IS_PACKAGE ? 'limpet/config' : pathFrom(dirname(resolve(output ?? 'limpet.config.ts'))))
  if (output === undefined) process.stdout.write(text)
  else write(output, text)
  report()
}

/** In a checkout. */
function pathFrom(directory: string): string {
  const path = relative(directory, ownModule('config-entry'))
  return path.startsWith('.') ? path : `./${path}`
}

function refuseOther(file: string): void {
  if (!isHaproxyFile(file))
    throw new UsageError(`${file}: only a haproxy.cfg can be imported; its name must end in .cfg`)
}

/** @throws CliError when the file cannot be imported, with its lines on standard error */
export async function readForImport(file: string, options: TranslateOptions): Promise<Imported> {
  refuseOther(file)
  const { config, diagnostics, lineOf } = await translateFiles([{ file, text: readText(file) }], options.onlyHttp)
  const problem = refusalOf(diagnostics, options.allowUnsupported ?? false)
  if (problem !== undefined) throw new CliError(`${file}: not imported; ${problem}`)
  const sealed = options.seal ? sealCookies(config) : { config, notes: [] }
  const named = withPublicNames(sealed.config, options.server)
  const { issues } = validateForOperator(named, 'serve')
  if (issues.some(({ level }) => level === 'error')) {
    for (const issue of issues) {
      const line = lineOf(issue.keys)
      console.error(`${placeText(line ? { file, line: line.line } : { file })}: ${formatNamedIssue(issue, named)}`)
    }
    throw new CliError(`${file}: not imported; fix the errors above`)
  }
  return {
    textWith: (entry) => configText(file, named, diagnostics, sealed.notes, entry),
    report() {
      for (const note of sealed.notes) console.error(`${file}: ${note}`)
      console.error(`${file}: ${summaryOf(diagnostics)}`)
      reportBeforeDeploy(named)
    },
  }
}

/** Says now what is left to do before a deploy, instead of failing the deploy. */
export function reportBeforeDeploy(config: LimpetConfig): void {
  for (const issue of validateForOperator(config, 'cloudflare').issues)
    console.error(`before wrangler deploy: ${formatNamedIssue(issue, config)}`)
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new CliError(`${path}: cannot be written: ${messageOf(error)}`)
  }
}

function withPublicNames(config: LimpetConfig, servers: readonly string[]): LimpetConfig {
  const urls = new Map(
    servers.map((text) => {
      const [, key, url] = /^([^/=]+\/[^/=]+)=(https?:\/\/.+)$/.exec(text) ?? []
      if (key === undefined || url === undefined) {
        throw new UsageError(`--server ${text}: must be BACKEND/SERVER=https://host`)
      }
      return [key, url] as const
    }),
  )
  const backends = config.backends.map((backend) => ({
    ...backend,
    servers: backend.servers.map((server) => {
      const key = serverKey(backend.name, server.name)
      const url = urls.get(key) ?? server.url
      urls.delete(key)
      return { ...server, url }
    }),
  }))
  const [unknown] = urls.keys()
  if (unknown !== undefined) throw new UsageError(`--server ${unknown}: there is no such server`)
  return { ...config, backends }
}

function configText(
  file: string,
  config: LimpetConfig,
  diagnostics: readonly Diagnostic[],
  sealing: readonly string[],
  entry: string,
): string {
  const notes = diagnostics
    .filter(({ status }) => status === 'differs' || status === 'unsupported')
    .map(({ line, status, text, message }) => `// line ${line}, ${status}: ${text}\n//   ${message ?? ''}`)
  const hosts = hostsOf(config)
  const routes = hosts.flatMap((host) => ['// [[routes]]', `// pattern = "${host}"`, '// custom_domain = true'])
  return [
    `// Imported from ${file}. What is not written has HAProxy's default; docs/configuration.md has every option.`,
    ...(notes.length > 0 ? ['//', '// What is not quite the same:', ...notes] : []),
    ...(sealing.length > 0 ? ['//', '// Its cookies, sealed:', ...sealing.map((note) => `// ${note}`)] : []),
    ...(routes.length > 0 ? ['//', '// For wrangler.toml, the hosts that its rules name:', ...routes] : []),
    '',
    `import { defineConfig } from '${entry}'`,
    '',
    `export default defineConfig(${printLiteral(config)})`,
    '',
  ].join('\n')
}

/** Hosts that conditions compare with, in order, each once. */
function hostsOf(value: unknown): readonly string[] {
  const hosts = new Set<string>()
  const visit = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null) return
    const { sample, match, values } = inner as { sample?: unknown; match?: unknown; values?: unknown }
    if ((sample === 'hdr(host)' || sample === 'req.hdr(host)') && match === 'str' && Array.isArray(values)) {
      for (const host of values as string[]) hosts.add(host.toLowerCase().replace(/:\d+$/, ''))
    }
    Object.values(inner).forEach(visit)
  }
  visit(value)
  return [...hosts]
}
