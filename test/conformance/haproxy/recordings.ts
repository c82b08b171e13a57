// What the real HAProxy did, as it was written down: a file for each subject, an exchange a line.

import { readFileSync, writeFileSync } from 'node:fs'

import { SUBJECTS } from './scenarios.ts'
import type { Seen } from './scenario.ts'

/** What was seen of each step, by the scenario's name. */
export type Sightings = Readonly<Record<string, readonly Seen[]>>

export function readRecordings(): Sightings {
  return Object.assign({}, ...Object.keys(SUBJECTS).map(readSubject)) as Sightings
}

/** Scenarios that were not seen keep their recordings; those that are gone lose them. */
export function writeRecordings(seen: Sightings): void {
  for (const [subject, scenarios] of Object.entries(SUBJECTS)) {
    const known = { ...readSubject(subject), ...seen }
    const blocks = scenarios
      .filter(({ name }) => known[name] !== undefined)
      .map(({ name }) => {
        const exchanges = known[name]!.map((exchange) => JSON.stringify(exchange))
        return `${JSON.stringify(name)}: [\n${exchanges.join(',\n')}\n]`
      })
    writeFileSync(fileOf(subject), `{\n${blocks.join(',\n')}\n}\n`)
  }
}

function readSubject(subject: string): Sightings {
  try {
    return JSON.parse(readFileSync(fileOf(subject), 'utf8')) as Sightings
  } catch (error) {
    // A new subject has no recordings yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

function fileOf(subject: string): URL {
  return new URL(`recorded/${subject}.json`, import.meta.url)
}
