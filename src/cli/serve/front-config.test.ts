// The text of the workerd configurations of fronts and keeper. That workerd takes it is the end-to-end tests'; what deployments rest on in it is
// test/contract/names.test.ts's.

import { describe, expect, it } from 'vitest'

import type { Server } from '../../config/config.ts'
import { configOrThrow } from '../../config/validate.ts'
import { frontConfig, socketName, statsSocketName } from './front-config.ts'
import type { FrontPlan, ListenSocket } from './front-config.ts'
import { keeperConfig } from './keeper-config.ts'

const config = configOrThrow(
  {
    backends: [
      {
        name: 'app',
        servers: [
          { name: 's1', url: 'http://127.0.0.1:9001' },
          { name: 's2', url: 'https://s2.example.com' },
          { name: 's3', url: 'http://[::1]:9003' },
        ],
      },
    ],
  },
  'serve',
)
const SOCKET: ListenSocket = { address: '127.0.0.1', port: 8080, frontends: undefined }
const PLAN: FrontPlan = {
  config,
  listens: [SOCKET],
  isolates: 1,
  modules: ['worker.js', 'worker-config.js'],
  generation: 3,
  sockets: {
    keeper: '/state/keeper.sock',
    keeperControl: '/state/keeper-control.sock',
    fronts: '/state/fronts.sock',
    mail: '/state/mail.sock',
    syslog: '/state/syslog.sock',
  },
  statsSockets: [],
  certificatesIn: (file) => [`${file} 1`, `${file} 2`],
  vars: {},
  secretNames: [],
}
const textOf = (plan: Partial<FrontPlan> = {}) => frontConfig({ ...PLAN, ...plan })
const socketsOf = (plan: Partial<FrontPlan>) => /^ {2}sockets = \[(.*)\],$/m.exec(textOf(plan))![1]!
/** Of the worker service of that name. */
function workerOf(name: string, plan: Partial<FrontPlan>): string {
  const parts = textOf(plan).split(/\(name = "([\w-]+)", worker = /)
  return parts[parts.indexOf(name) + 1]!
}

it('is made of one list of services, one of sockets', () => {
  const lines = textOf().split('\n')
  expect([lines[0], lines[2], lines.at(-2)]).toEqual([
    'using Workerd = import "/workerd/workerd.capnp";',
    'const config :Workerd.Config = (',
    ');',
  ])
  expect(lines).toContain('  v8Flags = ["--enable-experimental-regexp-engine-on-excessive-backtracks"],')
})

describe('sockets', () => {
  it('are one for each bind and isolate, on consecutive ports', () => {
    const sockets = socketsOf({ isolates: 2, listens: [SOCKET, { ...SOCKET, address: '[::]', port: 9000 }] })
    expect(
      [...sockets.matchAll(/name = "(listen-[^"]+)", address = "([^"]+)".*?service = \(name = "([^"]+)"/g)].map(
        ([, ...rest]) => rest,
      ),
    ).toEqual([
      ['listen-0-0', '127.0.0.1:8080', 'main'],
      ['listen-0-1', '127.0.0.1:8081', 'isolate-1'],
      ['listen-1-0', '[::]:9000', 'main'],
      ['listen-1-1', '[::]:9001', 'isolate-1'],
    ])
    expect([socketName(1, 2), statsSocketName(3)]).toEqual(['listen-1-2', 'stats-3'])
  })

  it('on any free port are each told no port', () => {
    const sockets = socketsOf({ isolates: 2, listens: [{ ...SOCKET, port: 0 }] })
    expect(sockets.match(/address = "127\.0\.0\.1:0"/g)).toHaveLength(2)
    expect(sockets).toContain('props = (json = "{}")')
  })

  it('tell the Worker which frontends they serve, and their own port', () => {
    const sockets = socketsOf({ isolates: 2, listens: [{ ...SOCKET, frontends: ['www', 'api'] }] })
    expect(sockets).toContain(String.raw`(json = "{\"frontends\":[\"www\",\"api\"],\"port\":8080}")`)
    expect(sockets).toContain(String.raw`(json = "{\"frontends\":[\"www\",\"api\"],\"port\":8081}")`)
  })

  const tls = { certificateChain: 'c.pem', privateKey: 'k.pem', clientCas: undefined, isTls13: false }
  it.each<[string, ListenSocket['tls'], string]>([
    ['plain', undefined, 'http = ()'],
    [
      'with a certificate',
      tls,
      'https = (options = (), tlsOptions = (keypair = (privateKey = embed "k.pem", certificateChain = embed "c.pem")))',
    ],
    [
      'for clients with one, too, by TLS 1.3',
      { ...tls, clientCas: ['CA 1', 'CA 2'], isTls13: true },
      'certificateChain = embed "c.pem"), requireClientCerts = true, trustedCertificates = ["CA 1", "CA 2"], minVersion = tls1Dot3))',
    ],
  ])('%s', (_, own, text) => {
    const sockets = socketsOf({ listens: [{ ...SOCKET, tls: own }] })
    expect(sockets).toContain(text)
    expect(sockets.includes('requireClientCerts')).toBe(text.includes('requireClientCerts'))
    expect(sockets.includes('minVersion')).toBe(text.includes('minVersion'))
  })

  it('on Unix sockets lie beside each other, one an isolate', () => {
    const sockets = [{ address: 'unix:/run/x.sock', port: 0, frontends: ['f'] }]
    const text = socketsOf({ listens: sockets, isolates: 2 })
    expect(text).toContain('address = "unix:/run/x.sock", http')
    expect(text).toContain('address = "unix:/run/x.sock.1", http')
  })

  it('for commands have a level, and an entrypoint that public ones have not', () => {
    const statsSockets = [
      { address: 'unix:/run/a.sock', port: 0, level: 'admin' },
      { address: '127.0.0.1', port: 9999, level: 'user' },
    ] as const
    const sockets = socketsOf({ statsSockets })
    const entry = (name: string, address: string, level: string) =>
      String.raw`(name = "${name}", address = "${address}", tcp = (), service = (name = "main", entrypoint = "CommandSocket", props = (json = "{\"level\":\"${level}\"}")))`
    expect(sockets).toContain(entry('stats-0', 'unix:/run/a.sock', 'admin'))
    expect(sockets).toContain(entry('stats-1', '127.0.0.1:9999', 'user'))
    expect(sockets.match(/CommandSocket/g)).toHaveLength(2)
    expect(sockets).toContain(
      '(name = "control", address = "unix:/dev/null", http = (), service = (name = "main", entrypoint = "Control"))',
    )
    expect(socketsOf({})).not.toContain('CommandSocket')
  })
})

describe('servers', () => {
  it.each([
    ['s1', '(address = "127.0.0.1:9001", http = (style = host))'],
    [
      's2',
      '(address = "s2.example.com:443", https = (options = (style = host), tlsOptions = (trustBrowserCas = true), certificateHost = "s2.example.com"))',
    ],
    ['s3', '(address = "[::1]:9003", http = (style = host))'],
  ])('%s is a service of its own, and sees the client’s Host', (name, external) => {
    expect(textOf()).toContain(`(name = "server:app/${name}", external = ${external})`)
    expect(workerOf('main', {})).toContain(`(name = "server:app/${name}", service = "server:app/${name}")`)
  })

  it('with CAs and names of their own have them for requests and for checks', () => {
    const own = {
      backends: [
        {
          name: 'app',
          check: true,
          servers: [
            {
              name: 's1',
              url: 'https://10.0.0.1:8443',
              caFile: 'a.pem',
              verifyhost: 'app.internal',
              check: { port: 9443 },
            },
            { name: 's2', url: 'https://s2.example', verifyhost: 'other.example' },
            { name: 's3', url: 'https://s3.example' },
            { name: 's4', url: 'https://s4.example', caFile: 'b.pem', check: false },
          ],
        },
      ],
    }
    const plan = { config: configOrThrow(own, 'serve') }
    const text = textOf(plan)
    const trusted = (certificates: string, name: string) =>
      `tlsOptions = (trustedCertificates = [${certificates}]), certificateHost = "${name}")`
    const publicly = 'tlsOptions = (trustBrowserCas = true), certificateHost = "other.example")'
    const asked = 'external = (address = "10.0.0.1:8443", https = (options = (style = host), '
    expect(text).toContain(`(name = "server:app/s1", ${asked}${trusted('"a.pem 1", "a.pem 2"', 'app.internal')}`)
    expect(text).toContain(
      `(name = "check:app/s1", external = (address = "10.0.0.1:9443", tcp = (${trusted('"a.pem 1", "a.pem 2"', 'app.internal')}`,
    )
    expect(text).toContain(`(name = "check:app/s2", external = (address = "s2.example:443", tcp = (${publicly}`)
    expect(text).toContain(trusted('"b.pem 1", "b.pem 2"', 's4.example'))
    expect(text.match(/\(name = "check:/g)).toHaveLength(4)
    expect(workerOf('main', plan)).toContain('(name = "check:app/s1", service = "check:app/s1")')
  })

  it('may have names that Cap’n Proto would read otherwise', () => {
    const [backend] = config.backends
    const odd: Server = { ...backend!.servers[0]!, name: 'a"b\\c\nd\u0001' }
    const text = textOf({ config: { ...config, backends: [{ ...backend!, servers: [odd] }] } })
    expect(text).toContain(String.raw`(name = "server:app/a\"b\\c\nd\x01", external = `)
  })
})

describe('isolates', () => {
  it('know the ids of the objects, and call those of the keeper', () => {
    for (const name of ['main', 'isolate-1']) {
      const own = workerOf(name, { isolates: 2 })
      expect(own).toContain('(name = "KEEPER", service = "keeper")')
      expect(own).toContain('(name = "MONITOR", durableObjectNamespace = "Monitor")')
      expect(own).toContain('durableObjectStorage = (inMemory = void)')
    }
    expect(textOf()).toContain(
      '(name = "keeper", external = (address = "unix:/state/keeper.sock", http = (capnpConnectHost = "keeper.internal")))',
    )
  })

  it('are told by the first what all must hear', () => {
    const plan = { isolates: 2 }
    for (const i of [0, 1]) {
      expect(workerOf('main', plan)).toContain(
        `(name = "isolate:${i}", service = (name = "${['main', 'isolate-1'][i]}", entrypoint = "Isolate"))`,
      )
    }
    expect(workerOf('isolate-1', plan)).not.toContain('isolate:')
  })

  it('have variables as they are, others as JSON, and no secret in the file', () => {
    const worker = workerOf('main', { vars: { A: 'text "x"', B: 5, C: ['y'] }, secretNames: ['LIMPET_COOKIE_KEYS'] })
    expect(worker).toContain(String.raw`(name = "A", text = "text \"x\"")`)
    expect(worker).toContain('(name = "B", json = "5")')
    expect(worker).toContain(String.raw`(name = "C", json = "[\"y\"]")`)
    expect(worker).toContain('(name = "LIMPET_COOKIE_KEYS", fromEnvironment = "LIMPET_COOKIE_KEYS")')
  })

  it('hand mail and syslog to this process', () => {
    for (const [name, binding] of [
      ['mail', 'LIMPET_MAIL'],
      ['syslog', 'LIMPET_SYSLOG'],
    ]) {
      expect(textOf()).toContain(`(name = "${name}", external = (address = "unix:/state/${name}.sock", http = ()))`)
      expect(workerOf('main', {})).toContain(`(name = "${binding}", service = "${name}")`)
    }
  })

  it('know the socket that all requests come in by, if it is the only one', () => {
    const named = { ...SOCKET, frontends: ['www'] }
    const only = '(name = "LIMPET_SOCKET", json = "{\\"frontends\\":[\\"www\\"],\\"port\\":8080}")'
    expect(workerOf('main', { listens: [named] })).toContain(only)
    expect(textOf({ listens: [named, { ...named, port: 8081 }] })).not.toContain('LIMPET_SOCKET')
  })

  it('know whether commands come by a socket', () => {
    expect(workerOf('main', { statsSockets: [{ address: 'unix:/x', port: 0, level: 'user' }] })).toContain(
      '(name = "LIMPET_STATS_SOCKET", text = "1")',
    )
    expect(textOf()).not.toContain('LIMPET_STATS_SOCKET')
    expect(textOf()).toContain('(name = "LIMPET_SERVE", text = "1")')
  })
})

describe('the keeper', () => {
  const common = {
    modules: PLAN.modules,
    generation: PLAN.generation,
    sockets: PLAN.sockets,
    vars: {},
    secretNames: [],
  }
  const text = keeperConfig({ ...common, objectsDirectory: '/state/objects' })

  it('has the objects, on disk', () => {
    expect(text).toContain('(name = "objects", disk = (path = "/state/objects", writable = true))')
    expect(text).toContain('durableObjectStorage = (localDisk = "objects")')
  })

  it('takes calls of fronts, and of this process', () => {
    expect(text).toContain(
      '(name = "keeper", address = "unix:/state/keeper.sock", http = (capnpConnectHost = "keeper.internal"), service = (name = "main", entrypoint = "Keeper"))',
    )
    expect(text).toContain(
      '(name = "control", address = "unix:/state/keeper-control.sock", http = (), service = (name = "main", entrypoint = "Control"))',
    )
    expect(text).toContain('(name = "fronts", external = (address = "unix:/state/fronts.sock", http = ()))')
  })

  it('knows its generation, and no server', () => {
    expect(text).toContain('(name = "LIMPET_GENERATION", text = "3")')
    expect(text).not.toContain('server:')
  })
})
