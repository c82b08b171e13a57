// Regular expressions: every pattern against every text, as a condition over a header, with and without regard to case;
// paths that are denied; what replace-header makes of groups.

import type { Scenario, Step } from '../scenario.ts'

const SERVER = 'server a {a}'

/** As a word of a haproxy.cfg. */
const quoted = (pattern: string) => `'${pattern}'`

/** Percent-encoded in a header, so that it may hold any byte. */
const TEXTS = [
  '',
  'a',
  'A',
  'b',
  'ab',
  'aB',
  'aab',
  'abc',
  'aaa',
  'a-b',
  'a.b',
  'a%0ab',
  'a%0db',
  'a%0d%0ab',
  'a%0a',
  'a%0a%0a',
  '%0a',
  'a b',
  'a%09b',
  'a%0bb',
  'a%c2%a0b',
  'a%c2%85b',
  'a_b',
  'a1',
  '12',
  '1234',
  '/admin',
  '/x/admin',
  '/foo-internal',
  '/f0-internal',
  '%c3%a9',
  'Zo%c3%a9',
  'a%7b,3%7d',
  'a%7b1',
  '%5b%5d',
  '%5dx',
  '%5ex',
  '-',
  '%1b',
  '%01',
  '%08',
  '%00',
  'ABCD',
  'xyx',
  'x+y',
  'x.y%2a',
  'index.php',
  'aphp',
  '/.php',
  '/api/x.php',
  'K',
  's',
]

const PATTERNS = [
  '\\A/admin',
  '^/[[:alpha:]]+-internal$',
  'admin\\z',
  'a\\Z',
  'a\\z',
  'a$',
  '^b',
  '(?m)^b$',
  '(?m)a$',
  'a.b',
  '(?s)a.b',
  'a\\Nb',
  'a\\Rb',
  'a\\hb',
  'a\\Hb',
  'a\\vb',
  'a\\Vb',
  'a\\sb',
  'a\\Sb',
  'a\\wb',
  'a\\Wb',
  '^\\d+$',
  '^\\D+$',
  '^[[:upper:]]+$',
  '^[[:^digit:]]+$',
  '^[[:punct:]]$',
  '^[[:cntrl:]]$',
  '^[[:xdigit:]]+$',
  '^[[:space:][:digit:]a]+$',
  '^[]x]+$',
  '^[^]x]+$',
  '^[\\d-]+$',
  '^[a\\-]+',
  '^[x^]+$',
  '^[\\b]$',
  '^a{,3}$',
  '^a{1$',
  '^a{3}$',
  '^a{2,}b?$',
  '^(?:a|b){2}$',
  '^a+?b',
  '^\\x61$',
  '^\\x{41}\\x42\\o{103}\\104$',
  '^\\e$',
  '^\\cA$',
  '^\\001$',
  '^\\0$',
  '^x\\Q+\\Ey$',
  '^x\\Q.\\Ey\\*$',
  '^a(?#a comment)b$',
  '(?i)^AB$',
  '^(?i)a|b$',
  '^(?i:A)b$',
  '^(?-i:a)B$',
  '^(?P<first>x)(?<second>y)',
  '^(?!/api/).*\\.php$',
  '^(?=a).b',
  '(?<=/\\.|x\\.)php$',
  '(?<!\\.)php$',
  '\\bphp\\b',
  '\\Bphp',
  '^.$',
  '^..$',
  '^Zo..$',
  'é',
  '^[é]',
  '^\\xc3',
  '^(a|ab)*c$',
  '^(a+)+$',
  '^([a-z0-9]+-?)+\\.html$',
  '(a*)*b',
  '^$',
  'a|',
  '^k$',
]

const name = (i: number) => `x-p${String(i).padStart(3, '0')}`

/** Which patterns match a text is what the origin is told. */
const table = (title: string, first: number, patterns: readonly string[], flags: string): Scenario => ({
  name: `patterns ${title}: ${patterns.join(' ')}`,
  cfg: [
    ...patterns.map(
      (pattern, i) =>
        `http-request set-header ${name(first + i)} 1 if { req.hdr(x-text),url_dec -m reg ${flags}-- ${quoted(pattern)} }`,
    ),
    SERVER,
  ],
  steps: TEXTS.map((text): Step => ({ headers: [['X-Text', text]] })),
})

const BLOCK = 15
const tables = (title: string, flags: string) =>
  Array.from({ length: Math.ceil(PATTERNS.length / BLOCK) }, (_, block) =>
    table(title, block * BLOCK, PATTERNS.slice(block * BLOCK, (block + 1) * BLOCK), flags),
  )

const PATHS = [
  '/',
  '/admin',
  '/x/admin',
  '/foo-internal',
  '/f0-internal',
  '/shop/a-b.html',
  '/shop/a--b.html',
  '/shop/red-shoes-42.html',
  '/shop/',
  '/API/x',
  '/api/x.php',
  '/old/a/b',
]
const denied = (pattern: string, flags = ''): Scenario => ({
  name: `patterns: deny if path_reg ${flags}${pattern}`,
  cfg: [`http-request deny if { path_reg ${flags}-- ${quoted(pattern)} }`, SERVER],
  steps: PATHS.map((path) => ({ path })),
})

const replaced = (pattern: string, text: string, values: readonly string[]): Scenario => ({
  name: `patterns: replace-header ${pattern} ${text}`,
  cfg: [`http-request replace-header X-Value ${quoted(pattern)} ${quoted(text)}`, SERVER],
  steps: values.map((value) => ({ headers: [['X-Value', value]] })),
})
const replacedPath = (pattern: string, text: string): Scenario => ({
  name: `patterns: replace-path ${pattern} ${text}`,
  cfg: [`http-request replace-path ${quoted(pattern)} ${quoted(text)}`, SERVER],
  steps: PATHS.map((path) => ({ path })),
})
const VALUES = ['ab', 'abcd', 'x=1; y=2', 'a-b-c', 'A', 'b', 'aXbXc', 'one two', '12']

export const PATTERN_SCENARIOS: readonly Scenario[] = [
  ...tables('match', ''),
  ...tables('match without regard to case', '-i '),
  denied('\\A/admin'),
  denied('^/[[:alpha:]]+-internal$'),
  denied('^/shop/([a-z0-9]+-?)+\\.html$'),
  denied('^/api/', '-i '),
  denied('^(?!/api/).*\\.(?:php|html)\\z'),
  replaced('(.*)', '[\\1]', VALUES),
  replaced('^(a|ab)(c|bcd)?(d*)$', '1=\\1 2=\\2 3=\\3 0=\\0', VALUES),
  replaced('(?:(a)|b)+', '<\\1>', VALUES),
  replaced('^([^=]+)=(\\d); ([^=]+)=(\\d)$', '\\3=\\4; \\1=\\2', VALUES),
  replaced('(.*)-(.*)', '\\2\\x2b\\1\\.', VALUES),
  replaced('([a-z]+?)(X?)', '\\1|\\2', VALUES),
  replaced('(?i)(a)(?-i)(.*)', '\\2\\1', VALUES),
  replaced('^(?P<n>\\w+) (?<m>\\w+)\\z', '\\2 \\1', VALUES),
  replacedPath('^/old/(.*)/(.*)$', '/new/\\2/\\1'),
  replacedPath('(.*)\\.html', '\\1'),
  replacedPath('\\A/[[:alnum:]]+(/.*)?\\Z', '/x\\1'),
  {
    name: 'patterns: map_reg',
    cfg: ['http-request set-header X-Found %[path,map_reg({dir}/patterns.map,none)]', SERVER],
    files: {
      'patterns.map': '\\A/admin secret\n^/[[:alpha:]]+-internal$ internal\n^/shop/([a-z0-9]+-?)+\\.html$ shop\n',
    },
    steps: PATHS.map((path) => ({ path })),
  },
  {
    name: 'patterns: what is decoded is matched whatever its bytes are',
    cfg: [
      'http-request deny if { path,url_dec -m beg /admin }',
      "http-request set-header X-Found 1 if { path,url_dec -m reg '^/x[\\x80-\\xff]{2}$' }",
      SERVER,
    ],
    steps: ['/admin', '/adm%69n', '/admin%ff', '/admin%c3', '/admin%zz', '/admin%', '/x%c3%a9', '/xab', '/a+b'].map(
      (path) => ({ path }),
    ),
  },
  {
    name: 'patterns: acl -f and several of one name',
    cfg: [
      'acl bad path_reg -i -f {dir}/bad.acl',
      'acl bad path_reg ^/old/\\w/\\w\\z',
      'http-request deny if bad',
      SERVER,
    ],
    files: { 'bad.acl': '\\A/ADMIN\n# a comment\n^/[[:alpha:]]+-INTERNAL$\n' },
    steps: PATHS.map((path) => ({ path })),
  },
]
