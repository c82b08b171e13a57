// `npm run bench -- --growth`: what does a new client cost among many servers, and a request that meets many rules of which none holds?
// In this process, without a network: microseconds for each choice and each pass through the rules. The least of several rounds: what else
// runs on the machine only adds.
// `--compare DIR` measures the tree in DIR in turns with this one.

import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import type * as createPolicyModule from '../src/balance/create-policy.ts'
import type { Policies } from '../src/balance/policies.ts'
import type * as poolModule from '../src/balance/pool.ts'
import type * as pickModule from '../src/balancer/dispatch/pick.ts'
import type { Config } from '../src/config/config.ts'
import type * as validateModule from '../src/config/validate.ts'
import type * as enginesModule from '../src/rules/engine.ts'
import type * as rulesTestingModule from '../src/rules/testing.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'

const SERVERS = [3, 100, 1000]
const RULES = [0, 20, 200]
const ROUNDS = 15
/** Requests that are in progress at the same time. */
const IN_PROGRESS = 64

interface Tree {
  readonly name: string
  readonly createPolicy: typeof createPolicyModule.createPolicy
  readonly policies: Policies
  readonly createPool: typeof poolModule.createPool
  readonly pickNew: typeof pickModule.pickNew
  readonly validateConfig: typeof validateModule.validateConfig
  readonly createRulesEngine: typeof enginesModule.createRulesEngine
  readonly tools: typeof rulesTestingModule
}

async function treeAt(directory: string, name: string): Promise<Tree> {
  const load = async (file: string) => import(pathToFileURL(join(directory, 'src', file)).href)
  return {
    name,
    createPolicy: (await load('balance/create-policy.ts')).createPolicy,
    policies: await load('balance/policies.ts'),
    createPool: (await load('balance/pool.ts')).createPool,
    pickNew: (await load('balancer/dispatch/pick.ts')).pickNew,
    validateConfig: (await load('config/validate.ts')).validateConfig,
    createRulesEngine: (await load('rules/engine.ts')).createRulesEngine,
    tools: await load('rules/testing.ts'),
  }
}

/** Does something once; called many times. */
type Work = (i: number) => unknown

interface Row {
  readonly name: string
  /** One for each number of servers, or of rules. */
  readonly sizes: readonly number[]
  make(tree: Tree, size: number): Work
}

function configFor({ validateConfig }: Tree, written: LimpetConfig): Config {
  const { config, issues } = validateConfig(written, 'either')
  if (!config) throw new Error(issues.map(({ message }) => message).join('\n'))
  return config
}

type BackendOptions = Partial<LimpetConfig['backends'][number]>

/** A new client each time. `full`: this many of the servers have no slot. */
function choice(name: string, options: BackendOptions, full?: (size: number) => number): Row {
  return {
    name,
    sizes: SERVERS,
    make(tree, size) {
      const servers = Array.from({ length: size }, (_, i) => ({
        name: `s${i + 1}`,
        url: `https://s${i + 1}.example.com`,
        weight: 1 + (i % 7),
      }))
      const [backend] = configFor(tree, { backends: [{ name: 'app', servers, ...options }] }).backends
      const pool = tree.createPool(backend!)
      const policy = tree.createPolicy(backend!, { random: Math.random, randomStart: true }, tree.policies)
      const crowded = new Set(pool.members.slice(0, full?.(size) ?? 0))
      for (const member of crowded) member.inFlight = 100 * member.server.weight
      const admission = full && { isFull: (member: poolModule.Member) => crowded.has(member) }
      const nobody: ReadonlySet<never> = new Set()
      const runtime = { backend, pool, policy, ejection: { avoided: () => nobody }, admission }
      const ports = { now: Date.now, random: Math.random }
      const { forOrigin } = tree.tools.transactionOf()
      const inProgress: poolModule.Member[] = []
      return (i) => {
        const asked = { clientAddress: `198.51.${(i >> 8) % 256}.${i % 256}` }
        const member = tree.pickNew(runtime as never, { asked, forOrigin, hashSample: undefined } as never, ports)!
        member.inFlight += 1
        if (inProgress.length === IN_PROGRESS) inProgress[i % IN_PROGRESS]!.inFlight -= 1
        inProgress[i % IN_PROGRESS] = member
      }
    },
  }
}

type RuleInput = NonNullable<NonNullable<LimpetConfig['frontends']>[number]['rules']>[number]

/** Rules of which none holds. */
function passage(name: string, ruleOf: (i: number) => RuleInput): Row {
  return {
    name,
    sizes: RULES,
    make(tree, size) {
      const servers = [{ name: 's1', url: 'https://s1.example.com' }]
      const rules = Array.from({ length: size }, (_, i) => ruleOf(i))
      const config = configFor(tree, {
        frontends: [{ name: 'www', rules, defaultBackend: 'app' }],
        backends: ['app', 'api'].map((backend) => ({ name: backend, servers })),
      })
      const run = tree.createRulesEngine(tree.tools.TOOLS).createRules(config.frontends[0]!.rules)
      const transaction = tree.tools.transactionOf({
        url: 'https://www.example.com/shop/cart/items?id=4711',
        headers: { host: 'www.example.com', cookie: 'SERVERID=s1', 'user-agent': 'Mozilla/5.0' },
      })
      return () => run(transaction, tree.tools.BARE_VIEW)
    },
  }
}

const use = { useBackend: 'api' }
const HOST = 'req.hdr(host)'

const ROWS: readonly Row[] = [
  choice('roundrobin', { balance: 'roundrobin' }),
  choice('static-rr', { balance: 'static-rr' }),
  choice('leastconn', { balance: 'leastconn' }),
  choice('first', { balance: 'first' }),
  choice('random', { balance: 'random' }),
  choice('source, rendezvous', { balance: 'source' }),
  choice('source, consistent', { balance: 'source', hashType: 'consistent' }),
  choice('source, map-based', { balance: 'source', hashType: 'map-based' }),
  choice('consistent, bounded', { balance: 'source', hashType: 'consistent', hashBalanceFactor: 150 }),
  choice('roundrobin, maxconn, none full', { balance: 'roundrobin' }, () => 0),
  choice('roundrobin, half are full', { balance: 'roundrobin' }, (size) => size >> 1),
  choice('leastconn, half are full', { balance: 'leastconn' }, (size) => size >> 1),
  choice('random, half are full', { balance: 'random' }, (size) => size >> 1),
  choice('first, half are full', { balance: 'first' }, (size) => size >> 1),
  passage('hdr(host) -i', (i) => ({
    if: { sample: HOST, values: `h${i}.example.com`, ignoreCase: true },
    do: use,
  })),
  passage('path', (i) => ({ if: { path: `/p${i}` }, do: use })),
  passage('path_beg', (i) => ({ if: { sample: 'path', match: 'beg', values: [`/p${i}/`, `/q${i}/`] }, do: use })),
  passage('hdr(host) -i and path_beg', (i) => ({
    if: {
      all: [
        { sample: HOST, values: `h${i}.example.com`, ignoreCase: true },
        { sample: 'path', match: 'beg', values: `/p${i}/` },
      ],
    },
    do: use,
  })),
  passage('one host, path_beg', (i) => ({
    if: { all: [{ host: 'www.example.com' }, { pathBeg: `/p${i}/` }] },
    do: use,
  })),
  passage('host and its subdomains', (i) => ({ if: { host: [`h${i}.example.com`, `*.h${i}.example.com`] }, do: use })),
  passage('hdr_dom', (i) => ({ if: { sample: HOST, match: 'dom', values: `h${i}`, ignoreCase: true }, do: use })),
  passage('path_reg', (i) => ({ if: { sample: 'path', match: 'reg', values: `^/p${i}/[a-z]+` }, do: use })),
  passage('src', (i) => ({ if: { src: `10.${i}.0.0/16` }, do: { deny: { status: 403 } } })),
  passage('a cookie', (i) => ({ if: { sample: 'req.cook(role)', values: `r${i}` }, do: use })),
]

/** Of one call, over about four milliseconds. */
function microseconds(work: Work, times: number, from: number): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < times; i++) work(from + i)
  return Number(process.hrtime.bigint() - start) / times / 1000
}

function measure(trees: readonly Tree[], row: Row): string[] {
  const columns = trees.flatMap((tree) =>
    row.sizes.map((size) => ({ work: row.make(tree, size), us: [] as number[], times: 0 })),
  )
  for (const column of columns) {
    // The first calls sort, and make the compiler find out.
    microseconds(column.work, 3000, 0)
    column.times = Math.max(20, Math.min(20_000, Math.round(4000 / microseconds(column.work, 50, 0))))
  }
  for (let round = 0; round < ROUNDS; round++) {
    // Clients that have not come before, not even to warm up.
    for (const column of columns) column.us.push(microseconds(column.work, column.times, (round + 1) * 20_000))
  }
  const least = columns.map(({ us }) => Math.min(...us))
  return trees.flatMap((_, t) => {
    const own = least.slice(t * row.sizes.length, (t + 1) * row.sizes.length)
    return [...own.map((us) => us.toFixed(2)), (own.at(-1)! - own[0]!).toFixed(1)]
  })
}

/** `directory`: another tree, measured first; undefined: this one alone. `only`: rows whose names have it. */
export async function measureGrowth(directory: string | undefined, only = ''): Promise<string> {
  const here = await treeAt(resolve(import.meta.dirname, '..'), 'here')
  const trees = directory === undefined ? [here] : [await treeAt(resolve(directory), 'there'), here]
  const table = (title: string, sizes: readonly number[]) => {
    const head = [title, ...trees.flatMap(({ name }) => [...sizes.map((size) => `${name} ${size}`), 'more'])]
    const rows = ROWS.filter((row) => row.sizes === sizes && row.name.includes(only))
    return [head, ...rows.map((row) => [row.name, ...measure(trees, row)])]
  }
  return [table('servers', SERVERS), table('rules', RULES)].map(aligned).join('\n\n')
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  return rows.map(line).join('\n')
}
