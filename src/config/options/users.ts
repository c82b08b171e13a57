// A user of a userlist: the name, and the password as crypt(3) hashes it or, if that is wished for, in plain text.

import * as v from 'valibot'

import { strict, text, textList } from '../fields.ts'
import { isShaCrypt, passwordHashProblem } from '../sha-crypt-form.ts'

export const user = strict({
  name: v.pipe(text, v.regex(/^[^:]*$/, "must not have a ':'")),
  password: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.check(isShaCrypt, ({ input }) => passwordHashProblem(input)!),
    ),
  ),
  insecurePassword: v.optional(text),
  groups: v.optional(textList),
})
