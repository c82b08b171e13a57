// What is known in two places is changed in one of them. Each row is knowledge that once had several homes: how it looks in code,
// and the files that may have it.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
/** The rooms of a request's way. */
const HEART = /^(?:rules|balancer|balance|persistence)\//
const FILES = globSync('**/*.ts', { cwd: SRC }).filter((file) => !/(\.test|(^|\/)testing)\.ts$/.test(file))

it.each([
  ['what an error says', /instanceof Error \? \w+\.message/, ['errors.ts']],
  ['comparing in constant time', /\|= .* \^ |timingSafeEqual/, ['credentials/constant-time.ts']],
  ['HTTP Basic', /\/\^basic|basic realm=/i, ['credentials/basic.ts']],
  ['base64', /\b(?:atob|btoa)\(/, ['credentials/base64.ts']],
  // crypt(3) hashes bytes again and again.
  [
    'hashes',
    /subtle\.digest\(/,
    ['credentials/keyed-hash.ts', 'credentials/short-hash.ts', 'credentials/sha-crypt.ts'],
  ],
  [
    'keys of frontends, backends and servers',
    /`(?:\$\{kind\}|frontend|backend|server):(?:\$\{|`\))|startsWith\(['`](?:frontend|backend|server):/,
    ['config/keys.ts'],
  ],
  ['names of shards', /\/\$\{shards\}\//, ['cloudflare/shard-name.ts']],
  ['Cloudflare or limpet serve', /LIMPET_SERVE [!=]==/, ['cloudflare/platform.ts']],
  ['brackets of IPv6 addresses', /\\\[\|\\\]\$|\\\[\[0-9/, ['config/brackets.ts']],
  ['a /64 is one source', /clientNetwork\(\w+, (?:64|[A-Z][A-Z_\d]+)\)/, ['config/network.ts']],
  ["statuses of Cloudflare's own", /(?:=== |\[)5(?:2\d|30)\b/, ['health/cloudflare-failure.ts']],
  ["a conversation on HAProxy's socket", /=== 'prompt'/, ['admin/conversation.ts']],
  [
    'fields and targets of a request, in the rooms of its way',
    /\bnew (?:Headers|URL)\(|: (?:Headers|URL)\b|getSetCookie\(/,
    ['http/fields.ts', 'http/target.ts', 'http/location.ts', ...FILES.filter((file) => !HEART.test(file))],
  ],
  // Besides: HAProxy's sentences in alerts, the daily summary's, and what the column `status` of `show stat` may say.
  [
    "a server's state in words",
    /\b(?:UP|DOWN|DRAIN|MAINT|NOLB)\b|'no check/,
    ['server/states.ts', 'server/status.ts', 'alert/message.ts', 'alert/summary.ts', 'admin/columns.ts'],
  ],
  ['the words of match methods', /'str', 'beg', 'end', 'sub', 'dir'/, ['config/rules/match-methods.ts']],
  ['the words of on-error', /'fail-check', 'sudden-death'/, ['config/options/server.ts']],
  ['the words of retry-on', /'junk-response', 'response-timeout'/, ['config/options/retries.ts']],
  ['what breaks a line of a header', /\[\^\\x00-\\x08/, ['config/fields.ts']],
  ['what stands behind if and unless', /[!=]== 'unless'/, ['config/haproxy/acl.ts']],
])('%s: one home', (_, looks, homes) => {
  const lines = FILES.flatMap((file) =>
    readFileSync(`${SRC}/${file}`, 'utf8')
      .split('\n')
      .flatMap((line, i) => (looks.test(line) ? [{ file, where: `src/${file}:${i + 1}: ${line.trim()}` }] : [])),
  )
  expect(lines.filter(({ file }) => !homes.includes(file)).map(({ where }) => where)).toEqual([])
  expect(lines.some(({ file }) => homes.includes(file))).toBe(true)
})
