import { expect, it } from 'vitest'

import { parseBalance } from '../config/balance.ts'
import { hashKeyOf } from './hash-key.ts'
import { requestOf } from './testing.ts'

const request = requestOf({
  url: 'http://h/a/b/c?in&id=7&x=%20&empty=&id=8;semi=9',
  headers: { 'X-User': 'u', 'X-Several': 'first , second' },
  sample: 'S',
  posted: 'id=8&xuser=no&user=ann&user=bob',
  clientAddress: '2001:db8::1',
})

it.each([
  ['source', '2001:db8::'],
  ['uri', '/a/b/c'],
  ['uri whole', '/a/b/c?in&id=7&x=%20&empty=&id=8;semi=9'],
  ['uri len 4', '/a/b'],
  ['uri depth 1', '/a'],
  ['uri depth 2', '/a/b'],
  ['uri depth 9', '/a/b/c'],
  ['uri depth 2 len 3', '/a/'],
  ['url_param id', '7'],
  ['url_param x', '%20'],
  ['url_param semi', '9'],
  ['url_param empty', ''],
  ['url_param i', undefined],
  ['url_param ID', undefined],
  ['url_param user', undefined],
  ['url_param user check_post', 'ann'],
  ['url_param id check_post', '7'],
  ['hdr(x-user)', 'u'],
  ['hdr(x-several)', 'first'],
  ['hdr(absent)', undefined],
  ['hash req.cook(sid)', 'S'],
])('%s looks at %s', (balance, key) => {
  expect(hashKeyOf(parseBalance(balance)!, request, 64)).toBe(key)
})

it.each([
  ['u=1', '1'],
  ['a=1&u=a b/{}\n', 'a b/{}\n'],
  ['u=', ''],
  ['u= x', ''],
  // No form.
  ['u={"a":1}', undefined],
  ['u=\u0001', undefined],
  ['a=1;u=2', undefined],
  ['u', undefined],
  ['', undefined],
])('the key in the body %j is %j', (posted, key) => {
  expect(hashKeyOf(parseBalance('url_param u check_post')!, requestOf({ posted }), 64)).toBe(key)
})
