import { describe, expect, it } from 'vitest'
import xxhash from 'xxhash-wasm'

import { validateConfig } from '../validate.ts'
import { lexLine } from './lex.ts'
import { HTTP } from './testing.ts'
import { translateHaproxy } from './translate.ts'

const { h64Raw } = await xxhash()
const hash64 = (bytes: Uint8Array) => h64Raw(bytes)

const FILES: Record<string, string> = {
  'hosts.lst': '# ours\na.example\n\n  b.example\r\n',
  'hosts.map': 'a.example  b\nb.example c # not a comment\n',
  '503.http':
    'HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\nX-By: 100%\r\n\r\nbusy\n',
  'broken.http': 'busy\n',
}

/** With `mode http` by a file before it. */
function translate(text: string, env: Record<string, string> = {}) {
  const sources = [HTTP, { file: 'x.cfg', text }]
  const { diagnostics, ...translated } = translateHaproxy(sources, { env, text: (file) => FILES[file], hash64 })
  return { ...translated, diagnostics: diagnostics.filter(({ file }) => file === 'x.cfg') }
}

/** Lines of one backend with a server, and what became of them. */
function isRefused({ status }: { readonly status: string }): boolean {
  return status === 'unsupported' || status === 'error'
}

function backendOf(...lines: string[]) {
  const { config, diagnostics } = translate(`backend b\n${lines.join('\n')}\nserver s1 10.0.0.1:80\n`)
  return { backend: config.backends[0]!, statuses: diagnostics.slice(1, -1).map(({ status }) => status), diagnostics }
}

function frontendOf(...lines: string[]) {
  const { config, diagnostics } = translate(`frontend f\n${lines.join('\n')}\nbackend b\nserver s1 10.0.0.1:80\n`)
  return { frontend: config.frontends![0]!, diagnostics }
}

describe('words of a line', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    ['a # comment', ['a']],
    ['a\\ b c', ['a b', 'c']],
    ['a \\# b', ['a', '#', 'b']],
    [`a "b c" 'd "e'`, ['a', 'b c', 'd "e']],
    [`'it'"'"'s'`, ["it's"]],
    ['a ""', ['a', '']],
    ['Host:\\ x\\r\\n', ['Host: x\r\n']],
    ['\\x41\\\\', ['A\\']],
    ['\\.png$ \\1 \\d', ['\\.png$', '\\1', '\\d']],
    ['"$NAME" "${NAME}x" "${NONE-d}" "$NONE" $NAME', ['v', 'vx', 'd', '', '$NAME']],
    [`"a\\"b\\$NAME" '$NAME\\'`, ['a"b$NAME', '$NAME\\']],
    [String.raw`"a\nb\'\#\ \x41\,\."`, ["a\nb'# A\\,\\."]],
    ['', []],
    ['   # only a comment', []],
  ])('%s', (line, words) => {
    expect(lexLine(line, { NAME: 'v' }).words).toEqual(words)
  })

  it('says when a quote is never closed', () => {
    expect(lexLine(`a 'b`, {}).problem).toBe("the quote ' is never closed")
  })
})

describe('a rule that changes the Host', () => {
  it.each(['set-header Host x', 'add-header host x', 'replace-header HOST a b', 'del-header Host'])(
    '%s works under serve, and differs',
    (rule) => {
      const { diagnostics } = frontendOf(`http-request ${rule}`)
      expect(diagnostics[1]).toMatchObject({ status: 'differs' })
      expect(diagnostics[1]!.message).toContain('limpet check --for cloudflare')
    },
  )

  it('any other header is translated', () => {
    expect(frontendOf('http-request set-header X-Host x').diagnostics[1]).toMatchObject({ status: 'translated' })
  })
})

describe('unique IDs', () => {
  const FORMAT = '%{+X}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid'

  it('have a format and perhaps a header, of a frontend or its defaults', () => {
    const format = '%{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid'
    const { frontend, diagnostics } = frontendOf(`unique-id-format ${FORMAT}`, 'unique-id-header X-Id')
    expect(frontend.uniqueId).toEqual({ format, header: 'X-Id' })
    expect(diagnostics.slice(1, 3).map(({ status }) => status)).toEqual(['differs', 'translated'])
    expect(diagnostics[1]!.message).toContain('%pid is a number of the isolate')
    const text =
      'defaults\nunique-id-header X-Id\nunique-id-format %[uuid()]\nlisten l\nmode http\nserver s 10.0.0.1:80\n'
    const { config, diagnostics: told } = translate(text)
    expect(config.frontends![0]!.uniqueId).toEqual({ format: '%[uuid()]', header: 'X-Id' })
    expect(told[2]).toMatchObject({ status: 'translated' })
  })

  it("are none without a format, and not a backend's", () => {
    expect(frontendOf('unique-id-header X-Id').frontend).not.toHaveProperty('uniqueId')
    expect(backendOf(`unique-id-format ${FORMAT}`, 'unique-id-header X-Id').statuses).toEqual(['platform', 'platform'])
  })

  it.each([
    ['unique-id-format %H', '%H'],
    ['unique-id-format %{+E}ci', '%{+E}ci'],
  ])('%s is unsupported by name', (line, message) => {
    const { diagnostics } = frontendOf(line)
    expect(diagnostics[1]).toMatchObject({ status: 'unsupported' })
    expect(diagnostics[1]!.message).toContain(message)
  })
})

describe('mail', () => {
  const MAILERS = 'mailers mta\nmailer a 10.0.0.1:25\nmailer b mail.example.com:587\ntimeout mail 5s\n'
  const ALERT = 'email-alert mailers mta\nemail-alert from a@x.example\nemail-alert to b@x.example,c@x.example\n'
  const backend = (name: string, lines = '') => `backend ${name}\n${lines}server s1 10.0.0.1:80\n`

  it('goes to one recipient for all backends that say the same, whose section may stand behind them', () => {
    const { config, diagnostics } = translate(
      `defaults\nmode http\n${ALERT}${backend('b1')}${backend('b2')}${backend('b3', 'email-alert level notice\n')}${MAILERS}`,
    )
    const mail = {
      from: 'a@x.example',
      to: ['b@x.example', 'c@x.example'],
      subject: '[HAProxy Alert] {text}',
      smtp: ['smtp://10.0.0.1:25', 'smtp://mail.example.com:587'],
      timeout: '5s',
    }
    expect(config.alerts).toEqual([
      { mail, events: ['down'], backends: ['b1', 'b2'] },
      { mail, events: ['down', 'up', 'drain'], backends: ['b3'] },
    ])
    expect(diagnostics.filter(({ status }) => status === 'unsupported')).toEqual([])
    expect(validateConfig(config, 'serve').issues.filter(({ path }) => path.startsWith('alerts'))).toEqual([])
  })

  it('goes to nobody while one of mailers, from and to is missing, or the level is above every alert', () => {
    expect(translate(`${MAILERS}${backend('b', 'email-alert mailers mta\n')}`).config.alerts).toBeUndefined()
    expect(translate(`${MAILERS}${backend('b', `${ALERT}email-alert level emerg\n`)}`).config.alerts).toBeUndefined()
  })

  it.each([
    ['email-alert mailers other', "there is no mailers section 'other'"],
    ['email-alert from nobody', 'nobody: must be an address'],
  ])('%s is not supported', (line, message) => {
    const { diagnostics } = translate(`${MAILERS}${backend('b', `${line}\n`)}`)
    expect(diagnostics.find(({ status }) => status === 'unsupported')?.message).toContain(message)
  })

  it.each([
    ['email-alert level loud', 'level must be one of'],
    ['email-alert at noon', "HAProxy 2.6 has no email-alert option 'at'"],
  ])('%s is an error', (line, message) => {
    const { diagnostics } = translate(`${MAILERS}${backend('b', `${line}\n`)}`)
    expect(diagnostics.find(({ status }) => status === 'error')?.message).toContain(message)
  })

  it.each(['mailer a 10.0.0.1', 'timeout mail soon', 'server a 10.0.0.1:25'])('%s is an error', (line) => {
    const { diagnostics } = translate(`mailers mta\n${line}\n${backend('b')}`)
    expect(diagnostics.find(({ status }) => status === 'error')?.line).toBe(2)
  })
})

describe('sections', () => {
  it('inherit from the last defaults before them, or from the one they name', () => {
    const { config } = translate(`
defaults one
  retries 5
  timeout server 9s
defaults
  option redispatch 2
backend a
  mode http
  server s 10.0.0.1:80
backend b from one
  mode http
  retries 1
  server s 10.0.0.1:80
`)
    expect(config.backends[0]).toMatchObject({ name: 'a', redispatch: 2 })
    expect(config.backends[0]).not.toHaveProperty('retries')
    expect(config.backends[1]).toMatchObject({ name: 'b', retries: 1, timeouts: { server: '9s' } })
    expect(config.backends[1]).not.toHaveProperty('redispatch')
  })

  it('listen is a frontend and a backend', () => {
    const { config } = translate(
      'listen app\nbind :8080,127.0.0.1:81\nserver s 10.0.0.1:80\nhttp-request deny if { path /x }\n',
    )
    expect(config.frontends).toEqual([
      {
        name: 'app',
        bind: [':8080', '127.0.0.1:81'],
        rules: [{ if: { sample: 'path', match: 'str', values: ['/x'] }, do: { deny: { status: 403 } } }],
        defaultBackend: 'app',
      },
    ])
    expect(config.backends[0]).not.toHaveProperty('rules')
    expect(validateConfig(config, 'serve').issues).toEqual([])
  })

  it('without a bind, where others have one, is reached by nobody, or by other sections only', () => {
    const { config, diagnostics } = translate(`
frontend www
  mode http
  bind :80
  use_backend inner
frontend forgotten
  mode http
  default_backend inner
listen inner
  mode http
  http-request deny if { path /x }
  use_backend other if { path /y }
  server s s.example:80
listen unused
  mode http
  http-request deny
backend other
  mode http
  server s s.example:80
`)
    expect(config.frontends?.map(({ name }) => name)).toEqual(['www'])
    expect(config.backends).toMatchObject([
      { name: 'inner', rules: [{ do: { deny: { status: 403 } } }] },
      { name: 'other' },
    ])
    expect(config.backends).toHaveLength(2)
    expect(
      diagnostics.filter(({ message }) => message).map(({ line, status, message }) => [line, status, message]),
    ).toEqual([
      [6, 'translated', expect.stringContaining('nobody reaches it')],
      [9, 'translated', expect.stringContaining('only other sections reach it')],
      [14, 'translated', expect.stringContaining('nobody reaches it')],
    ])
    expect(validateConfig(config, 'serve').issues).toEqual([])
  })

  it('without a bind in the whole file, all are reached', () => {
    const { config } = translate(
      'listen a\nmode http\nserver s 10.0.0.1:80\nlisten b\nmode http\nserver s 10.0.0.1:80\n',
    )
    expect(config.frontends).toMatchObject([{ name: 'a' }, { name: 'b' }])
  })

  it('binds may speak TLS; what is plain beside them is http on Cloudflare', () => {
    const { config, diagnostics } = translate(
      'frontend a\nbind :80\ndefault_backend b\nfrontend t\nbind :443 ssl crt x.pem alpn h2\ndefault_backend b\nbackend b\nserver s 10.0.0.1:80\n',
    )
    expect(config.frontends).toMatchObject([
      { bind: [':80'], scheme: 'http' },
      { bind: [':443 ssl crt x.pem'], scheme: 'https' },
    ])
    expect(diagnostics[4]).toMatchObject({ line: 5, status: 'differs', message: 'limpet serve speaks HTTP/1.1' })
    expect(validateConfig(config, 'cloudflare').issues.map(({ path }) => path)).toEqual(['backends[0].servers[0].url'])
  })

  it('every line gets a status with its number, and nothing is dropped in silence', () => {
    const { diagnostics } = translate(
      'global\n  daemon\n\nbackend b\n  mode http\n  frobnicate x\n  server s h:80 weight 2 wobble\n',
    )
    expect(diagnostics.map(({ line, status }) => `${line} ${status}`)).toEqual([
      '1 translated',
      '2 platform',
      '4 translated',
      '5 translated',
      '6 error',
      '7 error',
    ])
    expect(diagnostics[4]!.message).toBe("HAProxy 2.6 has no keyword 'frobnicate': correct it, or remove it")
    expect(diagnostics[5]!.message).toBe("HAProxy 2.6 has no server option 'wobble': correct it, or remove it")
  })

  it('setenv counts for the lines after it', () => {
    const { config } = translate('global\nsetenv PORT 8081\nbackend b\nserver s "10.0.0.1:$PORT"\n')
    expect(config.backends[0]!.servers[0]!.url).toBe('http://10.0.0.1:8081')
  })
})

describe('a server without a port', () => {
  const portsOf = (text: string) => {
    const { config, diagnostics } = translate(text)
    const servers = config.backends.flatMap((backend) => backend.servers.map(({ url }) => url))
    return { servers, said: diagnostics.filter((each) => each.text.startsWith('server')).map(({ message }) => message) }
  }
  const BACKEND = 'backend b\nserver s1 app1.internal\nserver s2 10.0.0.2 cookie S2\nserver s3 h:81\n'

  it('gets the one that its clients come to, and is told so', () => {
    const { servers, said } = portsOf(`frontend f\nbind 10.0.0.9:8080\ndefault_backend b\n${BACKEND}`)
    expect(servers).toEqual(['http://app1.internal:8080', 'http://10.0.0.2:8080', 'http://h:81'])
    expect(said[0]).toBe("port 8080, as its clients' bind")
    expect(said[1]).toMatch(/^port 8080, as its clients' bind; an address/)
    expect(said[2]).toBeUndefined()
  })

  it.each([
    ['a listen section: its own bind', 'listen l\nbind :8080\nserver s1 h\n', ['http://h:8080']],
    ['port 0', 'listen l\nbind :8080\nserver s1 h:0\n', ['http://h:8080']],
    [
      'a distance',
      'listen l\nbind :8080\nserver s1 h:+1000\nserver s2 h:-80 ssl\n',
      ['http://h:9080', 'https://h:8000'],
    ],
    [
      'use_backend',
      `frontend f\nbind :81\nuse_backend b if TRUE\nfrontend g\nbind :82\n${BACKEND}`,
      ['http://app1.internal:81'],
    ],
    ['a name made of samples', `frontend f\nbind :81\nuse_backend %[path]\n${BACKEND}`, ['http://app1.internal:81']],
    ['two binds of one port', 'listen l\nbind 127.0.0.1:80,127.0.0.2:80\nserver s1 h\n', ['http://h:80']],
    ['IPv6', 'listen l\nbind :8080\nserver s1 [::1]\n', ['http://[::1]:8080']],
  ])('%s', (_, text, urls) => {
    expect(portsOf(text).servers.slice(0, urls.length)).toEqual(urls)
  })

  it.each([
    [
      'several ports',
      'listen l\nbind :80\nbind :81\nserver s1 h\nserver ok h:1\n',
      'needs a port: its clients come to ports 80, 81; write one',
    ],
    [
      'none',
      'listen l\nserver s1 h\nserver ok h:1\n',
      'needs a port: no bind leads to this backend whose port it could take',
    ],
    ['a distance too far', 'listen l\nbind :65000\nserver s1 h:+1000\nserver ok h:1\n', 'port 66000 does not exist'],
  ])('is not taken with %s', (_, text, message) => {
    expect(portsOf(text)).toEqual({ servers: ['http://h:1'], said: [message, undefined] })
  })
})

describe('a frontend', () => {
  it.each([
    [
      'use_backend b if { hdr(host) -i A.example }',
      { sample: 'hdr(host)', match: 'str', values: ['A.example'], ignoreCase: true },
    ],
    ['use_backend b if { path_beg /a /b }', { sample: 'path', match: 'beg', values: ['/a', '/b'] }],
    ['use_backend b if { hdr_dom(host) -i x }', { sample: 'hdr(host)', match: 'dom', values: ['x'], ignoreCase: true }],
    ['use_backend b unless { ssl_fc }', { not: { sample: 'ssl_fc', match: 'bool' } }],
    ['use_backend b if { req.cook(id) -m found }', { sample: 'req.cook(id)', match: 'found' }],
    ['use_backend b if { nbsrv(b) lt 2 }', { sample: 'nbsrv(b)', match: 'int', values: ['lt 2'] }],
    ['use_backend b if { hdr(host) -f hosts.lst }', { sample: 'hdr(host)', match: 'str', lists: ['hosts.lst'] }],
    [
      'use_backend b if METH_POST !{ src 10.0.0.0/8 }',
      { all: [{ method: ['POST'] }, { not: { sample: 'src', match: 'ip', values: ['10.0.0.0/8'] } }] },
    ],
    [
      'use_backend b if TRUE or FALSE',
      {
        any: [
          { sample: 'always_true', match: 'bool' },
          { sample: 'always_false', match: 'bool' },
        ],
      },
    ],
  ])('%s', (line, condition) => {
    const { frontend, diagnostics } = frontendOf(line)
    expect(diagnostics.map(({ message }) => message).filter((message) => message?.includes('not'))).toEqual([])
    expect(frontend.rules).toEqual([{ if: condition, do: { useBackend: 'b' } }])
  })

  it('keeps HAProxy’s order of rules: http-request, redirect, use_backend', () => {
    const { frontend } = frontendOf(
      'use_backend b if { path /b }',
      'redirect prefix / code 301 if { path /c }',
      'http-request set-header X-Port %[dst_port]',
      'reqadd X-A:\\ 100%',
    )
    expect(frontend.rules!.map((rule) => ('do' in rule ? Object.keys(rule.do)[0] : ''))).toEqual([
      'setHeader',
      'addHeader',
      'redirect',
      'useBackend',
    ])
    expect(frontend.rules![1]).toEqual({ do: { addHeader: { name: 'X-A', value: '100%%' } } })
    expect(frontend.rules![2]).toMatchObject({ do: { redirect: { prefix: '', code: 301 } } })
  })

  it.each([
    ['use_backend b if nope', "there is no acl 'nope'"],
    ['use_backend b if { path', "'{' is never closed"],
    ['use_backend b if { constructor x }', "'constructor' is not known"],
    ['use_backend b if { path -m constructor x }', '-m constructor is not known'],
    ['acl a path -f none.lst', 'none.lst cannot be read'],
    ['http-request set-header X %[hostname]', '%[hostname]: a Worker has no environment'],
    ['http-request lua.x', 'http-request lua.x: there is no Lua'],
    ['bind run/x.sock', 'run/x.sock: must be ADDRESS:PORT'],
    ['timeout client soon', 'timeout client needs a time'],
  ])('%s: %s', (line, message) => {
    const { diagnostics } = frontendOf(line)
    expect(diagnostics.find(isRefused)).toMatchObject({
      line: 2,
      message: expect.stringContaining(message),
    })
  })
})

describe('lists that rules refer to', () => {
  it('maps are read in, and backends named by them', () => {
    const { config, diagnostics } = translate(
      'frontend f\nuse_backend %[req.hdr(host),lower,map(hosts.map,b)]\nbackend b\nserver s h:80\nbackend c\nserver s h:81\n',
    )
    expect(diagnostics.map(({ status }) => status)).not.toContain('unsupported')
    expect(config.maps).toEqual({ 'hosts.map': { 'a.example': 'b', 'b.example': 'c # not a comment' } })
    expect(validateConfig(config, 'serve').issues).toEqual([])
  })

  it('a list is read once under its file’s name, and a rule that changes one makes it, whoever asks', () => {
    const { config, diagnostics } = translate(
      'frontend f\nacl a hdr(host) -i -f hosts.lst other\nacl b hdr(host) -m end -f hosts.lst\nacl c hdr(host) -m str -M -f hosts.map\nhttp-request deny if a b c\nhttp-request add-acl(new.lst) %[src]\nhttp-request set-map(new.map) %[src] x\nhttp-response del-map(hosts.map) %[status]\ndefault_backend b\nbackend b\nserver s h:80\n',
    )
    expect(config.lists).toEqual({ 'hosts.lst': ['a.example', 'b.example'], 'new.lst': [] })
    expect(config.maps).toEqual({ 'hosts.map': { 'a.example': 'b', 'b.example': 'c # not a comment' }, 'new.map': {} })
    expect(config.frontends![0]!.rules).toEqual([
      {
        if: {
          all: [
            { sample: 'hdr(host)', match: 'str', values: ['other'], lists: ['hosts.lst'], ignoreCase: true },
            { sample: 'hdr(host)', match: 'end', lists: ['hosts.lst'] },
            { sample: 'hdr(host)', match: 'str', lists: ['hosts.map'] },
          ],
        },
        do: { deny: { status: 403 } },
      },
      { do: { addAcl: { list: 'new.lst', key: '%[src]' } } },
      { do: { setMap: { map: 'new.map', key: '%[src]', value: 'x' } } },
    ])
    expect(config.frontends![0]!.responseRules).toEqual([{ do: { delMap: { map: 'hosts.map', key: '%[status]' } } }])
    expect(diagnostics.filter(isRefused)).toEqual([])
    expect(validateConfig(config, 'serve').issues.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('of several entries for a key of a map the first counts, as in HAProxy', () => {
    const text = () => 'a first\nb x\na second\n'
    const cfg =
      'frontend f\nbind :80\nmode http\nhttp-request set-header x %[path,map(m)]\ndefault_backend b\nbackend b\nmode http\nserver s h:80\n'
    const { config } = translateHaproxy([{ file: 'x.cfg', text: cfg }], { env: {}, text, hash64 })
    expect(config.maps).toEqual({ m: { a: 'first', b: 'x' } })
  })

  it.each([
    ['http-request set-map(m.map) %[src]', 'set-map needs a key and a value'],
    ['http-request del-map(m.map) %[src] x', 'del-map needs a key'],
    ['http-request add-acl %[src]', "'add-acl' must name a file, such as add-acl(FILE)"],
    ['http-request set-map() a b', "'set-map()' must name a file"],
    ['http-request add-acl(x) %[res.hdr(a)]', 'is of the response, which is not there yet'],
    [
      'http-request deny if { path,map(hosts.lst) -m found } { path -f hosts.lst }',
      'is used as a file of two columns already',
    ],
  ])('%s is an error, as in HAProxy', (line, message) => {
    const { diagnostics } = frontendOf(line)
    expect(diagnostics.find(({ line: at }) => at === 2)).toMatchObject({
      status: 'error',
      message: expect.stringContaining(message),
    })
  })

  it('users, with groups in either order', () => {
    const { config, diagnostics } = translate(
      'userlist u\ngroup g users a\nuser a insecure-password x groups h\nuser b password $6$salt$hash\nuser c password $1$x$y\nuser d colour red\ngroup i users nobody\n',
    )
    expect(config.userlists).toEqual([
      {
        name: 'u',
        users: [
          { name: 'a', insecurePassword: 'x', groups: ['h', 'g'] },
          { name: 'b', password: '$6$salt$hash' },
        ],
      },
    ])
    expect(diagnostics.map(({ line, status }) => `${line} ${status}`)).toEqual([
      '1 translated',
      '2 translated',
      '3 translated',
      '4 differs',
      '5 error',
      '6 error',
      '7 error',
    ])
  })
})

describe('a backend', () => {
  it('takes its cookie with every keyword', () => {
    const { backend } = backendOf(
      'cookie S insert indirect nocache postonly preserve httponly secure domain .a.example domain .b.example attr SameSite=None maxidle 30 maxlife 8h',
    )
    expect(backend.cookie).toEqual({
      name: 'S',
      mode: 'insert',
      indirect: true,
      nocache: true,
      postonly: true,
      preserve: true,
      httponly: true,
      secure: true,
      domain: ['.a.example', '.b.example'],
      attr: ['SameSite=None'],
      maxidle: '30s',
      maxlife: '8h',
    })
  })

  it('makes the dynamic cookies that HAProxy makes, and leaves explicit ones', () => {
    const { config } = translate(`
backend b
  dynamic-cookie-key MYSECRET
  cookie S insert dynamic
  server a 127.0.0.1:19001
  server b 127.0.0.1:19002
  server c 127.0.0.1:19003 cookie C
  server d d.example:80
`)
    expect(config.backends[0]!.servers.map(({ cookie }) => cookie)).toEqual([
      '6108ef7aed15ad07',
      '0cc337176b6d004f',
      'C',
      undefined,
    ])
  })

  it('of a port that is its clients, a dynamic cookie has what HAProxy adds to it', () => {
    const { config } = translate(`
listen l
  bind :39400
  dynamic-cookie-key MYSECRET
  cookie S insert dynamic
  server a 127.0.0.2
  server b 127.0.0.2:+9
  server c ::1:39411
`)
    // Seen on HAProxy 2.6.12.
    expect(config.backends[0]!.servers.map(({ cookie }) => cookie)).toEqual([
      '1e12ea711858510d',
      '66d3120ea262f475',
      'c7775b4df773f687',
    ])
  })

  it.each([
    ['server a 127.0.0.1:80', 'translated'],
    ['server a a.example:80 cookie A', 'translated'],
    ['server a a.example:80', 'differs'],
  ])('cookie S insert dynamic, then %s: %s', (server, status) => {
    const { diagnostics } = translate(`
backend b
  cookie S insert dynamic
  dynamic-cookie-key MYSECRET
  ${server}
`)
    expect(diagnostics.find(({ text }) => text.startsWith('cookie'))!.status).toBe(status)
  })

  it.each([
    ['cookie S insert rewrite', 'insert and rewrite are incompatible'],
    ['cookie S rewrite indirect', 'rewrite and indirect are incompatible'],
    ['cookie S preserve', 'preserve needs insert or indirect'],
    ['cookie S insert wobble', "HAProxy 2.6 has no cookie option 'wobble': correct it, or remove it"],
    ['cookie S insert htponly', "unknown cookie option 'htponly'; did you mean 'httponly'?"],
    ['cookie S insert domain', 'domain needs a value'],
    ['cookie S insert maxidle soon', "maxidle needs a time such as 2s (found 'soon')"],
    ['cookie', 'needs a name'],
    ['balance rdp-cookie', 'balance rdp-cookie is not supported: it reads the first packet of an RDP connection'],
    ['server s2 /run/x.sock', '/run/x.sock: must be HOST, HOST:PORT'],
    ['server s2 10.0.0.2:70000', '10.0.0.2:70000: must be HOST, HOST:PORT'],
    ['server s2 10.0.0.2', 'needs a port: no bind leads to this backend'],
    ['option frobnicate', "HAProxy 2.6 has no option 'frobnicate'"],
    ['option redispatch often', 'redispatch needs a whole number'],
    ['retries some', 'needs a whole number'],
    ['server s2 10.0.0.2:80 weight heavy', 'weight needs a whole number'],
    ['server s2 10.0.0.2:80 rise', 'rise needs a whole number'],
    ['acl a path_reg (', "(: '(' at character 1 is never closed"],
    ['http-request replace-path ( /x', "(: '(' at character 1 is never closed"],
    ['http-response replace-header X (.*) %[hostname]', '%[hostname]: a Worker has no environment'],
    ['retry-on conn-failure teapot', "HAProxy 2.6 has no retry-on reason 'teapot': correct it, or remove it"],
    ['errorfile 503 none.http', 'none.http cannot be read'],
    ['errorfile 503 broken.http', 'must begin with a line such as HTTP/1.0 503'],
    ['http-error content-type a/b string x', 'needs a status'],
    ['http-request return content-type a/b lf-string %[hostname]', '%[hostname]: a Worker has no environment'],
    ['http-request return status 42', 'status must be from 200 to 599'],
    ['http-request auth please', "'please' is not supported in auth"],
    ['http-request set-header X %[path,map(none.map)]', 'none.map cannot be read'],
    ['hash-type ring', 'ring: must be map-based or consistent'],
    ['server t h:80 agent-check', 'agent-check needs agent-port'],
    ['server t h:80 agent-check agent-port x', "agent-port needs a whole number (found 'x')"],
    ['server t h:80 agent-chek', "did you mean 'agent-check'?"],
    ['balance hash', 'balance hash needs a sample, such as req.hdr(x-user)'],
    ['balance hash req.hrd(x)', 'req.hrd(x): must be a sample'],
    ['balance hash status', 'status: a response cannot be balanced by: its server has been chosen'],
    ['balance hash src if', "'if': nothing may follow the sample of balance hash"],
    ['balance random(0)', 'balance random(0) is not supported'],
    ['hash-balance-factor', 'hash-balance-factor needs a number'],
    ['hash-balance-factor 100', 'hash-balance-factor must be 0, or more than 100'],
    ['hash-balance-factor -5', 'hash-balance-factor must be 0, or more than 100'],
    ['server s2 10.0.0.2:80 port http', "port needs a whole number (found 'http')"],
  ])('%s: %s', (line, message) => {
    const { diagnostics } = backendOf(line)
    expect(diagnostics.find(isRefused)).toMatchObject({
      line: 2,
      message: expect.stringContaining(message),
    })
  })

  it('takes servers with the defaults of default-server', () => {
    const { config } = translate(`
backend b
  default-server weight 5 check inter 3s
  server a 10.0.0.1:80 cookie A
  server b h.example:443 ssl weight 2 backup no-check disabled
  server c ::1:8080
`)
    expect(config.backends[0]!.check).toEqual({ type: 'tcp', inter: '3s' })
    expect(config.backends[0]!.servers).toEqual([
      { name: 'a', url: 'http://10.0.0.1:80', weight: 5, check: true, cookie: 'A' },
      { name: 'b', url: 'https://h.example:443', weight: 2, check: false, backup: true, state: 'maint' },
      { name: 'c', url: 'http://[::1]:8080', weight: 5, check: true },
    ])
  })

  it.each([
    ['hash-type map-based', { hashType: 'map-based' }],
    ['hash-type consistent djb2', { hashType: 'consistent', hashFunction: 'djb2' }],
    ['hash-type map-based wt6 avalanche', { hashType: 'map-based', hashFunction: 'wt6', hashAvalanche: true }],
    ['balance hash req.hdr(x-user),lower', { balance: 'hash req.hdr(x-user),lower' }],
    ['balance hash src', { balance: 'hash src' }],
    ['balance random()', { balance: 'random()' }],
    ['hash-balance-factor 0', {}],
    ['hash-balance-factor 150', { hashBalanceFactor: 150 }],
  ])('takes %s', (line, expected) => {
    const { backend, statuses } = backendOf(line)
    expect(backend).toMatchObject(expected)
    expect(statuses).toEqual([/random|150/.test(line) ? 'differs' : 'translated'])
  })

  it.each([
    ['agent-check agent-port 81', { port: 81 }],
    [
      String.raw`agent-port 81 agent-addr 10.0.0.9 agent-inter 500 agent-send s1\n agent-check weight 40`,
      { port: 81, addr: '10.0.0.9', inter: '500ms', send: 's1\n' },
    ],
    ['agent-check agent-port 81 no-agent-check', undefined],
    ['agent-port 81', undefined],
  ])('takes the agent of a server: %s', (words, agent) => {
    const { backend, statuses } = backendOf(`server t h:80 ${words}`)
    expect(backend.servers[0]?.agent).toEqual(agent)
    expect(statuses).toEqual([agent ? 'differs' : 'translated'])
  })

  it('takes agents with the defaults of default-server', () => {
    const { backend } = backendOf(
      'default-server agent-check agent-port 81 agent-inter 5s',
      'server t h:80',
      'server u h:81 no-agent-check',
    )
    expect(backend.servers.slice(0, 2).map(({ agent }) => agent)).toEqual([{ port: 81, inter: '5s' }, undefined])
  })

  it('takes option forwarded', () => {
    expect(backendOf('option forwarded').backend.forwarded).toBe(true)
    expect(backendOf('option forwarded for proto').backend.forwarded).toEqual(['proto', 'for'])
    expect(backendOf('option forwarded by').statuses).toEqual(['unsupported'])
    expect(backendOf('no option forwarded').statuses).toEqual(['error'])
  })

  it('takes what its servers are checked by, once where it is the same', () => {
    const { backend } = backendOf('server t 10.0.0.2:80 check inter 3s port 81', 'server u 10.0.0.3:80 check')
    expect(backend.check).toEqual({ type: 'tcp' })
    expect(backend.servers.slice(0, 2).map(({ check }) => check)).toEqual([{ inter: '3s', port: 81 }, true])
  })

  it('takes retry-on; whoever wants more than HAProxy does by itself repeats any method', () => {
    expect(backendOf('retry-on conn-failure').backend).toMatchObject({ retryOn: ['conn-failure'] })
    expect(backendOf('retry-on conn-failure').backend).not.toHaveProperty('retryMethods')
    expect(backendOf('retry-on conn-failure 503').backend).toMatchObject({
      retryOn: ['conn-failure', 503],
      retryMethods: 'all',
    })
    expect(backendOf('retry-on none').backend).toMatchObject({ retryOn: [] })
    expect(backendOf('retry-on all-retryable-errors').backend.retryOn).toEqual([
      'conn-failure',
      'empty-response',
      'junk-response',
      'response-timeout',
      500,
      502,
      503,
      504,
    ])
  })

  it('takes its own words for errors', () => {
    const { backend } = backendOf(
      'errorfile 503 503.http',
      'errorloc 502 http://sorry.example/100%',
      'http-error status 504 content-type text/plain lf-string "slow: %[path]" hdr X-A %[src]',
      'errorfile 408 /dev/null',
    )
    expect(backend.errors).toEqual({
      503: { status: 503, contentType: 'text/plain', headers: { 'X-By': '100%%' }, body: 'busy\n' },
      502: { status: 302, headers: { location: 'http://sorry.example/100%%', 'cache-control': 'no-cache' } },
      504: { contentType: 'text/plain', bodyTemplate: 'slow: %[path]', headers: { 'X-A': '%[src]' } },
    })
    expect(
      validateConfig(translate('backend b\nerrorfile 503 503.http\nserver s h:80\n').config, 'serve').issues,
    ).toEqual([])
  })

  it('says on which line stands what only the whole shows', () => {
    const { config, lineOf } = translate(
      'frontend f\n bind :80\n use_backend nope if { path /x }\n default_backend b\nbackend b\n retries 99\n cookie a;b insert\n server s h:80\n server s h:81\n server t h:82 cookie a|b\n',
    )
    const issues = validateConfig(config, 'serve').issues
    expect(issues.map(({ keys, path }) => [path, `${lineOf(keys)?.file}:${lineOf(keys)?.line}`])).toEqual([
      ['backends[0].cookie.name', 'x.cfg:7'],
      ['backends[0].retries', 'x.cfg:6'],
      ['backends[0].servers[1].name', 'x.cfg:9'],
      ['backends[0].servers[2].cookie', 'x.cfg:10'],
      ['frontends[0].rules[0].do.useBackend', 'x.cfg:3'],
    ])
  })

  it('takes both forms of httpchk', () => {
    const old = backendOf('option httpchk GET /h HTTP/1.1\\r\\nHost:\\ x.example', 'server t 10.0.0.2:80 check')
    const now = backendOf(
      'option httpchk',
      'http-check send meth GET uri /h ver HTTP/1.1 hdr Host x.example',
      'http-check expect status 200-299',
      'server t 10.0.0.2:80 check',
    )
    const check = { method: 'GET', uri: '/h', version: '1.1', host: 'x.example' }
    expect(old.backend.check).toEqual(check)
    expect(now.backend.check).toEqual({ ...check, expectStatus: '200-299' })
  })

  it('takes the language of checks', () => {
    const { backend, statuses } = backendOf(
      'option httpchk',
      'http-check connect port 81',
      'http-check send meth POST uri /a ver HTTP/1.1 hdr Host x hdr X-A 1 body ping',
      'http-check expect ! rstatus ^5',
      'http-check expect hdr name -m beg x- value -m sub yes',
      'http-check connect',
      'http-check send uri /b',
      'http-check expect fhdr name x-a value "a, b"',
      'http-check expect comment "alive" string "pong pong"',
      'http-check disable-on-404',
      'http-check send-state',
      'http-check comment "the end"',
      'server t 10.0.0.2:80 check',
    )
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set(['translated']))
    expect(backend.check).toEqual({
      port: 81,
      disableOn404: true,
      sendState: true,
      steps: [
        {
          method: 'POST',
          uri: '/a',
          version: '1.1',
          host: 'x',
          headers: { 'X-A': '1' },
          body: 'ping',
          expect: [
            { rstatus: '^5', not: true },
            { hdr: { name: 'x-', nameMatch: 'beg', value: 'yes', valueMatch: 'sub' } },
          ],
        },
        {
          uri: '/b',
          expect: [{ hdr: { name: 'x-a', value: 'a, b', full: true } }, { string: 'pong pong' }],
        },
      ],
    })
  })

  it.each([
    ['http-check expect status many', 'many: must be a status'],
    ['http-check expect hdr name x value -m reg (?>a)', "(?>a): '(?>' at character 1 is an atomic group"],
    ['http-check expect rstring (', "(: '(' at character 1 is never closed"],
    ['http-check expect on-error x', 'expect on-error is not supported'],
    ['http-check expect cookie x', "HAProxy 2.6 has no http-check expect keyword 'cookie'"],
    ['http-check expect hdr value x', 'hdr needs a name'],
    ['http-check connect ssl', 'http-check connect ssl is not supported'],
    ['http-check set-var(check.x) int(1)', 'is not supported'],
    ['http-check send uri-lf /%[x]', 'send uri-lf is not supported'],
  ])('%s: %s', (line, message) => {
    const { diagnostics } = backendOf('option httpchk', line)
    expect(diagnostics.find(isRefused)).toMatchObject({
      line: 3,
      message: expect.stringContaining(message),
    })
  })

  it('takes how live traffic is judged, and whose health is shared', () => {
    const { config } = translate(
      'backend b\nserver s h:80 check observe layer7 error-limit 5 on-error mark-down slowstart 30s\nserver t h:81 track s\nserver u h:82 track b/s\n',
    )
    expect(config.backends[0]!.servers).toMatchObject([
      { observe: 'layer7', errorLimit: 5, onError: 'mark-down', slowstart: '30s' },
      { track: 'b/s' },
      { track: 'b/s' },
    ])
    expect(validateConfig(config, 'serve').issues).toEqual([])
  })

  it.each([
    ['chek', "unknown server option 'chek'; did you mean 'check'?"],
    ['no-bakup', "unknown server option 'no-bakup'; did you mean 'no-backup'?"],
    ['resolver dns', "unknown server option 'resolver'; did you mean 'resolvers'?"],
    ['x', "HAProxy 2.6 has no server option 'x': correct it, or remove it"],
    ['observe layer9', "observe needs one of: layer4, layer7 (found 'layer9')"],
    ['on-marked-down kill', "on-marked-down needs shutdown-sessions (found 'kill')"],
    ['slowstart', 'slowstart needs a time such as 2s'],
    ['cookie', 'cookie needs a value'],
  ])('a typing error in a server line is an error, which nothing leaves out: %s', (words, message) => {
    const { diagnostics } = backendOf(`server t h:81 ${words}`)
    expect(diagnostics.filter(isRefused)).toMatchObject([{ line: 2, status: 'error', message }])
    expect(backendOf(`default-server ${words}`).diagnostics.filter(isRefused)).toMatchObject([
      { line: 2, status: 'error', message },
    ])
  })

  it('balance alone is roundrobin, as marathon-lb writes it', () => {
    const { config, diagnostics } = translate(
      'defaults\n mode http\n balance source\nbackend b\n balance\n server s h:1\n',
    )
    expect(diagnostics.filter(isRefused)).toEqual([])
    expect(config.backends[0]!.balance).toBe('roundrobin')
  })

  it.each(['resolvers dns', 'resolve-prefer ipv4', 'init-addr last,libc,none'])(
    "how a server's name is resolved is the platform's: %s",
    (words) => {
      const { diagnostics } = backendOf(`server t h:81 ${words}`)
      expect(diagnostics.filter(isRefused)).toEqual([])
    },
  )

  it.each([
    [
      'acl a ssl_c_s_dn(cn) a',
      "'ssl_c_s_dn(cn)': a rule does not see certificates: verify required on the bind line refuses clients without one",
    ],
    ['acl a src localhost', "'localhost': write an address or a network such as 10.0.0.0/8"],
  ])('what HAProxy has and Limpet has not is not called unknown: %s', (line, message) => {
    expect(backendOf(line).diagnostics.filter(isRefused)).toMatchObject([{ status: 'unsupported', message }])
  })

  it.each([
    ['balance rundrobin', "unknown balance algorithm 'rundrobin'; did you mean 'roundrobin'?"],
    ['retry-on con-failure', "unknown retry-on reason 'con-failure'; did you mean 'conn-failure'?"],
    ['timeout conect 5s', "unknown timeout 'conect'; did you mean 'connect'?"],
    ['timeout connect soon', 'timeout connect needs a time such as 2s'],
    ['hash-type consistant', 'consistant: must be map-based or consistent'],
    ['retries three', 'needs a whole number'],
    ['http-check sent uri /', "unknown http-check rule 'sent'; did you mean 'send'?"],
    ['http-check send methd GET', "unknown http-check send option 'methd'; did you mean 'meth'?"],
    ['http-check expect statos 200', "unknown http-check expect keyword 'statos'; did you mean 'status'?"],
  ])('a typing error is an error, which nothing leaves out: %s', (line, message) => {
    expect(backendOf(line).diagnostics.filter(isRefused)).toMatchObject([{ line: 2, status: 'error', message }])
  })

  it.each([['source 10.0.0.1 usesrc client', "'source' is not supported"]])(
    "a server's words that HAProxy 2.6 knows and Limpet does not have can be left out: %s",
    (words, message) => {
      const { diagnostics } = backendOf(`server t h:81 ${words}`)
      expect(diagnostics.filter(isRefused)).toMatchObject([{ line: 2, status: 'unsupported', message }])
    },
  )

  it('what default-server says is told there, and not of each server', () => {
    const { diagnostics } = backendOf('default-server send-proxy check', 'server t h:81', 'server u h:82')
    expect(diagnostics.filter(isRefused)).toMatchObject([{ line: 2, status: 'unsupported' }])
  })

  it('a later word takes back an earlier one', () => {
    const { backend } = backendOf(
      'default-server backup disabled non-stick maxconn 5 ssl',
      'server t h:81 no-backup enabled stick maxconn 0 no-ssl no-check',
    )
    expect(backend.servers[0]).toEqual({ name: 't', url: 'http://h:81', check: false })
  })

  it('takes persistence rules', () => {
    const { backend, statuses } = backendOf(
      'option persist',
      'force-persist if { path /f }',
      'ignore-persist unless { path /i }',
      'use-server s1 if { path /u }',
    )
    expect(new Set(statuses)).toEqual(new Set(['translated']))
    expect(backend).toMatchObject({
      persist: true,
      persistRules: [{ do: 'force' }, { if: { not: {} }, do: 'ignore' }],
      useServer: [{ server: 's1' }],
    })
  })
})

describe('hostile files', () => {
  it('never throw, whatever the bytes', () => {
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    const words =
      'backend frontend listen defaults global server cookie acl if unless { } ! !! or "a \'b \\ # $X ${ %[src] %[ bind :80 10.0.0.1:80 check balance uri option httpchk -i -f -m constructor __proto__ toString 1 timeout inter http-request set-header redirect scheme from use_backend'.split(
        ' ',
      )
    for (let file = 0; file < 400; file++) {
      const text = Array.from({ length: 30 }, () =>
        Array.from({ length: random(7) }, () => words[random(words.length)]).join(' '),
      ).join('\n')
      const { config } = translate(text)
      expect(Array.isArray(validateConfig(config, 'serve').issues)).toBe(true)
    }
  })

  it.each([
    ['one line', 'a '.repeat(500_000)],
    ['quotes', '"'.repeat(1_000_001)],
    ['backslashes', '\\'.repeat(1_000_000)],
    ['dollars', `"${'$'.repeat(999_998)}"`],
    ['lines', 'x\n'.repeat(500_000)],
    ['a long condition', `frontend f\nuse_backend b if ${'!'.repeat(500_000)}`],
  ])('of a megabyte are read in a second or two, where quadratic reading would take minutes: %s', (_, text) => {
    const startedMs = performance.now()
    const ports = { env: {}, text: () => undefined, hash64 }
    expect(translateHaproxy([{ file: 'x.cfg', text }], ports).diagnostics.length).toBeGreaterThan(0)
    expect(performance.now() - startedMs).toBeLessThan(15_000)
  })
})

describe('the operator’s window', () => {
  it('stats sockets are opened by limpet serve, at HAProxy’s levels', () => {
    const { statsSockets, diagnostics } = translate(
      'global\nstats socket unix@./a.sock level admin mode 660\nstats socket /run/b.sock mode 666 group www\nstats socket ipv4@127.0.0.1:9998-9999\nstats socket :9000,abns@x level user\nstats timeout 30s\nbackend b\nserver s 10.0.0.1:80\n',
    )
    expect(statsSockets).toEqual([
      { bind: 'unix@./a.sock mode 660', level: 'admin' },
      { bind: 'unix@/run/b.sock mode 600', level: 'operator' },
      { bind: '127.0.0.1:9998', level: 'operator' },
      { bind: '127.0.0.1:9999', level: 'operator' },
      { bind: ':9000', level: 'user' },
      { bind: 'abns@x', level: 'user' },
    ])
    expect(diagnostics.slice(1, 6).map(({ status }) => status)).toEqual([
      ...Array.from({ length: 4 }, () => 'differs'),
      'platform',
    ])
    expect(diagnostics[3]!.message).toContain('limpet serve opens it')
    expect(diagnostics[4]!.message).toBe('everybody who reaches :9000 may use commands of level user: bind 127.0.0.1')
  })

  it('a listen section without servers is its statistics page', () => {
    const { config, diagnostics } = translate(
      'frontend www\nbind :80\ndefault_backend b\nbackend b\nserver s 10.0.0.1:80\nlisten stats\nbind :8404\nstats enable\nstats uri /s\nstats realm Our numbers\nstats auth ann:p:w\nstats refresh 10s\nstats admin if LOCALHOST\nstats hide-version\n',
    )
    expect(config.frontends?.[1]).toEqual({
      name: 'stats',
      id: 4,
      bind: [':8404'],
      stats: {
        uri: '/s',
        realm: 'Our numbers',
        accounts: [{ name: 'ann', password: 'p:w' }],
        refresh: '10s',
        admin: { src: ['127.0.0.0/8', '::1'] },
      },
    })
    expect(config.backends).toHaveLength(1)
    expect(diagnostics.at(-2)).toMatchObject({ status: 'translated' })
    expect(validateConfig(config, 'serve').issues).toEqual([])
  })

  it('a statistics page without a password is open under serve, and said to differ', () => {
    const { config, diagnostics } = translate(
      [
        'defaults',
        'stats auth ann:secret',
        'frontend open',
        'bind :80',
        'stats uri /s',
        'redirect location /x if { path /y }',
        'default_backend b',
        'frontend closed',
        'bind :81',
        'default_backend b',
        'backend b',
        'stats http-request auth realm Ops unless LOCALHOST',
        'stats http-request allow',
        'stats scope .',
        'stats scope open',
        'server s 10.0.0.1:80',
        '',
      ].join('\n'),
    )
    const [open, closed] = config.frontends!
    // As HAProxy: a section with a line of its own takes none from its defaults.
    expect(open!.stats).toEqual({ uri: '/s', open: true })
    expect(closed!.stats).toEqual({ accounts: [{ name: 'ann', password: 'secret' }] })
    expect(config.backends[0]!.stats).toEqual({
      rules: [{ if: { not: { src: ['127.0.0.0/8', '::1'] } }, do: 'auth', realm: 'Ops' }, { do: 'allow' }],
      scope: ['b', 'open'],
    })
    const told = diagnostics.filter(({ status, text }) => status !== 'translated' && text.startsWith('stats'))
    expect(told).toEqual([
      expect.objectContaining({ line: 5, status: 'differs', message: expect.stringContaining('without stats auth') }),
    ])
    expect(validateConfig(config, 'serve').issues).toEqual([])
    expect(validateConfig(config, 'cloudflare').issues).toContainEqual(
      expect.objectContaining({ level: 'warning', path: expect.stringContaining('stats.open') }),
    )
  })

  it.each([
    ['stats auth ann', 'error', 'needs NAME:PASSWORD'],
    ['stats auth ann:', 'error', 'needs NAME:PASSWORD'],
    ['stats admin', 'error', 'needs if or unless'],
    ['stats admin if nobody', 'error', "there is no acl 'nobody'"],
    ['stats http-request reject', 'error', 'there are allow, deny and auth'],
    ['stats http-request deny if nobody', 'error', "there is no acl 'nobody'"],
    ['stats nonsense', 'error', "HAProxy 2.6 has no stats option 'nonsense'"],
  ])('%s is refused', (line, status, message) => {
    const { diagnostics } = translate(`frontend f\nbind :80\n${line}\n`)
    expect(diagnostics.at(-1)).toMatchObject({ status, message: expect.stringContaining(message) })
  })

  it('maxconn, queues and sessions of a server', () => {
    const { config } = translate(
      'defaults\nmaxconn 2000\ntimeout queue 9s\nlisten a\nmode http\nbind :80\nserver s 10.0.0.1:80 maxconn 20 maxqueue 5 on-marked-down shutdown-sessions\nserver t 10.0.0.2:80 maxconn 0 maxqueue 5 minconn 3 backup on-marked-up shutdown-backup-sessions\n',
    )
    expect(config.frontends?.[0]).toMatchObject({ maxconn: 2000 })
    expect(config.backends[0]).toMatchObject({
      timeouts: { queue: '9s' },
      servers: [
        { maxconn: 20, maxqueue: 5, onMarkedDown: 'shutdown-sessions' },
        { onMarkedUp: 'shutdown-backup-sessions' },
      ],
    })
    expect(config.backends[0]!.servers[1]).not.toHaveProperty('maxqueue')
  })
})

describe('log lines', () => {
  const LISTEN = 'listen l\nmode http\nbind :80\nserver s1 10.0.0.1:80\n'
  const logOf = (text: string) => {
    const { log, logTo, frontends } = translate(text).config
    return { log, logTo, silent: frontends!.filter((each) => each.log === false).map(({ name }) => name) }
  }
  const DEV_LOG = { syslog: '/dev/log', facility: 'local0', level: 'debug', format: 'local', tag: 'haproxy' }

  it.each([
    ['no line', LISTEN],
    ['a form and no line', `defaults\noption httplog\n${LISTEN}`],
    ['a place that no section names', `global\nlog /dev/log local0\ndefaults\noption httplog\n${LISTEN}`],
    ['a name for a place that is not there', `defaults\nlog global\n${LISTEN}`],
    ['a line that is taken back', `global\nlog /dev/log local0\ndefaults\nlog global\n${LISTEN}no log\n`],
  ])('log nothing with %s', (_, text) => {
    expect(logOf(text)).toEqual({ log: 'off', logTo: undefined, silent: [] })
  })

  it("are Debian's: to syslog, requests at level info, changes of servers at notice, too", () => {
    const text = `global\nlog /dev/log local0\nlog /dev/log local1 notice\ndefaults\nlog global\noption httplog\n${LISTEN}`
    const notices = { ...DEV_LOG, facility: 'local1', level: 'notice' }
    expect(logOf(text)).toEqual({ log: 'httplog', logTo: [DEV_LOG, notices], silent: [] })
  })

  it.each([
    ['stdout format raw local0', 'stdout'],
    ['stderr format raw daemon', 'stderr'],
    ['fd@1 local0', 'stdout'],
    ['127.0.0.1:5140 local7 info', { ...DEV_LOG, syslog: '127.0.0.1:5140', facility: 'local7', level: 'info' }],
    ['127.0.0.1 local0', { ...DEV_LOG, syslog: '127.0.0.1:514' }],
    [
      'udp@logs.internal:514 len 4096 format rfc5424 local0',
      { ...DEV_LOG, syslog: 'logs.internal:514', format: 'rfc5424', maxBytes: 4096 },
    ],
    ['unix@/run/log.sock local0', { ...DEV_LOG, syslog: '/run/log.sock' }],
  ])('log %s', (line, target) => {
    expect(logOf(`defaults\nlog ${line}\n${LISTEN}`)).toEqual({ log: 'json', logTo: [target], silent: [] })
    expect(validateConfig(translate(`defaults\nlog ${line}\n${LISTEN}`).config, 'serve').issues).toEqual([])
  })

  it('are of their own section', () => {
    const text = `listen a\nlog stdout local0\nbind :80\nserver s h:80\nlisten b\nbind :81\nserver s h:80\n`
    expect(logOf(text)).toEqual({ log: 'json', logTo: ['stdout'], silent: ['b'] })
  })

  it('have the tag of the global section', () => {
    expect(logOf(`global\nlog-tag edge\nlog /dev/log local0\ndefaults\nlog global\n${LISTEN}`).logTo).toEqual([
      { ...DEV_LOG, tag: 'edge' },
    ])
  })

  it.each([
    ['log 127.0.0.1 here', 'error', "'here' is not a facility: kern user"],
    ['log 127.0.0.1 local0 loud', 'error', "'loud' is not a level: emerg alert"],
    ['log ring@buffer local0', 'unsupported', 'ring@buffer: lines can go to HOST:PORT'],
    ['log 127.0.0.1 format timed local0', 'unsupported', 'format timed: there are local'],
  ])('%s', (line, status, message) => {
    const { diagnostics } = translate(`defaults\n${line}\n${LISTEN}`)
    expect(diagnostics[1]).toMatchObject({ status, message: expect.stringContaining(message) })
  })
})

describe('captures', () => {
  it('are the frontend’s, in the order of the file', () => {
    const { frontend, diagnostics } = frontendOf(
      'bind :80',
      'option httplog',
      'capture cookie JSESS len 20',
      'capture request header Host len 15',
      'http-request capture req.hdr(x-a),lower len 6 if { path /x }',
      'declare capture request len 9',
      'declare capture response len 3',
      'http-response capture res.hdr(x) id 0',
      'capture response header Server len 10',
      'default_backend b',
    )
    expect(frontend.captures).toEqual({
      cookie: { name: 'JSESS', len: 20 },
      request: [{ sample: 'req.fhdr(Host)', len: 15 }, { len: 6 }, { len: 9 }],
      response: [{ len: 3 }, { sample: 'res.fhdr(Server)', len: 10 }],
    })
    expect(frontend.rules).toEqual([
      {
        if: { sample: 'path', match: 'str', values: ['/x'] },
        do: { capture: { sample: 'req.hdr(x-a),lower', slot: 1 } },
      },
    ])
    expect(frontend.responseRules).toEqual([{ do: { capture: { sample: 'res.hdr(x)', slot: 0 } } }])
    expect(diagnostics.filter(({ status }) => status === 'unsupported')).toEqual([])
  })

  it.each([
    ['unsupported', 'capture request header Host len 0'],
    ['error', 'http-request capture res.hdr(x) len 3'],
    ['error', 'http-request capture req.hdr(x)'],
    ['error', 'http-request capture req.hdr(x) len 3 x'],
    ['error', 'http-response capture res.hdr(x) len 3'],
    ['error', 'tcp-request content capture req.hdr(x) id 0'],
    ['error', 'declare capture request len 0'],
    ['error', 'declare capture both len 3'],
    ['error', 'declare capture request len 3 x'],
  ])('%s: %s', (status, line) => {
    expect(frontendOf(line).diagnostics.find(({ text }) => text === line)?.status).toBe(status)
  })

  it('of a backend are kept in slots of its frontends: it has none', () => {
    const { config, diagnostics } = translate(
      'backend b\nhttp-request capture url id 3\nhttp-request capture url len 3',
    )
    expect(config.backends[0]!.rules).toEqual([{ do: { capture: { sample: 'url', slot: 3 } } }])
    expect(diagnostics[2]).toMatchObject({ status: 'error', message: expect.stringContaining('by id SLOT') })
  })
})
