// An issue in a configuration: where it is, what stands there, what to do; and how it reads on a terminal.

/** Where the configuration shall run: some things work in one place only. `either`: they are let pass. */
export type Target = 'serve' | 'cloudflare' | 'either'

export interface ConfigIssue {
  readonly level: 'error' | 'warning'
  /** Where, such as `backends[0].cookie.maxlife`. */
  readonly path: string
  /** What is wrong, and what is allowed or to be done instead. */
  readonly message: string
  /** What stands there now, as JSON, at most 80 characters. */
  readonly found?: string
}

/** `error: backends[0].retries: must be a whole number from 0 to 20 (found "three")` */
export function formatIssue(issue: ConfigIssue): string {
  const found = issue.found === undefined ? '' : ` (found ${issue.found})`
  return `${issue.level}: ${issue.path === '' ? 'configuration' : issue.path}: ${issue.message}${found}`
}

export function pathText(keys: readonly unknown[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
}

export function foundText(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'nothing')
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
