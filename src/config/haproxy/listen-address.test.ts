// Each text was put to `haproxy -c`: test/applications/haproxy-lines.test.ts asks it again.

import { describe, expect, it } from 'vitest'

import { validateConfig } from '../validate.ts'
import { translateHaproxy } from './translate.ts'

const FILES: Readonly<Record<string, string>> = {
  list: '# none\nb.pem a.example\n\nc.pem\n',
  strict: 'a.pem [alpn h2]\n',
}
const DIRECTORIES: Readonly<Record<string, readonly string[]>> = {
  one: ['site.pem', 'site.pem.key', '.hidden', 'site.pem.ocsp'],
  two: ['z.pem', 'a.pem'],
  none: ['README.key'],
}

/** What becomes of `bind …`, and what it listens on. */
function bindOf(words: string, before = '') {
  const { config, diagnostics } = translateHaproxy(
    [{ file: 'x.cfg', text: `${before}frontend f\nmode http\nbind ${words}\nhttp-request return status 200\n` }],
    {
      env: {},
      hash64: () => 0n,
      text: (file) => FILES[file],
      namesIn: (directory) => DIRECTORIES[directory.replace(/\/$/, '')],
    },
  )
  const { status, message = '' } = diagnostics.at(-2)!
  const issues = validateConfig(config, 'serve').issues.filter(({ level }) => level === 'error')
  return { status, message, bind: config.frontends![0]!.bind, issues }
}

describe('addresses to listen on', () => {
  it.each([
    [':8000-8002', [':8000', ':8001', ':8002']],
    ['127.0.0.1:82,127.0.0.2:82', ['127.0.0.1:82', '127.0.0.2:82']],
    ['*:8000-8001,:9000,', ['*:8000', '*:8001', ':9000']],
    [':::8001', ['[::]:8001']],
    ['::1:8002', ['[::1]:8002']],
    ['2001:db8::1:80', ['[2001:db8::1]:80']],
    ['[::1]:83', ['[::1]:83']],
    ['ipv6@:91', ['[::]:91']],
    ['ipv6@::1:91', ['[::1]:91']],
    ['ipv4@:92', ['0.0.0.0:92']],
    ['tcp4@127.0.0.1:93', ['127.0.0.1:93']],
    ['stream+ipv4@*:99', ['0.0.0.0:99']],
    ['localhost:94', ['localhost:94']],
  ])('%s', (text, bind) => {
    expect(bindOf(text)).toMatchObject({ status: 'translated', bind, issues: [] })
  })

  it.each([
    ['/run/x.sock', ['unix@/run/x.sock']],
    ['unix@rel.sock mode 660', ['unix@rel.sock mode 660']],
    ['uxst@/run/a,/run/b mode 0600', ['unix@/run/a mode 0600', 'unix@/run/b mode 0600']],
    ['/run/x.sock mode 660 user www group www', ['unix@/run/x.sock mode 600']],
    ['/run/x.sock gid 33', ['unix@/run/x.sock mode 600']],
    ['abns@x mode 660', ['abns@x']],
    ['/run/x.sock,:80 ssl crt a.pem', ['unix@/run/x.sock ssl crt a.pem', ':80 ssl crt a.pem']],
  ])('a Unix socket: %s', (text, bind) => {
    expect(bindOf(text)).toMatchObject({ status: 'differs', bind, issues: [] })
  })

  it.each([
    ['fd@3', ['fd@3']],
    ['fd@4,:80 ssl crt a.pem', ['fd@4 ssl crt a.pem', ':80 ssl crt a.pem']],
  ])('a socket that is passed: %s', (text, bind) => {
    expect(bindOf(text)).toMatchObject({ status: 'differs', bind, issues: [] })
  })

  it.each([
    '*:+5',
    ':0',
    '127.0.0.1',
    './rel.sock',
    'fd@',
    'fd@x',
    'sockpair@3',
    'udp@:53',
    'quic4@:443',
    ':8010-8000',
    ':8000-',
    ':70000',
    ':',
    '::',
    '1.2.3.4:80:81',
    ':1-60000',
    ':1-900,:1000-1900',
    'unix@',
    '/run/x.sock mode zz',
    '/run/x.sock mode 66',
    ',',
  ])('is an error: %s', (text) => {
    expect(bindOf(text)).toMatchObject({ status: 'error', bind: undefined })
  })
})

describe('certificates', () => {
  it.each([
    ['crt one', 'one/site.pem'],
    ['crt one/', 'one/site.pem'],
    ['crt a.pem', 'a.pem'],
  ])('one is taken: %s', (words, file) => {
    expect(bindOf(`:443 ssl ${words}`)).toMatchObject({
      status: 'platform',
      bind: [`:443 ssl crt ${file}`],
      issues: [],
    })
  })

  it.each([
    ['crt two', 2, 'two/a.pem'],
    ['crt z.pem crt a.pem', 2, 'z.pem'],
    ['crt-list list', 2, 'b.pem'],
    ['crt one crt-list list', 3, 'one/site.pem'],
  ])('several need names: %s', (words, count, first) => {
    const { status, message, bind } = bindOf(`:443 ssl ${words}`)
    expect({ status, bind }).toEqual({ status: 'unsupported', bind: [`:443 ssl crt ${first}`] })
    expect(message).toContain(`${count} certificates: workerd has one for each socket`)
    expect(message).toContain(`all clients get ${first}`)
  })

  it.each([
    ['crt none', 'there is no certificate in this directory'],
    ['crt-list missing', 'cannot be read'],
    ['crt-list strict', 'options of one certificate'],
    ['', 'ssl needs crt FILE'],
  ])('none stops the start: %s', (words, said) => {
    expect(bindOf(`:443 ssl ${words}`)).toMatchObject({ status: 'error', message: expect.stringContaining(said) })
  })

  it('are looked for in crt-base', () => {
    expect(bindOf(':443 ssl crt one', 'global\ncrt-base /etc\n').bind).toEqual([':443 ssl crt /etc/one'])
  })
})
