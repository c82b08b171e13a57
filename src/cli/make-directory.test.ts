import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { makeDirectory } from './make-directory.ts'
import { temporaryDirectory } from './testing.ts'

it('is made with those above it, in this mode; one that is there stays as it is', () => {
  const top = temporaryDirectory()
  makeDirectory(join(top, 'a/b/c'), 0o700)
  makeDirectory(join(top, 'a'), 0o755)
  expect(['a', 'a/b', 'a/b/c'].map((path) => statSync(join(top, path)).mode & 0o777)).toEqual([0o700, 0o700, 0o700])
})

// Node's own would not return. Linux alone has such a place.
it.skipIf(process.platform !== 'linux')('where none can be made, this is reported at once', () => {
  expect(() => makeDirectory('/proc/nope')).toThrow(/ENOENT.*\/proc\/nope/)
  expect(() => makeDirectory('/proc/nope/state/objects')).toThrow(/ENOENT.*\/proc\/nope/)
})

it('a file is none', () => {
  const top = temporaryDirectory()
  writeFileSync(join(top, 'file'), '')
  expect(() => makeDirectory(join(top, 'file'))).toThrow(/EEXIST/)
  expect(() => makeDirectory(join(top, 'file/below'))).toThrow(/ENOTDIR/)
})
