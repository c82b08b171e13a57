import { expect, it } from 'vitest'

import { converse } from './conversation.ts'

/** What is said to these lines, and the lines that were answered. */
async function saidTo(...lines: string[]) {
  const said: string[] = []
  const answered: string[] = []
  await converse({
    lines: (async function* () {
      yield* lines
    })(),
    answer: async (line) => {
      answered.push(line)
      return `${line.toUpperCase()}\n\n`
    },
    say: (text) => said.push(text),
  })
  return { said, answered }
}

it('is one line and its answer', async () => {
  expect(await saidTo('show info', 'show stat')).toEqual({ said: ['SHOW INFO\n\n'], answered: ['show info'] })
})

it('goes on after prompt, until quit', async () => {
  expect(await saidTo(' prompt ', 'show info', 'help', 'quit', 'show stat')).toEqual({
    said: ['\n> ', 'SHOW INFO\n\n> ', 'HELP\n\n> '],
    answered: ['show info', 'help'],
  })
})

it('has one more line after a second prompt', async () => {
  expect(await saidTo('prompt', 'help', 'prompt', 'show info', 'show stat')).toEqual({
    said: ['\n> ', 'HELP\n\n> ', '\n', 'SHOW INFO\n\n'],
    answered: ['help', 'show info'],
  })
})

it('says nothing to quit, and nothing to nobody', async () => {
  expect(await saidTo('quit', 'show info')).toEqual({ said: [], answered: [] })
  expect(await saidTo()).toEqual({ said: [], answered: [] })
})
