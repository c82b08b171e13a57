// Files of HAProxy 1.3 to 1.8: what 2.6 refuses of them means here what it meant. That 2.6 refuses each line was asked of it
// (test/applications/haproxy-lines.test.ts).

import { describe, expect, it } from 'vitest'

import { OLD_LINES } from '../../../test/haproxy-lines/old.ts'
import { validateConfig } from '../validate.ts'
import { translateHaproxy } from './translate.ts'

const PORTS = { env: {}, hash64: () => 0n, text: () => undefined }

/** What becomes of a line between a bind and a server, with a way to `other`. */
function inListen(line: string, head = 'listen app\n bind :81') {
  const text = `defaults\n mode http\n${head}\n ${line}\n server s h:80\nbackend other\n server t h:81\n`
  const { config, diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], PORTS)
  const at = 3 + head.split('\n').length
  const { status, message = '' } = diagnostics.find((each) => each.line === at)!
  const errors = validateConfig(config, 'serve').issues.filter(({ level }) => level === 'error')
  return { status, message, errors, frontend: config.frontends![0]!, backend: config.backends[0]! }
}

describe.each(OLD_LINES)('%s: %s', (section, line) => {
  it('is translated, and says that HAProxy 2.6 refuses it', () => {
    const text = section === 'global' ? `global\n${line}\n` : `defaults d\n mode http\n${section} x\n ${line}\n`
    const { diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], PORTS)
    expect(diagnostics.at(-1)).toMatchObject({
      status: 'differs',
      message: expect.stringContaining('HAProxy 2.6 refuses'),
    })
  })
})

describe('old names', () => {
  it.each([
    ['contimeout 5000', { connect: '5000ms' }, 'write timeout connect'],
    ['srvtimeout 50s', { server: '50s' }, 'write timeout server'],
    ['clitimeout 50s', undefined, 'write timeout client'],
  ])('%s', (line, timeouts, said) => {
    const { status, message, backend, errors } = inListen(line)
    expect({ status, errors, timeouts: backend.timeouts }).toEqual({ status: 'differs', errors: [], timeouts })
    expect(message).toContain(said)
  })

  it.each(['contimeout', 'contimeout soon', 'clitimeout 5s 5s', 'monitor-net', 'monitor-net x', 'redispatch x y'])(
    'with a wrong value are errors: %s',
    (line) => expect(['error', 'unsupported']).toContain(inListen(line).status),
  )

  it('redispatch', () => expect(inListen('redispatch').backend.redispatch).toBe(-1))

  it('block', () => {
    const { status, message, frontend } = inListen('block if { path /x }')
    expect({ status, rules: frontend.rules }).toMatchObject({
      status: 'differs',
      rules: [{ if: { sample: 'path', values: ['/x'] }, do: { deny: { status: 403 } } }],
    })
    expect(message).toContain('write http-request deny')
  })

  it('monitor-net answers before anything is refused', () => {
    const { frontend, errors } = inListen('block if TRUE\n monitor-net 10.0.0.0/8')
    expect(errors).toEqual([])
    expect(frontend.rules).toMatchObject([
      { if: { src: ['10.0.0.0/8'] }, do: { return: { status: 200 } } },
      { do: { deny: { status: 403 } } },
    ])
  })
})

describe('an address behind a name', () => {
  it.each([
    ['listen app :81', [':81']],
    ['listen app 10.0.0.1:80-82', ['10.0.0.1:80', '10.0.0.1:81', '10.0.0.1:82']],
    ['frontend app *:80,:8080', ['*:80', ':8080']],
  ])('%s', (head, bind) => {
    const text = `defaults\n mode http\n${head}\n http-request return status 200\n`
    const { config, diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], PORTS)
    expect(config.frontends![0]!.bind).toEqual(bind)
    const where = head.split(' ')[2]
    expect(diagnostics[2]).toMatchObject({
      status: 'differs',
      message: `HAProxy 2.6 refuses an address here: write bind ${where}`,
    })
  })

  it.each(['backend app :81', 'listen app 81', 'listen app :81 zzz', 'frontend app form x'])(
    '%s is an error',
    (head) => {
      const { diagnostics } = translateHaproxy([{ file: 'x.cfg', text: `defaults\n mode http\n${head}\n` }], PORTS)
      expect(diagnostics[2]).toMatchObject({ status: 'error' })
    },
  )

  it('may have variables', () => {
    const text = 'defaults\n mode http\nlisten app 127.0.0.1:$PORT\n server s h:80\n'
    const { config } = translateHaproxy([{ file: 'x.cfg', text }], { ...PORTS, env: { PORT: '81' } })
    expect(config.frontends![0]!.bind).toEqual(['127.0.0.1:81'])
  })
})

describe('expressions about lines become rules', () => {
  it.each([
    // Requests.
    [
      String.raw`reqrep ^([^\ :]*)\ /old/(.*) \1\ /new/\2`,
      { do: { replacePathq: { match: '^/old/(.*)', with: String.raw`/new/\1` } } },
      String.raw`write http-request replace-uri ^/old/(.*) /new/\1`,
    ],
    [
      String.raw`reqirep ^([^\ ]*)\ /a[/]?(.*) \1\ /\2 if { hdr(host) x }`,
      {
        if: { sample: 'hdr(host)', values: ['x'] },
        do: { replacePathq: { match: '(?i)^/a[/]?(.*)', with: String.raw`/\1` } },
      },
      'if { hdr(host) x }',
    ],
    [
      String.raw`reqrep ^([^\ ]*)\ /a/([^\ ]*)\ (.*) \1\ /b/\2%20\ \3`,
      { do: { replacePathq: { match: '^/a/([^ ]*)$', with: String.raw`/b/\1%%20` } } },
      'replace-uri',
    ],
    [
      String.raw`reqrep ^([^\ :]*)\ /a/([^/]*)/(.*) \1\ /\2/b/\3`,
      { do: { replacePathq: { match: '^/a/([^/]*)/(.*)', with: String.raw`/\1/b/\2` } } },
      'replace-uri',
    ],
    [
      String.raw`reqirep ^Host:\ (.*)\.old\.example Host:\ \1.new.example`,
      {
        do: {
          replaceHeader: { name: 'Host', match: String.raw`(?i)^(.*)\.old\.example`, with: String.raw`\1.new.example` },
        },
      },
      'http-request replace-header Host',
    ],
    [
      String.raw`reqrep ^X-A:.* X-A:\ 100%`,
      { do: { replaceHeader: { name: 'X-A', match: '^.*', with: '100%%' } } },
      'replace-header X-A',
    ],
    ['reqidel ^X-Forwarded-For:', { do: { delHeader: 'X-Forwarded-For' } }, 'http-request del-header X-Forwarded-For'],
    [String.raw`reqdel ^X-A:\ .*`, { do: { delHeader: 'X-A' } }, 'del-header X-A'],
    [
      String.raw`reqideny ^User-Agent:.*BadBot`,
      {
        if: { sample: 'req.fhdr(User-Agent)', match: 'reg', values: ['BadBot'], ignoreCase: true },
        do: { deny: { status: 403 } },
      },
      'http-request deny if { req.fhdr(User-Agent) -m reg -i .*BadBot }',
    ],
    [
      String.raw`reqdeny ^Cookie:\ bad=1$`,
      {
        if: { sample: 'req.fhdr(Cookie)', match: 'reg', values: ['(?:^|, ?)(?:bad=1(?:$|, ?))'] },
        do: { deny: { status: 403 } },
      },
      'http-request deny if',
    ],
    [
      String.raw`reqideny ^[^\ :]*\ /admin`,
      { if: { sample: 'pathq', match: 'reg', values: ['^/admin'], ignoreCase: true }, do: { deny: { status: 403 } } },
      'http-request deny if { url -m reg -i ^/admin }',
    ],
    [
      String.raw`reqtarpit ^(GET|POST)\ .*cmd\.exe unless { src 10.0.0.1 }`,
      {
        if: {
          all: [
            { all: [{ method: ['GET', 'POST'] }, { sample: 'pathq', match: 'reg', values: [String.raw`cmd\.exe`] }] },
            { not: { sample: 'src' } },
          ],
        },
        do: { deny: { status: 500 } },
      },
      'http-request tarpit if { method GET POST } { url -m reg cmd\\.exe } unless { src 10.0.0.1 }',
    ],
    [
      String.raw`reqisetbe ^Host:\ static other`,
      {
        if: { sample: 'req.fhdr(Host)', match: 'reg', values: ['(?:^|, ?)(?:static)'], ignoreCase: true },
        do: { useBackend: 'other' },
      },
      'use_backend other if { req.fhdr(Host) -m reg -i static }',
    ],
  ])('%s', (line, rule, said) => {
    const { status, message, errors, frontend } = inListen(line)
    expect({ status, errors }).toEqual({ status: 'differs', errors: [] })
    expect(message).toContain(`HAProxy 2.6 refuses this word: write `)
    expect(message).toContain(said)
    expect(frontend.rules).toMatchObject([rule])
  })

  it.each([
    ['rspidel ^Server:', { do: { delHeader: 'Server' } }],
    [
      String.raw`rspirep ^Location:\ http://(.*) Location:\ https://\1`,
      { do: { replaceHeader: { name: 'Location', match: '(?i)^http://(.*)', with: String.raw`https://\1` } } },
    ],
    ['rspideny ^X-Secret:', { if: { sample: 'res.fhdr(X-Secret)', match: 'found' }, do: { deny: { status: 502 } } }],
    [String.raw`rspadd X-B:\ c`, { do: { addHeader: { name: 'X-B', value: 'c' } } }],
  ])('of responses: %s', (line, rule) => {
    const { status, errors, frontend } = inListen(line)
    expect({ status, errors, rules: frontend.responseRules }).toMatchObject({
      status: 'differs',
      errors: [],
      rules: [rule],
    })
  })

  it('in the order that HAProxy has them in, wherever they stand', () => {
    const { frontend } = inListen(
      String.raw`use_backend other if { path /u }
 reqadd X-A:\ b
 reqidel ^X-A:
 redirect location /r if { path /r }
 reqisetbe ^Host:\ s other
 http-request set-header X-C d`,
    )
    expect(frontend.rules).toMatchObject([
      { do: { setHeader: { name: 'X-C' } } },
      { do: { delHeader: 'X-A' } },
      { do: { addHeader: { name: 'X-A' } } },
      { do: { redirect: {} } },
      { if: { sample: 'req.fhdr(Host)' }, do: { useBackend: 'other' } },
      { if: { sample: 'path' }, do: { useBackend: 'other' } },
    ])
  })
})

describe('what an expression about lines restricts, and cannot be said of one header or the target, stops the start', () => {
  it.each([
    // Any line may match.
    'reqideny cmd',
    'reqdeny .*',
    String.raw`reqideny ^Host:\ a|/admin`,
    String.raw`reqideny ^(Host|X-A):\ a`,
    // No header without a blank behind its colon matches.
    'reqideny ^Host:www',
    // Of the request line more than the target.
    String.raw`reqdeny ^[^\ ]*\ /a$`,
    String.raw`reqdeny ^GET\ .*HTTP/1\.0`,
    String.raw`reqdeny ^GET|POST\ /a`,
    String.raw`reqdel ^X-A:\ b`,
    String.raw`reqdel ^GET\ /`,
    // The rest of the line would be lost, or the method.
    String.raw`reqrep ^([^\ ]*)\ /a \1\ /b`,
    String.raw`reqrep ^([^\ ]*)\ /a(.*) GET\ /b\2`,
    String.raw`reqrep ^[^\ ]*\ /a(.*) GET\ /b\1`,
    String.raw`reqrep ^([^\ ]*)\ /a(.*) \1\ http://x/\2`,
    String.raw`reqrep ^Host:\ a X-Host:\ a`,
    'reqiallow ^Host:',
    'reqpass ^Host:',
    'reqdeny',
    'reqdeny (',
    'reqdeny ^Host: b',
    'reqideny ^X-A: if nobody',
    'reqideny ^X-A: if { fc_rtt gt 3 }',
    'rspideny secret',
    String.raw`rspdeny ^HTTP/1.1\ 500`,
    'block if nobody',
  ])('%s', (line) => {
    expect(inListen(line)).toMatchObject({ status: 'error', frontend: { name: 'app' } })
    expect(inListen(line).frontend.rules ?? []).toEqual([])
  })

  it('names what to write', () => {
    expect(inListen('reqideny cmd').message).toContain('write the same as http-request deny if …')
    expect(inListen('reqiallow ^Host:').message).toContain('write their condition into these')
  })
})

describe('appsession', () => {
  it.each([
    ['', 'match', 'url_param(JSESSIONID,;)'],
    [' request-learn', 'on', 'url_param(JSESSIONID,;)'],
    [' mode query-string', 'match', 'url_param(JSESSIONID)'],
    [' mode path-parameters request-learn', 'on', 'url_param(JSESSIONID,;)'],
  ])('is a table of what servers issue: %s', (options, verb, parameter) => {
    const { status, errors, backend, message } = inListen(`appsession JSESSIONID len 52 timeout 3h${options}`)
    expect({ status, errors }).toEqual({ status: 'differs', errors: [] })
    expect(backend).toMatchObject({
      stickTable: { type: 'string', len: 52, size: '200k', expire: '3h' },
      stick: [{ storeResponse: 'res.cook(JSESSIONID)' }, { [verb]: 'req.cook(JSESSIONID)' }, { [verb]: parameter }],
    })
    expect(message).toContain('write stick-table type string len 52 size 200k expire 3h')
  })

  it.each([
    'appsession',
    'appsession A',
    'appsession A len 3',
    'appsession A len x timeout 3s',
    'appsession A len 3 timeout 3s prefix',
    'appsession A len 3 timeout 3s zz',
    'stick-table type ip size 1k\n appsession A len 3 timeout 3s',
  ])('is an error: %j', (line) => {
    const head = line.includes('\n') ? `listen app\n bind :81\n ${line.split('\n ')[0]}` : undefined
    expect(inListen(line.split('\n ').at(-1)!, head).status).toBe('error')
  })
})
