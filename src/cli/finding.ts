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
}

/** `written`: the configuration that it is an issue of. */
export function findingOf({ level, code, keys, message, found }: ConfigIssue, place: Place, written: unknown): Finding {
  const path = namedPath(keys, written)
  return { place, level, code, path, message, ...(found === undefined ? {} : { found }) }
}

export function findingOfError({ place, code, text }: ConfigError): Finding {
  return { place, level: 'error', code, path: '', message: text }
}

/** `limpet.config.ts:13:18: error: app.retries: must be ... (found "three") [invalid-value]` */
export function findingText(finding: Finding, isColoured = false): string {
  const { place, level, code } = finding
  const word = isColoured ? styleText(level === 'error' ? 'red' : 'yellow', level, { validateStream: false }) : level
  return `${placeText(place)}: ${word}: ${sentence(finding)} [${code}]`
}

function sentence({ path, message, found, place }: Finding): string {
  const behind = [
    ...(found === undefined ? [] : [`found ${found}`]),
    ...(place.isComputed ? ['computed from what stands here'] : []),
  ]
  return `${path === '' ? '' : `${path}: `}${message}${behind.length > 0 ? ` (${behind.join(', ')})` : ''}`
}

export function findingJson({ place, level, code, path, message, found }: Finding): Readonly<Record<string, unknown>> {
  const { file, line = null, column = null } = place
  return { file, line, column, code, level, path, message, found: found ?? null }
}

/** `::error file=limpet.config.ts,line=13,col=18,title=invalid-value::app.retries: ...` */
export function findingAnnotation(finding: Finding, workspace: string): string {
  const { place, level, code } = finding
  const fields = {
    file: relative(workspace, resolve(place.file)),
    line: place.line,
    col: place.column,
    title: code,
  }
  const written = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`)
  return `::${level} ${written.join(',')}::${escaped(sentence(finding))}`
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
