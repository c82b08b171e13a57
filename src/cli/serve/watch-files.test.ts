import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { expect, it, onTestFinished } from 'vitest'

import { createFileWatch } from './watch-files.ts'

const CALM_MS = 300

function watched() {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-test-'))
  const file = join(directory, 'limpet.config.json')
  writeFileSync(file, 'first')
  let changes = 0
  const watch = createFileWatch(() => void (changes += 1))
  onTestFinished(() => {
    watch.watch([], 0)
    rmSync(directory, { recursive: true, force: true })
  })
  return { file, watch, changes: () => changes }
}

it('a file that has changed since it was read, and before it was watched, is a change', async () => {
  const { file, watch, changes } = watched()
  await pass(50)
  const readMs = Date.now()
  await pass(50)
  writeFileSync(file, 'second')
  watch.watch([file], readMs)
  await pass(CALM_MS)
  expect(changes()).toBe(1)
})

it('one that has not is none, and neither is one that is not there', async () => {
  const { file, watch, changes } = watched()
  await pass(50)
  watch.watch([file, `${file}.none`], Date.now())
  await pass(CALM_MS)
  expect(changes()).toBe(0)
})
