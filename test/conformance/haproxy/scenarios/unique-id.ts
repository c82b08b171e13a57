// The name of each request: what can be known of it beforehand, and its shape.

import type { Scenario, Step } from '../scenario.ts'

const identified = (name: string, cfg: readonly string[], steps: readonly Step[] = [{}]): Scenario => ({
  name: `unique ID: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
})
const HEADER = 'unique-id-header X-Id'
const shaped = (format: string, shape: string): Scenario =>
  identified(`the shape of ${format}`, [
    `unique-id-format "${format}"`,
    `http-request set-header X-Is-Shaped yes if { unique-id -m reg ${shape} }`,
    `http-request set-header X-Same yes if { unique-id,lower -m found }`,
  ])

export const UNIQUE_IDS: readonly Scenario[] = [
  identified('hexadecimal addresses', ['unique-id-format "%{+X}o %ci_%fi"', HEADER]),
  identified('addresses', ['unique-id-format "%ci_%fi %{+X}ci"', HEADER]),
  identified(
    'samples',
    ['unique-id-format "%[req.hdr(x-a)]-%[src]-%HM-%[req.hdr(x-none)]-%%"', HEADER],
    [{ headers: [['X-A', '1, 2']] }, { method: 'POST' }],
  ),
  identified('blanks', ['unique-id-format "  %ci   x  %{+X}o  y %fi  "', HEADER]),
  identified(
    'stands behind what the client sent',
    ['unique-id-format %ci', HEADER],
    [{ headers: [['X-Id', 'forged']] }],
  ),
  identified(
    'is made after the rules, unless one has asked before',
    [
      'http-request set-header X-Early %[unique-id] if { path /early }',
      'http-request set-header X-A changed',
      'http-request set-header X-Id mine',
      'unique-id-format %[req.hdr(x-a)]',
      HEADER,
    ],
    [{ headers: [['X-A', 'sent']] }, { path: '/early', headers: [['X-A', 'sent']] }],
  ),
  identified(
    'is known to rules and answers',
    [
      'unique-id-format same',
      'http-request deny if { path /denied } { unique-id same }',
      'http-request return status 200 content-type text/plain hdr X-Own %[unique-id] string x if { path /own }',
      'http-response set-header X-Told %[unique-id]',
    ],
    [{}, { path: '/denied' }, { path: '/own' }],
  ),
  identified('is none without a format', [HEADER, 'http-request set-header X-Seen yes if { unique-id -m found }']),
  shaped(
    '%{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid',
    '^7F000001:[0-9A-F]{4}_7F000001:[0-9A-F]{4}_[0-9A-F]{8}_[0-9A-F]{4,}:[0-9A-F]{4,}$',
  ),
  shaped('%cp-%fp-%Ts-%rt-%pid', '^[0-9]{4,5}-[0-9]{4,5}-[0-9]{10}-[0-9]+-[0-9]+$'),
  shaped('%[uuid()]', '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'),
  {
    name: 'unique ID: a backend has none of its own',
    cfg: [
      'frontend {id}f',
      '  bind {bind}',
      '  unique-id-format frontend',
      '  unique-id-header X-Id',
      '  default_backend {id}b',
      'backend {id}b',
      '  http-request set-header X-Seen %[unique-id]',
      '  server a {a}',
    ],
    steps: [{}],
  },
]
