// Variables of the process: they are set before there is a request.

import type { LimpetConfig } from '../options/root.ts'
import { originOf, parseSample } from '../rules/samples/sample.ts'
import { parseTemplate } from '../rules/samples/template.ts'
import type { Report } from './report.ts'

export function checkProcessVariables({ processVariables = [] }: LimpetConfig, report: Report): void {
  processVariables.forEach(({ name, value, text = '' }, i) => {
    const path = ['processVariables', i]
    if (!name.startsWith('proc.'))
      report('error', 'invalid-value', [...path, 'name'], 'must be a variable of the process, such as proc.color', name)
    const parts = value === undefined ? parseTemplate(text) : [parseSample(value)]
    const isAsking = parts?.some((part) => typeof part === 'object' && originOf(part) !== 'anything')
    if (!isAsking) return
    const key = value === undefined ? 'text' : 'value'
    report('error', 'invalid-value', [...path, key], 'must not ask for a request: there is none yet', value ?? text)
  })
}
