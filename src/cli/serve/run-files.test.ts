import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { temporaryDirectory } from '../testing.ts'
import { removeLeftFiles } from './run-files.ts'
import { openStateDirectory } from './state-directory.ts'

it('what runs have left that were killed is removed, half of a secret, too, and nothing else', async () => {
  const path = temporaryDirectory()
  for (const name of ['generation-1', 'generation-2']) mkdirSync(join(path, name))
  const files = [
    'front-1-1.sock',
    'front-2-1.sock',
    'fronts-2.sock',
    'reload.sock',
    'lock.7ce4e0f1d629',
    'cookie-keys.0123456789ab',
    'mine',
  ]
  for (const name of files) writeFileSync(join(path, name), '')
  const state = await openStateDirectory(path)
  removeLeftFiles(state, 2)
  expect(readdirSync(path)).toEqual(['front-1-1.sock', 'generation-1', 'lock', 'mine', 'objects', 'reload.sock'])
  removeLeftFiles(state)
  expect(readdirSync(path)).toEqual(['lock', 'mine', 'objects'])
  state.release()
})
