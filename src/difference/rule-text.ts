// A rule in words, from its visible JSON: `if the path begins with '/api/': useBackend 'api'`.

import { sampleText, templateText } from '../config/rules/samples/sample-text.ts'
import type { Sample } from '../config/rules/samples/sample.ts'
import type { Template } from '../config/rules/samples/template.ts'

/** Anything that JSON has. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json }
type JsonObject = { readonly [field: string]: Json }

/** Rules of requests and responses, `persistRules`, `useServer` and stick rules. */
export function ruleText(rule: Json): string {
  const { if: condition = null, do: action, always = false, ...rest } = rule as JsonObject
  const what =
    (action === undefined ? stickOrServer(rest) : actionText(action)) + (always ? ', even after an allow' : '')
  return condition === null ? what : `if ${conditionText(condition)}: ${what}`
}

function stickOrServer({ action, sample, table, server, ...rest }: JsonObject): string {
  if (sample !== undefined)
    return `${String(action)} ${sampleText(sample as unknown as Sample)} in table ${String(table)}`
  return server === undefined ? jsonText(rest) : `server ${String(server)}`
}

function actionText(action: Json): string {
  if (!isObject(action)) return String(action)
  return Object.entries(action)
    .map(([name, detail]) => {
      if (isTemplate(detail)) return `${name} '${templateText(detail as unknown as Template)}'`
      if (!isObject(detail)) return `${name} ${jsonText(detail)}`
      const parts = Object.entries(detail).filter(([, part]) => part !== null && part !== false)
      return `${name} ${parts.map(([key, part]) => `${key} ${isTemplate(part) ? `'${templateText(part as unknown as Template)}'` : jsonText(part)}`).join(', ')}`
    })
    .join(', ')
}

const TESTS: Readonly<Record<string, string>> = {
  host: 'the host is',
  path: 'the path is',
  pathBeg: 'the path begins with',
  pathEnd: 'the path ends with',
  method: 'the method is',
  scheme: 'the scheme is',
  src: 'the client is in',
}

export function conditionText(condition: Json): string {
  const { all, any, not, hdr, sample, match, values, lists, ignoreCase, ...test } = condition as JsonObject
  if (all !== undefined) return (all as readonly Json[]).map(conditionText).join(' and ')
  if (any !== undefined) {
    const parts = (any as readonly Json[]).map(conditionText)
    return parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`
  }
  if (not !== undefined) return `not (${conditionText(not)})`
  if (hdr !== undefined) {
    const { name, value = null } = hdr as JsonObject
    return value === null ? `there is a header ${String(name)}` : `the header ${String(name)} is ${choiceText(value)}`
  }
  if (sample !== undefined) {
    const files = ((lists ?? []) as readonly Json[]).map((list) => `-f ${String(list)} `).join('')
    return `${sampleText(sample as unknown as Sample)} ${String(match)}${ignoreCase ? ' -i' : ''} ${files}${choiceText(values ?? [])}`.trimEnd()
  }
  return Object.entries(test)
    .map(([name, value]) => `${TESTS[name] ?? name} ${choiceText(value)}`)
    .join(' and ')
}

function choiceText(values: Json): string {
  return Array.isArray(values) ? values.map(quoted).join(' or ') : quoted(values)
}

function quoted(value: Json): string {
  return typeof value === 'string' ? `'${value}'` : jsonText(value)
}

function isTemplate(value: Json): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string' || isSample(part))
}

function isSample(value: Json): boolean {
  return isObject(value) && 'fetch' in value && 'converters' in value
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonText(value: Json): string {
  return JSON.stringify(value)
}
