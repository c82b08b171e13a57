// The ports that docs/design/balancer.md lists are those that a balancer is handed.

import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

it('every port is documented, and no other', () => {
  const source = read('src/balancer/ports.ts') + read('src/balancer/balancer-ports.ts')
  const ports = ['RequestPorts', 'BalancerPorts'].flatMap((name) => {
    const [, body = ''] = new RegExp(`export interface ${name}[^{]*\\{\\n([^]*?)\\n\\}`).exec(source) ?? []
    return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].map(([, port]) => port)
  })
  const documented = [...read('docs/design/balancer.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, port]) => port)
  expect(ports.length).toBeGreaterThan(15)
  expect(documented).toEqual(ports)
})
