// STATUS.md: what becomes of each line of each file, and how many are accepted. Made of the translator and of the recordings; a test
// compares it with what is there.

import { rmSync, writeFileSync } from 'node:fs'

import { validateForOperator } from '../../../../src/cli/issues.ts'
import { loadConfig } from '../../../../src/cli/load-config.ts'
import type { LineStatus } from '../../../../src/config/haproxy/line-status.ts'
import { readRecording } from './exchanges.ts'
import { makeRoot, readCfgFiles, SETS, withPaths } from './machine.ts'
import type { CfgFile } from './machine.ts'

export const STATUS_FILE = new URL('STATUS.md', import.meta.url)

const STATUSES: readonly LineStatus[] = ['translated', 'platform', 'differs', 'unsupported', 'error']
/** Of a message in the table. */
const MAX_MESSAGE = 160

interface CheckedLine {
  readonly line: number
  readonly status: LineStatus
  readonly text: string
  readonly message: string
}

export interface Checked {
  readonly file: CfgFile
  readonly lines: readonly CheckedLine[]
  /** `limpet serve` starts it, without --allow-unsupported: as it is, or its sections of HTTP. */
  readonly accepted: 'whole' | 'only-http' | 'no'
}

/** As `limpet check` does. */
export async function checkedFile(file: CfgFile, root: string): Promise<Checked> {
  const lines = await linesOf(file, root, false)
  if (lines.every(isTaken)) return { file, lines, accepted: 'whole' }
  const http = await linesOf(file, root, true)
  return { file, lines, accepted: http.every(isTaken) ? 'only-http' : 'no' }
}

async function linesOf(file: CfgFile, root: string, onlyHttp: boolean): Promise<readonly CheckedLine[]> {
  const shown = (text: string) => text.replaceAll(root, '')
  const text = withPaths(file.text, root)
  const loaded = await loadConfig(`${file.name}.cfg`, [], undefined, text, onlyHttp)
  const { diagnostics = [], written, placeOf } = loaded
  const wrong = validateForOperator(written, 'serve')
    .issues.filter(({ level }) => level === 'error')
    .map((issue): CheckedLine => {
      const { line = 0 } = placeOf(issue)
      return { line, status: 'error', text: issue.code, message: shown(issue.message) }
    })
  const lines = diagnostics.map(({ line, status, text: words, message = '' }): CheckedLine => ({
    line,
    status,
    text: shown(words),
    message: shown(message),
  }))
  return [...lines, ...wrong].toSorted((a, b) => a.line - b.line)
}

function isTaken({ status }: CheckedLine): boolean {
  return status !== 'unsupported' && status !== 'error'
}

export async function checkAll(files: readonly CfgFile[]): Promise<readonly Checked[]> {
  const root = await makeRoot(files)
  try {
    return await Promise.all(files.map((file) => checkedFile(file, root)))
  } finally {
    rmSync(root, { recursive: true })
  }
}

export async function writeStatus(): Promise<void> {
  writeFileSync(STATUS_FILE, statusPage(await checkAll(readCfgFiles())))
}

/** For a terminal: how many are accepted, and what blocks each of the others. */
export async function figures(files: readonly CfgFile[]): Promise<readonly string[]> {
  const checked = await checkAll(files)
  return [
    ...checked.filter(({ accepted }) => accepted !== 'whole').map((each) => `${each.file.name}: ${blockText(each)}`),
    ...Object.keys(SETS).flatMap((set) => {
      const own = checked.filter(({ file }) => file.set === set)
      return own.length === 0 ? [] : [`${set}: ${figureOf(own)}`]
    }),
  ]
}

function figureOf(checked: readonly Checked[]): string {
  const isLoaded = ({ file }: Checked) => readRecording(file.name)?.refused === undefined
  const accepted = (how: Checked['accepted'], all: readonly Checked[]) => all.filter((each) => each.accepted === how)
  const loaded = checked.filter(isLoaded)
  const others = checked.filter((each) => !isLoaded(each))
  const compared = loaded.filter((each) => each.accepted !== 'no')
  const inPart = accepted('only-http', loaded).length
  const requests = compared.flatMap(({ file }) => readRecording(file.name)?.exchanges ?? [])
  return (
    `HAProxy 2.6 loads ${loaded.length} of ${checked.length}; Limpet accepts ${accepted('whole', loaded).length} of these` +
    `${inPart === 0 ? '' : `, and with --only-http the http sections of ${inPart} more`}. ` +
    `These ${compared.length} are compared in ${requests.length} requests. ` +
    `Of the ${others.length} that HAProxy 2.6 refuses, Limpet accepts ${accepted('whole', others).length}`
  )
}

/** The first line that keeps a file from running. */
function blockText({ lines }: Checked): string {
  // What is wrong with the whole mostly follows from a line.
  const wrong = lines.filter((line) => !isTaken(line))
  const first = wrong.find(({ line }) => line > 0) ?? wrong[0]
  return first ? `${first.line} ${first.status}: ${first.text}` : ''
}

const WORDS: Readonly<Record<Checked['accepted'], string>> = {
  whole: 'accepts',
  'only-http': 'with --only-http',
  no: 'refuses',
}

export function statusPage(checked: readonly Checked[]): string {
  return [
    '# What becomes of these files',
    '',
    '<!-- Generated by `npm run files -- --status`. -->',
    '',
    'The files in `cfg` and `cfg-variables` are written in the manner of those that people have: manuals, distributions, appliances, ingress',
    'controllers, old versions, blogs. `npm run files` runs those that both take side by side with HAProxy 2.6, with the same requests;',
    '`recorded` has the requests and the answers of HAProxy, which `npm run check` replays.',
    '',
    ...Object.entries(SETS).flatMap(([set, title]) => {
      const own = checked.filter(({ file }) => file.set === set)
      return [
        `## ${title}`,
        '',
        `${figureOf(own)}.`,
        '',
        `| file | HAProxy 2.6 | Limpet | ${STATUSES.join(' | ')} | first line that blocks it |`,
        `| --- | --- | --- | ${STATUSES.map(() => '---').join(' | ')} | --- |`,
        ...own.map((each) => {
          const { refused } = readRecording(each.file.name) ?? {}
          const counts = STATUSES.map((status) => each.lines.filter((line) => line.status === status).length)
          const block = each.accepted === 'whole' ? '' : `\`${cell(blockText(each))}\``
          return `| [${each.file.name}](#${each.file.name}) | ${refused === undefined ? 'loads' : 'refuses'} | ${WORDS[each.accepted]} | ${counts.join(' | ')} | ${block} |`
        }),
        '',
      ]
    }),
    '## Line by line',
    '',
    ...checked.flatMap(({ file, lines }) => {
      const { refused } = readRecording(file.name) ?? {}
      return [
        `### ${file.name}`,
        '',
        ...(refused === undefined ? [] : [`HAProxy 2.6: \`${refused}\``, '']),
        '```',
        ...lines.map(({ line, status, text, message }) =>
          `${String(line).padStart(3)} ${status.padEnd(11)} ${text}${message === '' ? '' : `  (${shortened(message)})`}`.trimEnd(),
        ),
        '```',
        '',
      ]
    }),
  ].join('\n')
}

function shortened(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)} …` : message
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('`', "'")
}
