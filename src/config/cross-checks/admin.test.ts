import { expect, it } from 'vitest'

import { told } from './testing.ts'

const ACCESS = { team: 'https://t.cloudflareaccess.com', audience: 'x' }
const at = (option: string) => `error: admin.${option}: has no effect with admin.enabled: false; remove one of the two`

it.each<[object, readonly string[]]>([
  [{}, []],
  [{ enabled: false }, []],
  [{ enabled: true, path: '/balancer', access: ACCESS }, []],
  [{ enabled: false, path: '/balancer' }, [at('path')]],
  [{ enabled: false, access: ACCESS }, [at('access')]],
])('%j', (admin, issues) => {
  expect(told({ admin }, 'cloudflare')).toEqual(issues)
})
