// The expressions of `reqrep`, `reqideny` and the like (configuration manual of 1.5, 6.1): each is tried on the request line and on every
// header line. Those that can match one of these alone say the same as a rule about a header or a target; of others nobody can tell.

export interface HeaderPattern {
  readonly header: string
  /** On the header's value; undefined: any. */
  readonly value: string | undefined
}

export interface TargetPattern {
  /** Undefined: any method. */
  readonly methods: readonly string[] | undefined
  /** The method is its first group. */
  readonly hasMethodGroup: boolean
  /** On path and query, perhaps with what follows them. */
  readonly target: string
}

export type LinePattern = HeaderPattern | TargetPattern

const HEADER = /^\^([A-Za-z0-9_-]+):(.*)$/s
/** Blanks between a header's colon and its value. */
const BLANKS = /^(?: [*+]?|\[ (?:\t|\\t)?\][*+]|\\s[*+])/
const TARGET = /^\^(\()?(\[\^(?: |:| :|: )\][*+]|\[A-Z\]\+|\\w\+|[A-Z]+(?:\|[A-Z]+)*)(\))? (.+)$/s

export function readLinePattern(text: string): LinePattern | undefined {
  const [, header, rest = ''] = HEADER.exec(text) ?? []
  if (header !== undefined) {
    if (isAnything(rest)) return { header, value: undefined }
    const value = valueOf(rest)
    return value === undefined || hasAlternatives(value) ? undefined : { header, value }
  }
  const [, open, method = '', close, target = ''] = TARGET.exec(text) ?? []
  if (method === '' || (open === undefined) !== (close === undefined) || hasAlternatives(target)) return undefined
  const isList = /^[A-Z|]+$/.test(method)
  // Without a group the other methods would stand for themselves.
  if (isList && open === undefined && method.includes('|')) return undefined
  return { methods: isList ? method.split('|') : undefined, hasMethodGroup: open !== undefined, target }
}

function isAnything(rest: string): boolean {
  return /^(?: |\[ (?:\t|\\t)?\]\*|\\s\*)?(?: ?\*?\.\*)?\$?$/.test(rest)
}

/** What begins with neither blanks nor `.*` matches no header that has a blank behind its colon, as all have. */
function valueOf(rest: string): string | undefined {
  if (/^\(?\.\*(?![?+])/.test(rest)) return rest
  const [blanks] = BLANKS.exec(rest) ?? []
  return blanks === undefined ? undefined : rest.slice(blanks.length)
}

/** A `|` outside of parentheses and brackets. */
function hasAlternatives(pattern: string): boolean {
  const flat = pattern.replaceAll(/\\./gs, '').replaceAll(/\[\^?\]?[^\]]*\]/g, '')
  let depth = 0
  for (const character of flat) {
    if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    else if (character === '|' && depth === 0) return true
  }
  return false
}

/**
 * The value's pattern, for all lines of a header at once, which a Worker sees joined by `, `: where a line may begin, and where it may
 * end. What matches behind a comma of one line matches, too.
 */
export function anyLine(value: string): string {
  const isFree = /^\.\*(?![?+])/.test(value)
  const core = isFree ? value.slice(2) : value
  const endless = core.replace(/(?<!\\)\$$/, '(?:$|, ?)')
  return isFree ? endless : `(?:^|, ?)(?:${endless})`
}

/** The target's pattern, as a condition asks it; undefined: it needs what stands behind the target. */
export function asTarget(target: string): string | undefined {
  if (/[ $]|\\s|HTTP/.test(outsideClasses(target))) return undefined
  return /^\.\*(?![?+])/.test(target) ? target.slice(2) : `^${target}`
}

/** `\1 /new/\2` for `^([^ :]*) /old/(.*)`: the same on the target alone. Undefined: it is not. */
export function asReplacement(
  { target, hasMethodGroup, methods }: TargetPattern,
  text: string,
): { readonly match: string; readonly with: string } | undefined {
  if (!hasMethodGroup || methods !== undefined) return undefined
  const [, replaced = ''] = /^\\1 (.+)$/s.exec(text) ?? []
  // `... (HTTP/1.1)`, which is put back as it came.
  const [, own = target] = /^(.+) \(\.\*\)$/s.exec(target) ?? []
  const groups = groupsOf(target)
  const last = `\\${groups + 1}`
  const isApart = own !== target
  const kept = isApart ? ` ${last}` : last
  // What the expression does not match of the line would be lost.
  if (!replaced.endsWith(kept) || !(isApart || /\(\.\*\)\$?$/.test(own))) return undefined
  const pattern = isApart ? own : own.replace(/\$$/, '')
  const path = isApart ? replaced.slice(0, -kept.length) : replaced
  if (/ |\\s|^(?!\/|\\\d)/.test(path) || / |\\s|HTTP/.test(outsideClasses(pattern))) return undefined
  return {
    match: `^${pattern}${isApart ? '$' : ''}`,
    with: path.replaceAll(/\\(\d)/g, (_, digit: string) => `\\${Number(digit) - 1}`),
  }
}

/** A target has no blanks: `[^ ]` is any of its characters. */
function outsideClasses(pattern: string): string {
  return pattern.replaceAll(/\[\^[^\]]*\]/g, '').replaceAll('\\$', '')
}

function groupsOf(pattern: string): number {
  const flat = pattern.replaceAll(/\\./gs, '').replaceAll(/\[\^?\]?[^\]]*\]/g, '')
  return [...flat.matchAll(/\((?!\?)/g)].length
}
