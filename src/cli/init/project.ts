// The files of a new project, as `limpet init` writes them.

import { printLiteral } from '../literal.ts'
import type { WranglerFormat } from '../wrangler-text.ts'
import { newWranglerFile } from './wrangler.ts'

/** What this release was tested with; Limpet's own version is whoever writes. */
export const TESTED_WITH = {
  '@cloudflare/workers-types': '5.20261117.1',
  typescript: '7.0.2',
  wrangler: '4.155.0',
} as const

export interface Project {
  /** Of the Worker and of the package. */
  readonly name: string
  /** Limpet's. */
  readonly version: string
  /** Custom Domains. */
  readonly hosts: readonly string[]
  readonly format: WranglerFormat
  /** What limpet.config.ts says. */
  readonly configText: string
  /** Seals cookies under `wrangler dev`. */
  readonly cookieKey: string
}

/** Never overwritten: it holds keys that are nowhere else. */
export const SECRETS_FILE = '.dev.vars'

/** By their paths within the project, in the order in which they are read. */
export function projectFiles(project: Project): ReadonlyMap<string, string> {
  const { name, version, hosts, format, configText, cookieKey } = project
  return new Map([
    ['limpet.config.ts', configText],
    ['src/index.ts', WORKER],
    [`wrangler.${format}`, newWranglerFile(name, hosts, format)],
    ['package.json', json(packageJson(name, version))],
    ['tsconfig.json', json(TSCONFIG)],
    ['README.md', readme(name)],
    ['.gitignore', 'node_modules/\n.wrangler/\n.limpet/\n.dev.vars*\n!.dev.vars.example\n'],
    ['.dev.vars.example', `${SECRETS_COMMENT}LIMPET_COOKIE_KEYS=\n`],
    [SECRETS_FILE, `${SECRETS_COMMENT}LIMPET_COOKIE_KEYS=${cookieKey}\n`],
  ])
}

/** Of a configuration that is made from servers. */
export function newConfigText(config: object): string {
  return `// The balancer's configuration. An editor explains each option; \`npm run check\` says what is wrong.

import { defineConfig } from 'limpet/config'

export default defineConfig(${printLiteral(config)})
`
}

// Classes, and not constants: `wrangler types` names them as types.
const WORKER = `// The Worker: \`limpet\` is the balancer of limpet.config.ts, and the classes are its Durable Objects.

import { createLimpet } from 'limpet'

import config from '../limpet.config.ts'

const limpet = createLimpet(config)

export default limpet.worker
export class Monitor extends limpet.Monitor {}
export class StickTable extends limpet.StickTable {}
export class Slots extends limpet.Slots {}
export class Stats extends limpet.Stats {}
`

function packageJson(name: string, version: string): object {
  const dependencies = { limpet: `^${version}` }
  const isTaken = name in dependencies || name in TESTED_WITH
  return {
    // npm does not install a package into one of the same name.
    name: isTaken ? `${name}-worker` : name,
    private: true,
    type: 'module',
    scripts: {
      dev: 'wrangler dev',
      check: 'limpet check --for cloudflare && tsc',
      deploy: 'wrangler deploy',
    },
    dependencies,
    devDependencies: Object.fromEntries(Object.entries(TESTED_WITH).map(([each, tested]) => [each, `^${tested}`])),
  }
}

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2024',
    lib: ['ES2024'],
    types: ['@cloudflare/workers-types'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
  },
  include: ['src', 'limpet.config.ts'],
}

const SECRETS_COMMENT = `# Secrets for \`wrangler dev\`, on this machine only. What seals cookies: openssl rand -base64 32
`

function readme(name: string): string {
  return `# ${name}

A sticky-session load balancer on Cloudflare Workers, by Limpet. limpet.config.ts names its servers.

- \`npm install\`, then \`npm run dev\` runs it on this machine.
- \`npm run check\` says what is wrong.
- \`npm run deploy\` deploys it. Before the first time: \`openssl rand -base64 32 | npx wrangler secret put LIMPET_COOKIE_KEYS\`
`
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
