// Lines of `http-request`, `http-response` and the like, and the rules that they become.

import { expect, it } from 'vitest'

import { validateConfig } from '../validate.ts'
import { HTTP } from './testing.ts'
import { translateHaproxy } from './translate.ts'

const SERVER = 'backend b\nserver s1 10.0.0.1:80\n'

function translated(text: string) {
  const ports = { env: {}, text: () => undefined, hash64: () => 0n }
  const { config, diagnostics } = translateHaproxy([HTTP, { file: 'x.cfg', text }], ports)
  return { config, problems: diagnostics.filter(({ status }) => status === 'error' || status === 'unsupported') }
}

/** Of one line in a frontend: what it does. Each rule is one that limpet.config.ts takes. */
function rulesOf(line: string, field: 'rules' | 'responseRules' | 'afterResponseRules') {
  const { config, problems } = translated(`frontend f\nbind :80\n${line}\ndefault_backend b\n${SERVER}`)
  expect(problems).toEqual([])
  expect(validateConfig(config, 'serve').issues.filter(({ level }) => level === 'error')).toEqual([])
  return (config.frontends![0] as unknown as Record<string, unknown>)[field]
}

it.each([
  ['set-var(txn.host) req.hdr(host)', { setVar: { name: 'txn.host', value: 'req.hdr(host)' } }],
  [
    'set-var(req.a,ifnotset,ifnotempty) src',
    { setVar: { name: 'req.a', value: 'src', when: ['ifnotset', 'ifnotempty'] } },
  ],
  ['set-var(txn.a,) src', { setVar: { name: 'txn.a', value: 'src' } }],
  ['set-var-fmt(sess.a) "%[src]:%[method]"', { setVar: { name: 'sess.a', text: '%[src]:%[method]' } }],
  ['set-var-fmt(txn.a)', { setVar: { name: 'txn.a', text: '' } }],
  ['unset-var(txn.a)', { unsetVar: 'txn.a' }],
  ['del-header x- -m beg', { delHeader: { name: 'x-', match: 'beg' } }],
  ['replace-value Accept ^a b', { replaceValue: { name: 'Accept', match: '^a', with: 'b' } }],
  ['set-pathq /a?b', { setPathq: '/a?b' }],
  ['set-uri /a?%[query]', { setUri: '/a?%[query]' }],
  ['set-method POST', { setMethod: 'POST' }],
  ['use-service prometheus-exporter', { useService: 'prometheus-exporter' }],
  ['set-src req.hdr(x-real-ip)', { setSrc: 'req.hdr(x-real-ip)' }],
  ['set-log-level silent', { setLogLevel: 'silent' }],
  ['allow', { allow: true }],
  ['redirect scheme https', { redirectScheme: { scheme: 'https', code: 302 } }],
  [
    'redirect scheme https code 301 drop-query append-slash',
    { redirect: { scheme: 'https', code: 301, dropQuery: true, appendSlash: true } },
  ],
  ['redirect scheme %[req.hdr(x)]', { redirect: { scheme: '%[req.hdr(x)]', code: 302 } }],
  ['redirect location %[path] ignore-empty', { redirect: { location: '%[path]', code: 302, ignoreEmpty: true } }],
])('http-request %s', (line, action) => {
  expect(rulesOf(`http-request ${line}`, 'rules')).toEqual([{ do: action }])
})

it.each([
  ['set-var(res.type) res.hdr(content-type)', { setVar: { name: 'res.type', value: 'res.hdr(content-type)' } }],
  ['unset-var(txn.a)', { unsetVar: 'txn.a' }],
  ['set-status 503', { setStatus: { status: 503 } }],
  ['set-status 503 reason "Slow Down"', { setStatus: { status: 503, reason: 'Slow Down' } }],
  ['allow', { allow: true }],
  ['replace-value Vary ^a b', { replaceValue: { name: 'Vary', match: '^a', with: 'b' } }],
])('http-response %s', (line, action) => {
  expect(rulesOf(`http-response ${line}`, 'responseRules')).toEqual([{ do: action }])
})

it.each([
  ['location https://host%[path]', { redirect: { location: 'https://host%%[path]', code: 302 } }],
  ['prefix /%20', { redirect: { prefix: '/%%20', code: 302 } }],
  ['scheme ftp', { redirect: { scheme: 'ftp', code: 302 } }],
])('redirect %s: the keyword knows no samples', (line, action) => {
  expect(rulesOf(`redirect ${line}`, 'rules')).toEqual([{ do: action }])
})

it.each([
  ['set-header X-A %[status]', { setHeader: { name: 'X-A', value: '%[status]' } }],
  ['add-header X-A b', { addHeader: { name: 'X-A', value: 'b' } }],
  ['del-header X -m end', { delHeader: { name: 'X', match: 'end' } }],
  ['replace-header A b c', { replaceHeader: { name: 'A', match: 'b', with: 'c' } }],
  ['replace-value A b c', { replaceValue: { name: 'A', match: 'b', with: 'c' } }],
  ['set-status 404 reason "Not here"', { setStatus: { status: 404, reason: 'Not here' } }],
  ['set-var(txn.a) status', { setVar: { name: 'txn.a', value: 'status' } }],
  ['unset-var(res.a)', { unsetVar: 'res.a' }],
  ['allow', { allow: true }],
])('http-after-response %s', (line, action) => {
  expect(rulesOf(`http-after-response ${line}`, 'afterResponseRules')).toEqual([{ do: action }])
})

it.each([
  ['tcp-request connection set-var(sess.a) src', { setVar: { name: 'sess.a', value: 'src' } }],
  ['tcp-request session set-var-fmt(sess.a) a', { setVar: { name: 'sess.a', text: 'a' } }],
  ['tcp-request content unset-var(txn.a)', { unsetVar: 'txn.a' }],
  ['tcp-request connection set-src src,ipmask(24)', { setSrc: 'src,ipmask(24)' }],
  ['tcp-request content set-src hdr(x)', { setSrc: 'hdr(x)' }],
  ['tcp-request content set-log-level silent', { setLogLevel: 'silent' }],
])('%s', (line, action) => {
  expect(rulesOf(line, 'rules')).toEqual([{ do: action }])
})

it('hdr and cookie in what a response is given are of the response, and hdr in a condition is of the request', () => {
  const lines = [
    'http-response set-header A "%[hdr(b),lower]%{+Q}[cookie(c)]%%[hdr(d)]%[res.hdr(e)]"',
    'http-response set-var(txn.f) cookie(g)',
    'http-response set-header H i if { cookie(j) k } || { hdr(l) m }',
  ]
  expect(rulesOf(lines.join('\n'), 'responseRules')).toEqual([
    { do: { setHeader: { name: 'A', value: '%[res.hdr(b),lower]%{+Q}[res.cook(c)]%%[hdr(d)]%[res.hdr(e)]' } } },
    { do: { setVar: { name: 'txn.f', value: 'res.cook(g)' } } },
    {
      if: {
        any: [
          { sample: 'res.cook(j)', match: 'str', values: ['k'] },
          { sample: 'always_false', match: 'bool' },
        ],
      },
      do: { setHeader: { name: 'H', value: 'i' } },
    },
  ])
})

it('what tcp-request accepts is not asked further rules of its set', () => {
  const lines = ['content accept if { src 10.0.0.1 }', 'content set-var(txn.a) src', 'content reject if { path /a }']
  const spared = { not: { sample: 'src', match: 'ip', values: ['10.0.0.1'] } }
  expect(rulesOf(lines.map((line) => `tcp-request ${line}`).join('\n'), 'rules')).toEqual([
    { if: spared, do: { setVar: { name: 'txn.a', value: 'src' } } },
    {
      if: { all: [{ sample: 'path', match: 'str', values: ['/a'] }, spared] },
      do: { deny: { status: 403, closeConnection: true } },
    },
  ])
})

it('so it is in what tcp-response keeps', () => {
  const { config, problems } = translated(`${SERVER}tcp-response content set-var(txn.n) hdr(o)\n`)
  expect(problems).toEqual([])
  expect(config.backends[0]!.responseRules).toEqual([{ do: { setVar: { name: 'txn.n', value: 'res.hdr(o)' } } }])
})

it('tcp-response content rules come before those of http-response', () => {
  const lines = [
    'http-response set-header X-A b',
    'tcp-response content accept if { src 10.0.0.1 }',
    'tcp-response content reject if { res.hdr(x-a) 1 }',
  ]
  const { config, problems } = translated(`${SERVER}${lines.join('\n')}\n`)
  expect(problems).toEqual([])
  expect(config.backends[0]!.responseRules).toMatchObject([
    { if: { all: [{ sample: 'res.hdr(x-a)' }, { not: { sample: 'src' } }] }, do: { deny: { status: 502 } } },
    { do: { setHeader: { name: 'X-A', value: 'b' } } },
  ])
})

it('a defaults section with a name hands its rules on, before those of the section', () => {
  const { config, problems } = translated(
    `defaults d\nmode http\nhttp-request set-header A 1\nfrontend f from d\nbind :80\nhttp-request set-header B 2\ndefault_backend b\n` +
      `defaults\nmode http\n${SERVER}`,
  )
  expect(problems).toEqual([])
  expect(config.frontends![0]!.rules).toEqual([
    { do: { setHeader: { name: 'A', value: '1' } } },
    { do: { setHeader: { name: 'B', value: '2' } } },
  ])
})

it.each(['http-request deny', 'http-response deny', 'http-after-response allow', 'tcp-request content accept'])(
  '%s in a defaults section without a name is an error',
  (line) => {
    expect(translated(`defaults\nmode http\n${line}\n${SERVER}`).problems).toMatchObject([{ status: 'error', line: 3 }])
  },
)

it('set-var of the global section', () => {
  const { config, problems } = translated(
    `global\nset-var proc.a str(blue)\nset-var-fmt proc.b "is %[var(proc.a)]"\n${SERVER}`,
  )
  expect(problems).toEqual([])
  expect(config.processVariables).toEqual([
    { name: 'proc.a', value: 'str(blue)' },
    { name: 'proc.b', text: 'is %[var(proc.a)]' },
  ])
})
