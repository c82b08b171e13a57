// A word that is nearly one of HAProxy's is a typing error: the file is refused, whatever the operator gives up.

import { describe, expect, it } from 'vitest'

import { translateHaproxy } from './translate.ts'

function statusOf(text: string, at: number) {
  const { diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], {
    env: {},
    hash64: () => 0n,
    text: () => undefined,
  })
  const { status, message = '' } = diagnostics.find(({ line }) => line === at)!
  return { status, message }
}

describe('a typing error', () => {
  it.each([
    ['bind :443 ssl crtt a.pem', 'crtt', 'crt'],
    ['bind :443 ssl crt a.pem verfy required', 'verfy', 'verify'],
    ['stick-table type ip sise 1m', 'sise', 'size'],
    ['stick-table type ip size 1m nopruge', 'nopruge', 'nopurge'],
    ['stick math src', 'math', 'match'],
    ['option forwardfor exept 127.0.0.1', 'exept', 'except'],
    ['stats ury /x', 'ury', 'uri'],
    ['stats show-legend', 'show-legend', 'show-legends'],
    ['email-alert form a@b.example', 'form', 'from'],
  ])('in "%s" is an error that names the word', (line, word, meant) => {
    const { status, message } = statusOf(`listen app\n${line}\nserver s h:80\n`, 2)
    expect([status, message]).toEqual(['error', expect.stringContaining(`'${word}'; did you mean '${meant}'?`)])
  })

  it.each([
    ['userlist u\nuser ann pasword x', "unknown user option 'pasword'; did you mean 'password'?"],
    ['mailers m\nmialer a 10.0.0.1:25', "unknown mailers line 'mialer'; did you mean 'mailer'?"],
    ['global\nstats socket /run/x levle admin', "unknown stats socket option 'levle'; did you mean 'level'?"],
  ])('in a section of its own is one, too: %j', (text, message) => {
    expect(statusOf(`${text}\n`, 2)).toEqual({ status: 'error', message })
  })
})

describe('a value that is missing or none', () => {
  it.each([
    ['stick-table type ip size 1m expire', 'expire needs a time such as 2s'],
    ['stick-table type ip size 1m expire soon', "expire needs a time such as 2s (found 'soon')"],
    ['stick-table type ip size 1m len few', "len needs a whole number (found 'few')"],
    ['stick-table type inet size 1m', "type needs one of: ip, ipv6, integer, string, binary (found 'inet')"],
    ['option forwardfor header', 'header needs a value'],
    ['bind :80 maxconn', 'maxconn needs a value'],
  ])('in "%s" is an error', (line, message) => {
    expect(statusOf(`listen app\n${line}\nserver s h:80\n`, 2)).toEqual({ status: 'error', message })
  })
})

it('a table may store several things, each by a word of its own', () => {
  const line = 'stick-table type ip size 1m store gpc0 store conn_cnt'
  expect(statusOf(`backend app\nmode http\n${line}\nserver s h:80\n`, 3).status).toBe('translated')
})

it('a peers section may have any name', () => {
  const line = 'stick-table type ipv4 size 1m peers addr'
  expect(statusOf(`backend app\nmode http\n${line}\nserver s h:80\n`, 3)).toEqual({ status: 'translated', message: '' })
})
