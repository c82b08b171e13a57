// A new project's wrangler file.

import {
  BUILD,
  BUILT_CONFIG,
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  CONFIG_ALIAS,
  CRONS,
  MIGRATIONS,
  OBJECTS,
  OBSERVABILITY,
  REQUIRED_SECRETS,
  SIZE,
  VALIDATOR_ALIAS,
} from '../wrangler-parts.ts'
import { wranglerText } from '../wrangler-text.ts'
import type { Part, WranglerFormat } from '../wrangler-text.ts'

const KEYS = 'Every key: https://developers.cloudflare.com/workers/wrangler/configuration/'

/** `hosts`: Custom Domains. */
export function newWranglerFile(name: string, hosts: readonly string[], format: WranglerFormat): string {
  const schema = format === 'jsonc' ? { $schema: 'node_modules/wrangler/config-schema.json' } : {}
  const parts: readonly Part[] = [
    {
      comment: [`Deployed with \`npx wrangler deploy\`. ${KEYS}`],
      section: {
        ...schema,
        name,
        main: 'src/index.ts',
        compatibility_date: COMPATIBILITY_DATE,
        compatibility_flags: COMPATIBILITY_FLAGS,
        ...SIZE,
      },
    },
    {
      comment: [
        'limpet.config.ts is checked and resolved before a deploy; one with an error is not deployed.',
        '`wrangler dev` builds again when one of these files changes.',
      ],
      section: { build: BUILD },
    },
    {
      comment: [
        'What was built takes the place of the configuration, and needs no validator in the Worker: 55 KB less.',
      ],
      section: { alias: { [CONFIG_ALIAS]: BUILT_CONFIG, ...VALIDATOR_ALIAS } },
    },
    {
      comment: [
        'A deploy without it fails: openssl rand -base64 32 | npx wrangler secret put LIMPET_COOKIE_KEYS',
        'LIMPET_ADMIN_TOKEN is optional: until it is set, the admin API does not exist.',
      ],
      section: { secrets: { required: REQUIRED_SECRETS } },
    },
    {
      comment: [
        'Monitor checks the servers. StickTable keeps stick tables, Slots who holds a slot of a maxconn, Stats the counters: they cost',
        'nothing while they are not used.',
      ],
      section: { durable_objects: { bindings: OBJECTS } },
    },
    {
      comment: ['Those that were deployed stay as they are; another is added behind them.'],
      section: { migrations: MIGRATIONS },
    },
    { comment: ['Wakes the checks, should they ever have stopped.'], section: { triggers: { crons: CRONS } } },
    routes(hosts),
    {
      comment: [
        'SNAPSHOT: isolates read the states of the servers from it instead of asking the Monitor, for busy sites.',
        "STICK_KV: where stick tables with `store: 'kv'` are kept.",
      ],
      section: { kv_namespaces: [{ binding: 'SNAPSHOT' }, { binding: 'STICK_KV' }] },
      isExample: true,
    },
    {
      comment: ["By which alerts are mailed. The sender's domain must be onboarded for Cloudflare's Email Service."],
      section: { send_email: [{ name: 'EMAIL' }] },
      isExample: true,
    },
    {
      comment: [
        'Limpet writes a line for each request (`logSampling` in limpet.config.ts) and for each change of a server. Sampled here, changes',
        "would be lost, too. Cloudflare's own line for each request would be billed and say less.",
      ],
      section: { observability: OBSERVABILITY },
    },
  ]
  return wranglerText(parts, format)
}

function routes(hosts: readonly string[]): Part {
  const isExample = hosts.length === 0
  return {
    comment: [
      'The Worker is this host; Cloudflare makes the DNS record and the certificate. To stand in front of a site instead:',
      'pattern = "app.example.com/*", zone_name = "example.com"',
    ],
    section: {
      routes: (isExample ? ['app.example.com'] : hosts).map((pattern) => ({ pattern, custom_domain: true })),
    },
    isExample,
  }
}
