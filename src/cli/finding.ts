// An issue with its place, as `limpet check` tells it: as text, as JSON, as an annotation of GitHub's.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

import { relative, resolve } from 'node:path'
import { styleText } from 'node:util'

import { namedPath } from '../config/named-path.ts'
import type { ConfigIssue } from '../config/issue.ts'
import type { IssueCode, Level } from '../config/issue-codes.ts'
import type { ConfigError } from './cli-error.ts'
import { placeText } from './place.ts'
import type { Place } from './place.ts'

export interface Finding {
  readonly place: Place
  readonly level: Level
  readonly code: IssueCode
  /** Of an option, by names; '' where it is about no option. */
  readonly path: string
  readonly message: string
  readonly found?: string
  /** Lines to paste into the file. */
  readonly paste?: string
}

/** `written`: the configuration that it is an issue of. */
export function findingOf({ level, code, keys, message, found }: ConfigIssue, place: Place, written: unknown): Finding {
  const path = namedPath(keys, written)
  return { place, level, code, path, message, ...(found === undefined ? {} : { found }) }
}

export function findingOfError({ place, code, text }: ConfigError): Finding {
  return { place, level: 'error', code, path: '', message: text }
}

const COLOURS = { error: 'red', warning: 'yellow', note: 'cyan' } as const

/** `limpet.config.ts:13:18: error: app.retries: must be ... (found "three") [invalid-value]`, then the lines to paste. */
export function findingText(finding: Finding, isColoured = false): string {
  const { place, level, code, paste } = finding
  const word = isColoured ? styleText(COLOURS[level], level, { validateStream: false }) : level
  const lines = paste === undefined ? '' : `\n  In ${place.file}:\n${paste.replaceAll(/^(?=.)/gm, '    ')}`
  return `${placeText(place)}: ${word}: ${sentence(finding)} [${code}]${lines}`
}

function sentence({ path, message, found, place }: Finding): string {
  const behind = [
    ...(found === undefined ? [] : [`found ${found}`]),
    ...(place.isComputed ? ['computed from what stands here'] : []),
  ]
  return `${path === '' ? '' : `${path}: `}${message}${behind.length > 0 ? ` (${behind.join(', ')})` : ''}`
}

export function findingJson(finding: Finding): Readonly<Record<string, unknown>> {
  const { place, level, code, path, message, found = null, paste } = finding
  const { file, line = null, column = null } = place
  return { file, line, column, code, level, path, message, found, ...(paste === undefined ? {} : { paste }) }
}

/** `::error file=limpet.config.ts,line=13,col=18,title=invalid-value::app.retries: ...` */
export function findingAnnotation(finding: Finding, workspace: string): string {
  const { place, level, code, paste } = finding
  const fields = {
    file: relative(workspace, resolve(place.file)),
    line: place.line,
    col: place.column,
    title: code,
  }
  const written = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`)
  const text = [sentence(finding), ...(paste === undefined ? [] : [paste])].join('\n')
  return `::${level === 'note' ? 'notice' : level} ${written.join(',')}::${escaped(text)}`
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
