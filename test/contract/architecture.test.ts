// Which room may know which, and that no file leads back to itself. Read from the imports, types included: what a file names, its
// reader has to know.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of src, or a file in it: what it may import besides itself. Each row names only rows above it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'deployment.ts': [],
  'memo.ts': [],
  'lifetime.ts': [],
  hash: [],
  pattern: [],
  server: [],
  config: ['errors.ts', 'hash', 'pattern', 'server'],
  http: ['config'],
  credentials: ['config'],
  stats: ['config', 'lifetime.ts'],
  flow: ['lifetime.ts'],
  balance: ['memo.ts', 'hash', 'pattern', 'config', 'server', 'http', 'stats'],
  persistence: ['config', 'memo.ts', 'hash', 'http', 'credentials'],
  health: ['config', 'server', 'pattern'],
  alert: ['config', 'server', 'hash', 'deployment.ts', 'health'],
  cost: ['config', 'health', 'persistence'],
  counting: ['config', 'memo.ts', 'lifetime.ts', 'http', 'persistence'],
  rules: ['config', 'memo.ts', 'lifetime.ts', 'hash', 'pattern', 'http', 'credentials', 'counting'],
  releases: ['config', 'memo.ts', 'hash', 'http', 'credentials', 'persistence', 'health'],
  balancer: [
    'config',
    'lifetime.ts',
    'http',
    'credentials',
    'stats',
    'flow',
    'balance',
    'persistence',
    'health',
    'counting',
    'memo.ts',
    'rules',
    'releases',
  ],
  explain: [
    'config',
    'server',
    'pattern',
    'flow',
    'http',
    'balance',
    'persistence',
    'health',
    'counting',
    'rules',
    'releases',
    'balancer',
  ],
  admin: [
    'config',
    'server',
    'deployment.ts',
    'http',
    'credentials',
    'stats',
    'persistence',
    'health',
    'counting',
    'rules',
    'releases',
  ],
  difference: ['config', 'hash', 'credentials', 'balance', 'persistence', 'rules', 'releases', 'balancer'],
  cli: [
    'config',
    'server',
    'errors.ts',
    'deployment.ts',
    'persistence',
    'health',
    'alert',
    'cost',
    'explain',
    'admin',
    'difference',
  ],
  cloudflare: [
    'config',
    'hash',
    'server',
    'pattern',
    'errors.ts',
    'deployment.ts',
    'memo.ts',
    'lifetime.ts',
    'http',
    'credentials',
    'stats',
    'flow',
    'balance',
    'persistence',
    'health',
    'alert',
    'counting',
    'rules',
    'releases',
    'balancer',
    'admin',
  ],
  'config-entry.ts': ['config', 'errors.ts'],
  'index.ts': ['config-entry.ts', 'cloudflare'],
  'hono.ts': ['config', 'cloudflare'],
  'worker-config.ts': ['cloudflare'],
  'worker.ts': ['cloudflare', 'worker-config.ts'],
  'serve-worker.ts': ['cloudflare', 'worker-config.ts'],
}

const FILES = globSync('**/*.ts', { cwd: join(ROOT, 'src') })
  .filter((file) => !/(\.test|(^|\/)testing)\.ts$/.test(file))
  .toSorted()

function importsOf(file: string, text: string): readonly string[] {
  return [...text.matchAll(/(?:from|import\(?) ?'(\.[^']+)'/g)].map(([, path]) => normalize(join(dirname(file), path!)))
}

const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file, readFileSync(join(ROOT, 'src', file), 'utf8'))]))

const roomOf = (file: string) => file.split('/')[0]!

/** Imports that the table does not allow, as `FILE -> ROOM`. */
function forbidden(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...imports].flatMap(([file, targets]) => {
    const room = roomOf(file)
    return targets
      .map(roomOf)
      .filter((target) => target !== room && target !== '..' && !MAY_IMPORT[room]?.includes(target))
      .map((target) => `${file} -> ${target}`)
  })
}

/** Groups of files each of which leads to every other, by their first file (Tarjan). */
function circles(imports: ReadonlyMap<string, readonly string[]>): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  const numbers = new Map<string, number>()
  const stack: string[] = []
  const visit = (file: string): number => {
    const number = numbers.size
    numbers.set(file, number)
    stack.push(file)
    let lowest = number
    for (const target of imports.get(file) ?? []) {
      if (!imports.has(target)) continue
      if (!numbers.has(target)) lowest = Math.min(lowest, visit(target))
      else if (stack.includes(target)) lowest = Math.min(lowest, numbers.get(target)!)
    }
    if (lowest === number) {
      const group = stack.splice(stack.indexOf(file))
      if (group.length > 1) found[group.toSorted()[0]!] = group.length
    }
    return lowest
  }
  for (const file of imports.keys()) if (!numbers.has(file)) visit(file)
  return found
}

it('rooms import what the table allows, and nothing else', () => {
  expect(forbidden(IMPORTS)).toEqual([])
})

it('the table has every room, and no circle: each row names rows above it', () => {
  const rooms = Object.keys(MAY_IMPORT)
  expect([...new Set(FILES.map(roomOf))].toSorted()).toEqual(rooms.toSorted())
  for (const [i, room] of rooms.entries()) {
    expect([room, MAY_IMPORT[room]!.filter((each) => !rooms.slice(0, i).includes(each))]).toEqual([room, []])
  }
})

it('no file leads back to itself', () => {
  expect(circles(IMPORTS)).toEqual({})
})

it('in cloudflare no adapter knows an object, and what both know is a leaf: how to call it, and what it is called', () => {
  const known = (from: string, to: string) =>
    [...IMPORTS].flatMap(([file, targets]) =>
      file.startsWith(from)
        ? targets.filter((target) => target.startsWith(to)).map((target) => `${file} -> ${target}`)
        : [],
    )
  expect(known('cloudflare/adapters/', 'cloudflare/objects/')).toEqual([])
  expect(known('cloudflare/env.ts', 'cloudflare/')).toEqual(['cloudflare/env.ts -> cloudflare/rpc.ts'])
  expect(known('cloudflare/rpc.ts', 'cloudflare/')).toEqual([])
})

it('is the table in ARCHITECTURE.md', () => {
  const rows = [...readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').matchAll(/^\| `(\w+)` \|.*\| (.*) \|$/gm)]
  const shown = Object.fromEntries(
    rows.map(([, room, allowed]) => [room, [...allowed!.matchAll(/`([^`]+)`/g)].map(([, name]) => name)]),
  )
  expect(shown).toEqual(Object.fromEntries(Object.entries(MAY_IMPORT).filter(([room]) => !room.endsWith('.ts'))))
})

it('bites', () => {
  const meddled = new Map(IMPORTS)
  meddled.set('balance/first.ts', [...IMPORTS.get('balance/first.ts')!, 'admin/level.ts'])
  expect(forbidden(meddled)).toEqual(['balance/first.ts -> admin'])
  meddled.set('pattern/bytes.ts', ['pattern/syntax.ts'])
  meddled.set('pattern/syntax.ts', ['pattern/bytes.ts'])
  expect(circles(meddled)).toMatchObject({ 'pattern/bytes.ts': 2 })
})
