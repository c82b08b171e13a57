import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { CliError } from '../cli-error.ts'
import { directoryWith, printedBy, temporaryDirectory } from '../testing.ts'
import { readOrMakeSecret, writeSecret } from './secret-file.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const noProblem = () => undefined
const WHOLE = Buffer.alloc(32, 7).toString('base64')

function errorOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(CliError)
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('a secret that is written', () => {
  it('is readable by its owner alone, whatever was there, and who had the old one open gets nothing', () => {
    const directory = directoryWith({ key: 'old' })
    const path = join(directory, 'key')
    chmodSync(path, 0o666)
    linkSync(path, join(directory, 'kept'))
    writeSecret(path, 'new')
    expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['new', '600'])
    expect(readFileSync(join(directory, 'kept'), 'utf8')).toBe('old')
    expect(readdirSync(directory).toSorted()).toEqual(['kept', 'key'])
  })

  it('takes the place of a link, and does not follow it', () => {
    const directory = directoryWith({ elsewhere: 'untouched' })
    symlinkSync(join(directory, 'elsewhere'), join(directory, 'key'))
    writeSecret(join(directory, 'key'), 'new')
    expect(readFileSync(join(directory, 'elsewhere'), 'utf8')).toBe('untouched')
  })

  it('that cannot be written leaves nothing behind, and says where', () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'key/below'), { recursive: true })
    expect(errorOf(() => writeSecret(join(directory, 'key'), 'new'))).toMatch(/\/key: cannot be written: E[A-Z]+/)
    expect(readdirSync(directory)).toEqual(['key'])
  })
})

describe('a secret that is kept', () => {
  it.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    [WHOLE.slice(0, 30), 'is cut short'],
    ['bad\n', 'is bad'],
  ])('of %j is an error that says what to do', (text, problem) => {
    const path = join(directoryWith({ key: text }), 'key')
    chmodSync(path, 0o600)
    expect(errorOf(() => readOrMakeSecret(path, (found) => (found === 'bad' ? 'is bad' : undefined)))).toBe(
      `${path}: ${problem}; restore it from a backup, or delete it and a new one is made`,
    )
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it.each([`${WHOLE}\n`, WHOLE, 'one of an operator, and another\n'])('of %j is read', (text) => {
    const path = join(directoryWith({ key: text }), 'key')
    chmodSync(path, 0o600)
    expect(readOrMakeSecret(path, noProblem)).toBe(text.trim())
  })

  it('that others could read is closed to them, and this is said', async () => {
    const path = join(directoryWith({ key: `${WHOLE}\n` }), 'key')
    chmodSync(path, 0o644)
    const { stderr } = await printedBy(() => readOrMakeSecret(path, noProblem))
    expect(stderr).toContain(`${path}: warning: others could read it (mode 644); it is 600 now.`)
    expect(modeOf(path)).toBe('600')
    expect((await printedBy(() => readOrMakeSecret(path, noProblem))).stderr).toBe('')
  })

  it('that others could write is refused', () => {
    const path = join(directoryWith({ key: `${WHOLE}\n` }), 'key')
    chmodSync(path, 0o620)
    expect(errorOf(() => readOrMakeSecret(path, noProblem))).toContain('another user could have written it')
  })

  it('that is no file is an error, and no reason to make a new one', () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'key'), { mode: 0o700 })
    expect(errorOf(() => readOrMakeSecret(join(directory, 'key'), noProblem))).toContain('cannot be read: EISDIR')
    writeFileSync(join(directory, 'file'), '')
    expect(errorOf(() => readOrMakeSecret(join(directory, 'file/key'), noProblem))).toContain('cannot be read: ENOTDIR')
  })
})
