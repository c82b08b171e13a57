import { chmodSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { CliError } from '../cli-error.ts'
import { printedBy, temporaryDirectory } from '../testing.ts'
import { checkStateRights, rightsProblem } from './state-rights.ts'

const OWN = 1000

describe('a state directory', () => {
  it.each([
    ['of this user', OWN, 0o755],
    ['of root', 0, 0o755],
    ['of a group', OWN, 0o775],
  ])('%s is taken', (_, uid, mode) => {
    expect(rightsProblem({ uid, mode }, OWN)).toBeUndefined()
  })

  it.each([
    ['of another user', 1001, 0o700, 'belongs to another user (uid 1001, this is 1000)'],
    ['that everybody may write to', OWN, 0o777, 'everybody may write to it'],
    ['that is like /tmp', 0, 0o1777, 'everybody may write to it'],
  ])('%s is refused', (_, uid, mode, problem) => {
    expect(rightsProblem({ uid, mode }, OWN)).toContain(problem)
  })

  it('of another user is refused by root, too', () => {
    expect(rightsProblem({ uid: 1001, mode: 0o700 }, 0)).toContain('belongs to another user')
  })

  it('that a group may write to is warned of, and one that everybody may write to is an error with its name', async () => {
    const path = temporaryDirectory()
    chmodSync(path, 0o770)
    const warned = await printedBy(() => checkStateRights(path))
    expect([warned.stderr, warned.error]).toEqual([
      expect.stringMatching(/^--state .*: warning: group \d+ may write to it, .*chmod g-w it/),
      undefined,
    ])
    chmodSync(path, 0o707)
    expect(() => checkStateRights(path)).toThrow(CliError)
    expect(() => checkStateRights(path)).toThrow(`--state ${path}: everybody may write to it`)
    chmodSync(path, 0o700)
    expect((await printedBy(() => checkStateRights(path))).stderr).toBe('')
  })
})
