// Lines that count in stick tables, and what becomes of them.

import { describe, expect, it } from 'vitest'

import { translateHaproxy } from './translate.ts'

function translate(text: string) {
  return translateHaproxy([{ file: 'x.cfg', text }], { env: {}, hash64: () => 0n, text: () => undefined })
}

function inListen(line: string) {
  const { diagnostics } = translate(`listen app\nmode http\nbind :80\n${line}\nserver s h:80\n`)
  const { status, message = '' } = diagnostics.find((each) => each.line === 4)!
  return { status, message }
}

describe('a table', () => {
  it.each([
    ['store http_req_rate(10s),gpc0,gpt0', ['http_req_rate(10s)', 'gpc0', 'gpt0']],
    ['store gpc(3),gpc_rate(2,10s) store conn_cur', ['gpc(3)', 'gpc_rate(2,10s)', 'conn_cur']],
    ['store server_id,gpc1', ['gpc1']],
    ['store server_id', undefined],
  ])('with %s keeps %j', (words, data) => {
    const { config } = translate(`backend t\nmode http\nstick-table type ip size 1k ${words}\n`)
    expect(config.backends[0]!.stickTable!.data).toEqual(data)
  })

  it.each([
    ['http_req_rate', "'http_req_rate' must be http_req_rate(PERIOD)"],
    ['http_req_rate()', "'http_req_rate()' must be http_req_rate(PERIOD)"],
    ['http_req_rate(0)', "'http_req_rate(0)' must be http_req_rate(PERIOD)"],
    ['gpc0(2)', "'gpc0(2)' must be gpc0"],
    ['gpc', "'gpc' must be gpc(HOW MANY)"],
    ['gpc(0)', "'gpc(0)' must have 1 to 100 of them"],
    ['gpc_rate(2)', "'gpc_rate(2)' must be gpc_rate(HOW MANY,PERIOD)"],
    ['http_req_cont', "'http_req_cont' is not kept by a table; did you mean 'http_req_cnt'?"],
  ])('that stores %s is an error', (data, message) => {
    expect(inListen(`stick-table type ip size 1k store ${data}`)).toEqual({ status: 'error', message })
  })

  it('counts bytes as they are announced, and says so', () => {
    expect(inListen('stick-table type ip size 1k store bytes_out_rate(1m)').message).toContain('Content-Length')
  })

  it('may be a frontend’s', () => {
    const text = 'frontend f\nmode http\nbind :80\nstick-table type ip size 1k store gpc0\nhttp-request track-sc0 src\n'
    const { config } = translate(text)
    expect(config.frontends![0]).toMatchObject({ stickTable: { type: 'ip', data: ['gpc0'] } })
  })
})

describe('a rule that counts', () => {
  it.each([
    ['http-request track-sc0 src', { trackSc: { sc: 0, key: 'src' } }],
    ['http-request track-sc2 req.hdr(x),lower table t', { trackSc: { sc: 2, key: 'req.hdr(x),lower', table: 't' } }],
    ['http-request sc-inc-gpc0(1)', { scIncGpc: { sc: 1, gpc: 0 } }],
    ['http-request sc-inc-gpc1(1)', { scIncGpc: { sc: 1, gpc: 1 } }],
    ['http-request sc-inc-gpc(5,1)', { scIncGpc: { sc: 1, gpc: 5, array: true } }],
    ['http-request sc-set-gpt0(0) 7', { scSetGpt: { sc: 0, gpt: 0, value: 7 } }],
    ['http-request sc-set-gpt(3,0) int(1)', { scSetGpt: { sc: 0, gpt: 3, array: true, value: 'int(1)' } }],
  ])('%s', (line, action) => {
    const { config } = translate(`frontend f\nmode http\nbind :80\n${line}\n`)
    expect(config.frontends![0]!.rules).toEqual([{ do: action }])
  })

  it('in tcp-request lines counts the request behind them', () => {
    const lines = 'tcp-request connection track-sc0 src\ntcp-request content track-sc1 src\nhttp-request deny'
    const { config } = translate(`frontend f\nmode http\nbind :80\n${lines}\n`)
    expect(config.frontends![0]!.rules!.map((each) => ('do' in each ? each.do : each))).toEqual([
      { trackSc: { sc: 0, key: 'src', counts: 'session' } },
      { trackSc: { sc: 1, key: 'src', counts: 'nothing' } },
      { scCountRequest: true },
      { deny: { status: 403 } },
    ])
  })

  it.each([
    ['http-request track-sc3 src', 'there are track-sc0, track-sc1 and track-sc2'],
    ['http-request track-sc0', 'needs a sample'],
    ['http-request track-sc0 src tabel t', 'needs KEY, or KEY table TABLE'],
    ['http-request track-sc0 src table', 'needs KEY, or KEY table TABLE'],
    ['http-request track-sc0 res.hdr(x)', 'of the response'],
    ['http-request sc-inc-gpc0', 'must be sc-inc-gpc0(SC)'],
    ['http-request sc-inc-gpc0(3)', 'the numbers 0, 1 and 2'],
    ['http-request sc-inc-gpc(0)', 'must be sc-inc-gpc(INDEX,SC)'],
    ['http-request sc-set-gpt0(0)', 'needs one value'],
    ['http-request deny if { sc3_http_req_cnt gt 1 }', "'sc3_http_req_cnt' is not known"],
    ['http-request deny if { sc_http_req_cnt gt 1 }', "'sc_http_req_cnt' takes 1 to 2 arguments"],
    ['http-request deny if { sc_http_req_cnt(3) gt 1 }', 'must be 0, 1 or 2'],
  ])('%s is an error', (line, message) => {
    expect(inListen(line)).toMatchObject({ status: 'error', message: expect.stringContaining(message) })
  })
})
