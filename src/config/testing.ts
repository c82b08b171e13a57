// Configurations for tests of what becomes of any configuration.

const RULES = [
  { do: { deny: { status: 403 } } },
  { do: { redirect: {} } },
  { do: { return: { status: 200 } } },
  { do: { redirectScheme: { scheme: 'https' } } },
  { if: { sample: 'path' }, do: { auth: {} } },
  { if: { hdr: { name: 'x' } }, do: { disableL7Retry: true } },
]

/** Every part is there, and as little as possible is written in it. */
export const EVERYTHING = {
  admin: { access: { team: 'https://t.cloudflareaccess.com', audience: 'x' } },
  monitor: {},
  logTo: [{ syslog: '127.0.0.1:514' }],
  frontends: [
    {
      name: 'www',
      bind: ':80',
      rules: [...RULES, { backend: 'app' }],
      forwardfor: {},
      captures: {},
      stats: { rules: [{ do: 'auth' }] },
      uniqueId: { format: '%ci' },
    },
  ],
  backends: [
    {
      name: 'app',
      servers: [
        {
          name: 's1',
          url: 'https://s1.example.com',
          release: 'r1',
          observe: 'layer7',
          check: true,
          agent: { port: 9777 },
        },
      ],
      check: { steps: [{ expect: { hdr: { name: 'x' } } }] },
      rules: RULES,
      responseRules: [{ do: { delHeader: 'x' } }],
      errors: { 503: {} },
      stats: { admin: true },
      cookie: { name: 'S' },
      stickTable: { type: 'ip', size: 10, data: ['gpc0'] },
      stick: [{ on: 'src' }],
      releases: { list: [{ name: 'r1' }], cookie: {}, ids: [{ query: 'dpl' }], draw: 'src' },
      persistRules: [{ do: 'force' }],
      useServer: [{ server: 's1' }],
      useRelease: [{ release: 'r1' }],
      timeouts: {},
    },
  ],
  alerts: [
    { mail: { from: 'a@example.com', to: 'b@example.com', smtp: 'smtp://mail.example.com' } },
    { webhook: 'https://x.example' },
  ],
  maps: { m: {} },
  userlists: [{ name: 'u', users: [{ name: 'a', insecurePassword: 'b' }] }],
}

const CHECK = {
  inter: '10s',
  expect: [
    { rstatus: '^2' },
    { rstring: '^ok$' },
    { hdr: { name: '^x-', nameMatch: 'reg', value: 'a+', valueMatch: 'reg' } },
    { string: 'ok' },
  ],
}
const WORDED = { '503': { headers: { 'x-a': ['1', '2'] }, bodyTemplate: 'sorry, %[src]' }, '404': { body: 'gone' } }

/** Whatever holds a pattern, a sample or a set, and names that are hard to write down. */
export const HARD = {
  frontends: [
    {
      name: 'www',
      rules: [
        {
          if: { sample: 'path', match: 'reg', values: ['^/a|b$', '(a+)+c'] },
          do: { useBackend: '%[path,map_reg(m)]' },
        },
        { do: { replacePath: { match: '(.*)', with: '/%[src]\\1' } } },
      ],
      captures: { cookie: { name: 'a', len: 1 }, request: [{ sample: 'req.hdr(x)', len: 9 }] },
      uniqueId: { format: '%{+X}o %ci:%cp_%[uuid()]' },
      defaultBackend: 'app',
    },
  ],
  backends: ['app', 'api'].map((name) => ({
    name,
    cookie: { name: `S-${name}`, maxidle: '30m' },
    check: CHECK,
    errors: WORDED,
    retryOn: ['conn-failure', 503],
    servers: [1, 2].map((n) => ({ name: `s${n}`, url: `https://s${n}.example.com` })),
  })),
  alerts: [{ webhook: 'https://hooks.slack.com/x', events: ['down'], quiet: '22:00-06:00' }],
  maps: {
    m: { '^/a': 'app', '10': 'api', '2': 'app' },
    'it\'s "m"': { '\u2028': '</script>', '\ud800': '\\' },
  },
}
