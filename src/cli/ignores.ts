// `limpet-ignore CODE, CODE` in a comment silences warnings of its line, or of the next one if nothing else stands on its own. An
// error cannot be silenced, and a comment that silences nothing is a warning itself: it would hide the next one.

import { ISSUE_CODES } from '../config/issue-codes.ts'
import { lexLine } from '../config/haproxy/lex.ts'
import type { Finding } from './finding.ts'
import type { Source } from './load-config.ts'
import { placeText, positionIn } from './place.ts'
import type { Place } from './place.ts'

interface Ignore {
  readonly place: Place
  /** Of what it silences. */
  readonly line: number
  readonly code: string
}

/** `elsewhere`: what is found where the configuration does not run now; comments may be about that. */
export function withoutIgnored(
  findings: readonly Finding[],
  sources: readonly Source[],
  elsewhere: readonly Finding[],
): readonly Finding[] {
  const ignores = sources.flatMap(ignoresIn)
  const isMeant =
    ({ place: { file, line }, code }: Finding) =>
    (ignore: Ignore) =>
      ignore.place.file === file && ignore.line === line && ignore.code === code
  const left = findings.filter((finding) => finding.level === 'error' || !ignores.some(isMeant(finding)))
  return [...left, ...ignores.flatMap((ignore) => problemOf(ignore))]

  function problemOf(ignore: Ignore): readonly Finding[] {
    const meant = findings.filter((finding) => isMeant(finding)(ignore))
    if (meant.some(({ level }) => level === 'error')) {
      return [warning(ignore, 'ignored-error', `an error cannot be ignored: ${ignore.code}`)]
    }
    if (meant.length > 0 || elsewhere.some((finding) => isMeant(finding)(ignore))) return []
    const isKnown = Object.hasOwn(ISSUE_CODES, ignore.code)
    const where = placeText({ file: ignore.place.file, line: ignore.line })
    const message = isKnown
      ? `there is nothing to ignore: no ${ignore.code} at ${where}; remove the comment`
      : `there is no code '${ignore.code}'; docs/errors.md has all of them`
    return [warning(ignore, 'unused-ignore', message)]
  }
}

function warning({ place }: Ignore, code: 'ignored-error' | 'unused-ignore', message: string): Finding {
  return { place, level: 'warning', code, path: '', message }
}

function ignoresIn(source: Source): readonly Ignore[] {
  if (!source.text.includes('limpet-ignore')) return []
  const lines = source.text.split(/\r?\n/)
  return commentsOf(source, lines).flatMap(({ line, column, text, isAlone }) => {
    const [, codes] = /(?:^|\s)limpet-ignore:?\s+([a-z\d, -]+)/.exec(text) ?? []
    const place = { file: source.file, line, column }
    return (codes?.split(/[\s,]+/) ?? [])
      .filter((code) => code !== '')
      .map((code) => ({ place, line: isAlone ? line + 1 : line, code }))
  })
}

interface Comment {
  readonly line: number
  readonly column: number
  readonly text: string
  /** Nothing stands before it on its line. */
  readonly isAlone: boolean
}

function commentsOf({ file, text, tree }: Source, lines: readonly string[]): readonly Comment[] {
  const position = positionIn(text)
  if (!file.endsWith('.cfg')) {
    return (tree?.()?.comments ?? []).map(({ value, start, end }) => {
      const { line, column } = position(start)
      const isAlone = lines[line - 1]!.slice(0, column - 1).trim() === ''
      return { line: isAlone ? position(end).line : line, column, text: value, isAlone }
    })
  }
  return lines.flatMap((raw, i): Comment[] => {
    const { comment, words } = lexLine(raw, {})
    if (comment === undefined) return []
    return [{ line: i + 1, column: raw.length - comment.length, text: comment, isAlone: words.length === 0 }]
  })
}
