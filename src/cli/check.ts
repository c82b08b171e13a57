// `limpet check`: every issue of every file with its place, and an exit status that a build can stand on. Of a haproxy.cfg, what
// became of each line.

import { text } from 'node:stream/consumers'

import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../config/haproxy/line-status.ts'
import { foundText } from '../config/issue.ts'
import type { Level } from '../config/issue-codes.ts'
import type { ConfigIssue } from '../config/issue.ts'
import { checkWrangler } from './check-wrangler.ts'
import { ConfigError, UsageError } from './cli-error.ts'
import { costText } from './cost.ts'
import { findingAnnotation, findingJson, findingOf, findingOfError, findingText } from './finding.ts'
import type { Finding } from './finding.ts'
import { formatDiagnostic, summaryOf } from './haproxy.ts'
import { withoutIgnored } from './ignores.ts'
import { adviceFor, validateForDev, validateForOperator } from './issues.ts'
import { loadConfig, unsetText } from './load-config.ts'
import type { LoadedConfig } from './load-config.ts'
import type { Place } from './place.ts'
import type { PlacedIssue } from './placed-issue.ts'
import { decoded } from './read-text.ts'

export interface CheckOptions {
  readonly for: 'serve' | 'cloudflare'
  /** An environment of the wrangler file. */
  readonly env?: string
  /** Print the bill of so many requests a month. */
  readonly cost?: number
  /** `github`: issues are annotations. */
  readonly format?: 'text' | 'json' | 'github'
  /** Errors only, and nothing at all where there are none. */
  readonly quiet?: boolean
  /** Leave sections of a haproxy.cfg out that are plain TCP. */
  readonly onlyHttp?: boolean
  /** One line a file, and nothing else. */
  readonly summary?: boolean
  /** A warning is exit status 1, too; a note is not. */
  readonly strict?: boolean
  /** False: notes are counted, not shown. */
  readonly notes?: boolean
  /** What the file is called that comes by standard input. */
  readonly stdinName?: string
}

/** What has no error. */
export interface Checked {
  readonly loaded: LoadedConfig
  readonly config: Config
}

/** What was found in files that are one configuration. */
interface Report {
  readonly file: string
  /** Undefined: it could not be read. */
  readonly loaded: LoadedConfig | undefined
  readonly findings: readonly Finding[]
  readonly diagnostics: readonly Diagnostic[] | undefined
  /** Undefined: it cannot run. */
  readonly config: Config | undefined
  readonly hasSnapshot: boolean
}

/**
 * `joined`: files that are checked as one, after each of the others by itself. `-`: standard input. What has no error is returned;
 * anything else is exit status 1.
 */
export async function check(
  files: readonly string[],
  joined: readonly string[],
  options: CheckOptions,
): Promise<readonly Checked[]> {
  if (options.cost !== undefined && options.for !== 'cloudflare')
    throw new UsageError('--cost is a bill of Cloudflare: add --for cloudflare')
  if (options.cost !== undefined && options.format === 'json')
    throw new UsageError('--cost prints no JSON: remove --json')
  if (options.summary && (options.quiet || options.cost !== undefined || options.format === 'json'))
    throw new UsageError('--summary prints one line a file: remove --quiet, --cost and --json')
  const configurations = [...files.map((file) => [file]), ...(joined.length > 0 ? [joined] : [])]
  const reports: Report[] = []
  for (const [first = '', ...more] of configurations) {
    const report = await reportOf(first, more, options)
    reports.push(report)
    if (options.format !== 'json') printReport(report, options)
  }
  if (options.format === 'json') console.log(jsonOf(reports, options))
  const found = reports.flatMap(({ findings }) => findings)
  if (found.some(({ level }) => level === 'error' || (options.strict && level === 'warning'))) process.exitCode = 1
  return reports.flatMap(({ loaded, config }) => (loaded && config ? [{ loaded, config }] : []))
}

async function reportOf(named: string, more: readonly string[], options: CheckOptions): Promise<Report> {
  const isCloudflare = options.for === 'cloudflare'
  let file = named
  try {
    const given = named === '-' ? await fromStandardInput(options.stdinName) : undefined
    file = given?.file ?? named
    const environment = isCloudflare && options.env ? options.env : undefined
    const loaded = await loadConfig(file, more, environment, given?.text, options.onlyHttp)
    return reportOfLoaded(file, loaded, options)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const findings = [findingOfError(error)]
    return { file, loaded: undefined, findings, diagnostics: undefined, config: undefined, hasSnapshot: false }
  }
}

function reportOfLoaded(file: string, loaded: LoadedConfig, options: CheckOptions): Report {
  const { written, diagnostics, wrangler } = loaded
  const isCloudflare = options.for === 'cloudflare'
  const { config, issues } = isDev(options) ? validateForDev(written) : validateForOperator(written, options.for)
  const around = config && isCloudflare ? checkWrangler(config, wrangler, isDev(options) ? loaded.devVars : []) : []
  const other = isCloudflare ? 'serve' : 'cloudflare'
  const found = [
    ...(diagnostics ?? []).flatMap(findingsOfLine),
    ...loaded.duplicates.map(duplicateAt),
    ...[...issues, ...adviceFor(written)].map((issue) => findingAt(issue, loaded)),
    ...around.map(({ paste, ...issue }) => ({
      ...findingOf(issue, placeAround(issue, loaded), written),
      ...(paste === undefined ? {} : { paste }),
    })),
  ]
  const elsewhere = validateForOperator(written, other).issues.map((issue) => findingAt(issue, loaded))
  const findings = inOrder(withoutIgnored(found, loaded.sources, elsewhere), loaded)
  const isRefused = findings.some(({ level }) => level === 'error')
  const hasSnapshot = wrangler?.environments[0]?.bindings.has('SNAPSHOT') ?? false
  return { file, loaded, findings, diagnostics, config: isRefused ? undefined : config, hasSnapshot }
}

function isDev(options: CheckOptions): boolean {
  return options.for === 'cloudflare' && isWranglerDev()
}

/** Set by wrangler for `[build] command`: https://developers.cloudflare.com/workers/wrangler/custom-builds/ */
export function isWranglerDev(): boolean {
  return process.env['WRANGLER_COMMAND'] === 'dev'
}

export async function fromStandardInput(name: string | undefined): Promise<{ file: string; text: string }> {
  const bytes = Buffer.from(await text(process.stdin))
  const content = decoded(name ?? '-', bytes)
  if (name !== undefined) return { file: name, text: content }
  // JSON begins with a bracket, perhaps behind comments; a haproxy.cfg never does.
  const isJson = /^(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*[{[]/.test(content)
  return { file: isJson ? 'stdin.json' : 'stdin.cfg', text: content }
}

function findingAt(issue: ConfigIssue, { placeOf, written, unset }: LoadedConfig): Finding {
  const finding = findingOf(issue, placeOf(issue), written)
  const isMissing = issue.code === 'missing-option' || issue.found?.includes('undefined')
  if (issue.level !== 'error' || !isMissing || unset.length === 0) return finding
  return { ...finding, message: `${finding.message}; ${unsetText(unset)}` }
}

function placeAround(issue: PlacedIssue, { placeOf, wrangler }: LoadedConfig): Place {
  if (issue.file === 'configuration') return placeOf(issue)
  return { file: issue.file === 'wrangler' ? wrangler!.name : issue.file }
}

const LINE_CODES = { unsupported: 'unsupported-line', error: 'invalid-line', differs: 'different-line' } as const

function findingsOfLine({ file, line, column, status, text: words, message }: Diagnostic): readonly Finding[] {
  if (status !== 'unsupported' && status !== 'error' && status !== 'differs') return []
  const level = status === 'differs' ? 'warning' : 'error'
  return [
    {
      place: { file, line, column },
      level,
      code: LINE_CODES[status],
      path: '',
      message: message ?? 'is not in force',
      ...(/\b(?:password|insecure-password|auth)\b/.test(words) ? {} : { found: foundText(words) }),
    },
  ]
}

function duplicateAt(place: Place): Finding {
  const message = 'this key stands twice in one object, and only the last one counts: remove one'
  return { place, level: 'warning', code: 'duplicate-key', path: '', message }
}

/** As they stand in the files; what has no place comes last. */
function inOrder(findings: readonly Finding[], { sources }: LoadedConfig): readonly Finding[] {
  const rank = ({ place: { file, line = Infinity, column = 0 } }: Finding) => {
    const i = sources.findIndex((source) => source.file === file)
    return [i === -1 ? sources.length : i, line, column] as const
  }
  return findings.toSorted((a, b) => {
    const [ranks, others] = [rank(a), rank(b)]
    const i = ranks.findIndex((each, j) => each !== others[j])
    return i === -1 ? 0 : ranks[i]! < others[i]! ? -1 : 1
  })
}

/** What is to be done before anything else; each kind as it stands in the files. */
function errorsFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => Number(b.level === 'error') - Number(a.level === 'error'))
}

function printReport({ file, findings, diagnostics, config, hasSnapshot }: Report, options: CheckOptions): void {
  const { quiet = false, format = 'text', notes = true } = options
  if (options.summary) {
    console.log(summary(file, findings, diagnostics, options))
    return
  }
  const isColoured = Boolean(process.stdout.isTTY && !process.env['NO_COLOR'])
  for (const finding of diagnostics ? errorsFirst(findings) : findings) {
    // The lines below say it.
    if (finding.level !== 'error' && (quiet || (format === 'text' && finding.code === 'different-line'))) continue
    if (finding.level === 'note' && !notes) continue
    const workspace = process.env['GITHUB_WORKSPACE'] ?? process.cwd()
    console.log(format === 'github' ? findingAnnotation(finding, workspace) : findingText(finding, isColoured))
  }
  if (!quiet) for (const diagnostic of diagnostics ?? []) console.log(formatDiagnostic(diagnostic, isColoured))
  const hasErrors = findings.some(({ level }) => level === 'error')
  if (!quiet || hasErrors) console.log(summary(file, findings, diagnostics, options))
  if (config && options.cost !== undefined) console.log(`\n${costText(config, options.cost, { hasSnapshot })}`)
}

function summary(
  file: string,
  findings: readonly Finding[],
  diagnostics: readonly Diagnostic[] | undefined,
  options: CheckOptions,
): string {
  const { errors, warnings, notes } = countsOf(findings)
  const lines = diagnostics ? `; lines: ${summaryOf(diagnostics)}` : ''
  const target = isDev(options) ? 'wrangler dev' : options.for
  const counts = [
    counted(errors, 'error'),
    counted(warnings, 'warning'),
    ...(notes > 0 ? [counted(notes, 'note')] : []),
  ]
  return `${file}: ${counts.join(', ')} for ${target}${lines}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function countsOf(findings: readonly Finding[]) {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length
  return { errors: count('error'), warnings: count('warning'), notes: count('note') }
}

/** `{ for, errors, warnings, notes, issues, lines }`; lines: those of every haproxy.cfg. */
function jsonOf(reports: readonly Report[], options: CheckOptions): string {
  const findings = reports.flatMap((report) => report.findings)
  const issues = findings.filter(({ level }) => level === 'error' || !options.quiet).map(findingJson)
  const lines = reports.flatMap(({ diagnostics = [] }) => diagnostics)
  return JSON.stringify(
    { for: options.for, ...countsOf(findings), issues, ...(options.quiet ? {} : { lines }) },
    null,
    2,
  )
}
