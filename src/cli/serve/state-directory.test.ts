// A state directory has one owner at a time, and outlives him.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { CliError } from '../cli-error.ts'
import { identityOf, isRunning } from './process-identity.ts'
import { openStateDirectory } from './state-directory.ts'
import { directoryWith, printedBy, temporaryDirectory } from '../testing.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const own = identityOf(process.pid)!
/** One that has run and ended. */
const ended = { pid: spawnSync('true').pid, startedAt: '1' }

function sleeper() {
  const child = spawn('sleep', ['300'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return identityOf(child.pid!)!
}

/** What runs as `workerd serve` with a configuration in `directory`, and does nothing. */
function workerdIn(directory: string) {
  // Node's first word is a file to run.
  const cwd = directoryWith({ serve: 'setTimeout(() => {}, 300_000)' })
  const words = ['serve', join(directory, 'workerd.capnp')]
  const child = spawn(process.execPath, words, { argv0: '/opt/bin/workerd', cwd, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return identityOf(child.pid!)!
}

describe('a process', () => {
  it('is told from a later one of its pid by when it started', () => {
    expect(isRunning(own)).toBe(true)
    expect(isRunning({ ...own, startedAt: '1' })).toBe(false)
    expect(isRunning(ended)).toBe(false)
    expect(identityOf(ended.pid)).toBeUndefined()
  })

  it('that has ended and was not waited for does not run', async () => {
    // `sleep` takes the shell's place, and asks nobody what became of the shell's child.
    const child = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 300'], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const pid = Number(said.toString())
    while (identityOf(pid) !== undefined) await new Promise((done) => setTimeout(done, 10))
    // It is still there.
    expect(process.kill(pid, 0)).toBe(true)
  })
})

describe('a state directory', () => {
  it('is made with what only its owner may read, and kept', async () => {
    const path = join(temporaryDirectory(), 'deep/state')
    const first = await openStateDirectory(path)
    const kept = [first.cookieKeys(), first.identity()]
    expect(first.path).toBe(path)
    expect(['objects', 'cookie-keys', 'identity', 'lock'].map((name) => modeOf(join(path, name)))).toEqual([
      '700',
      '600',
      '600',
      '600',
    ])
    // 32 random bytes, and not the same ones.
    expect(kept.map((text) => Buffer.from(text, 'base64').length)).toEqual([32, 32])
    expect(kept[0]).not.toBe(kept[1])
    first.release()
    expect(readdirSync(path).toSorted()).toEqual(['cookie-keys', 'identity', 'objects'])
    const second = await openStateDirectory(path)
    expect([second.cookieKeys(), second.identity()]).toEqual(kept)
    second.release()
  })

  it('without a name is thrown away', async () => {
    const { path, release } = await openStateDirectory(undefined)
    expect(existsSync(join(path, 'lock'))).toBe(true)
    release()
    expect(existsSync(path)).toBe(false)
  })

  it('that cannot be made is reported', async () => {
    const directory = directoryWith({ file: '' })
    const error = await openStateDirectory(join(directory, 'file/state')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CliError)
    expect((error as Error).message).toMatch(/^--state .*\/file\/state: cannot be used: ENOTDIR/)
  })

  it('that another uses is refused, and stays his', async () => {
    const path = temporaryDirectory()
    const lock = JSON.stringify({ cli: sleeper() })
    writeFileSync(join(path, 'lock'), lock)
    const error = await openStateDirectory(path).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CliError)
    expect((error as Error).message).toMatch(
      /\/lock: another limpet serve \(pid \d+\) uses this state directory; stop it, choose another, or let this command take its place with --take-over$/,
    )
    expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(lock)
    expect(readdirSync(path).toSorted()).toEqual(['lock', 'objects'])
  })

  it.each([
    ['of one that has ended', JSON.stringify({ cli: ended })],
    ['of another process that has its pid now', JSON.stringify({ cli: { ...own, startedAt: '1' } })],
    ['that cannot be read', '{'],
    ['of everybody', JSON.stringify({ cli: { pid: -1 }, workerd: { pid: -1 } })],
    ['of a group of processes', JSON.stringify({ cli: ended, workerd: { pid: 0, startedAt: '1' } })],
    ['of something else', 'null'],
  ])('with a lock %s is taken over', async (_, lock) => {
    const path = directoryWith({ lock })
    const state = await openStateDirectory(path)
    expect(JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))).toEqual({ cli: own })
    state.release()
    expect(readdirSync(path)).toEqual(['objects'])
  })

  it('whose owner was killed has its workerd ended first', async () => {
    const path = temporaryDirectory()
    const workerd = workerdIn(path)
    writeFileSync(join(path, 'lock'), JSON.stringify({ cli: ended, workerd }))
    const { stderr, error } = await printedBy(async () => (await openStateDirectory(path)).release())
    expect(error).toBeUndefined()
    expect(stderr).toBe(`ending workerd (pid ${workerd.pid}), left behind by a limpet serve that was killed\n`)
    expect(isRunning(workerd)).toBe(false)
  })

  it('with a lock that names a process which is not its workerd ends nothing, and is refused', async () => {
    const path = temporaryDirectory()
    for (const workerd of [sleeper(), workerdIn(temporaryDirectory())]) {
      const lock = JSON.stringify({ cli: ended, workerd })
      writeFileSync(join(path, 'lock'), lock)
      const error = await openStateDirectory(path).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(CliError)
      expect((error as Error).message).toContain(
        `names process ${workerd.pid}, which runs and is not a workerd of this directory`,
      )
      expect(isRunning(workerd)).toBe(true)
      expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(lock)
    }
  })

  it('that everybody may write to, or whose objects everybody may, is refused', async () => {
    const path = temporaryDirectory()
    mkdirSync(join(path, 'objects'))
    for (const each of [path, join(path, 'objects')]) {
      chmodSync(each, 0o777)
      const error = await openStateDirectory(path).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(CliError)
      expect((error as Error).message).toContain(`--state ${each}: everybody may write to it`)
      chmodSync(each, 0o700)
    }
    expect(readdirSync(path)).toEqual(['objects'])
  })

  it('whose cookie key is too short to be one is an error, not another key', async () => {
    const path = directoryWith({ 'cookie-keys': 'short\n' })
    chmodSync(join(path, 'cookie-keys'), 0o600)
    const state = await openStateDirectory(path)
    expect(() => state.cookieKeys()).toThrow(`${path}/cookie-keys: a key in it is too short; restore it from a backup`)
    state.release()
  })

  it('leaves a process alone that has the pid of a workerd that ended', async () => {
    const other = sleeper()
    const path = directoryWith({ lock: JSON.stringify({ cli: ended, workerd: { ...other, startedAt: '1' } }) })
    const { stderr } = await printedBy(async () => (await openStateDirectory(path)).release())
    expect(stderr).toBe('')
    expect(isRunning(other)).toBe(true)
  })

  it('notes its workerd, unless another has taken the lock meanwhile', async () => {
    const path = temporaryDirectory()
    const state = await openStateDirectory(path)
    const workerd = sleeper()
    state.setWorkerd(workerd.pid)
    expect(JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))).toEqual({ cli: own, workerd })
    expect(modeOf(join(path, 'lock'))).toBe('600')
    const stolen = JSON.stringify({ cli: { pid: 1, startedAt: '1' } })
    writeFileSync(join(path, 'lock'), stolen)
    expect(() => state.setWorkerd(workerd.pid)).toThrow(CliError)
    expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(stolen)
  })
})

it('a directory that another process lets go of is taken, and only its owner unlocks it', async () => {
  const path = temporaryDirectory()
  const lock = join(path, 'lock')
  writeFileSync(lock, JSON.stringify({ cli: sleeper() }))
  const next = await openStateDirectory(path, true)
  next.release()
  expect(existsSync(lock)).toBe(true)
  next.take()
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual({ cli: own })
  next.release()
  expect(existsSync(lock)).toBe(false)
})
