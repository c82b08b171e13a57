import { expect, it } from 'vitest'

import { checkCondition } from './conditions.ts'
import { formatIssue } from '../issue.ts'
import { collectIssues } from './report.ts'
import type { ConditionInput } from '../rules/condition.ts'

function told(condition: ConditionInput) {
  const { issues, report } = collectIssues()
  checkCondition(condition, ['if'], report)
  return issues.map(formatIssue)
}

const NO_NETWORK = "must be an address or a network such as '10.0.0.0/8' or 'fd00::/8' (found \"nowhere\")"
const NO_NUMBER = (found: string) =>
  `error: if.values: must be a number, a range such as '1:10', or 'ge 3' (found ${JSON.stringify(found)})`

it.each<[ConditionInput, readonly string[]]>([
  [{ src: ['10.0.0.0/8', '::1'] }, []],
  [{ src: ['10.0.0.0/8', 'nowhere'] }, [`error: if.src: ${NO_NETWORK}`]],
  [{ sample: 'src', values: 'nowhere' }, [`error: if.values: ${NO_NETWORK}`]],
  [{ sample: 'src', match: 'str', values: 'nowhere' }, []],
  [{ sample: 'path', match: 'ip', values: 'nowhere' }, [`error: if.values: ${NO_NETWORK}`]],
  [{ sample: 'dst_port', values: ['80', '1:10', ':10', '1:', '-5:-1', 'ge 3', 'lt  -3'] }, []],
  [{ sample: 'dst_port', values: 'many' }, [NO_NUMBER('many')]],
  [{ sample: 'dst_port', values: 'about 3' }, [NO_NUMBER('about 3')]],
  [{ sample: 'path', match: 'int', values: '1 2' }, [NO_NUMBER('1 2')]],
  [{ sample: 'path' }, []],
  [{ sample: 'path', match: 'found' }, []],
  [{ sample: 'path', match: 'bool' }, []],
  [{ sample: 'ssl_fc' }, []],
  [{ sample: 'path', match: 'str' }, ["error: if.values: match 'str' needs values, or lists"]],
  [{ sample: 'nbsrv(app)' }, ["error: if.values: match 'int' needs values, or lists"]],
  [
    { sample: 'path', match: 'reg', values: ['^/a', '('] },
    ['error: if.values: \'(\' at character 1 is never closed (docs/patterns.md) (found "(")'],
  ],
  [{ sample: 'path', match: 'str', values: '(' }, []],
  [
    { not: { sample: 'status', values: '200' } },
    ['error: if.not.sample: is known in responseRules only (found "status")'],
  ],
  [{ all: [{ path: '/' }, { src: 'nowhere' }] }, [`error: if[1].src: ${NO_NETWORK}`]],
  [{ any: [{ any: [{ src: 'nowhere' }] }] }, [`error: if[0][0].src: ${NO_NETWORK}`]],
])('%j', (condition, issues) => {
  expect(told(condition)).toEqual(issues)
})
