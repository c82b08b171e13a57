// Where servers were when this was last written, in the state directory: what `init-addr last` starts with.

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'

import * as v from 'valibot'

import { writeSecret } from '../secret-file.ts'
import type { Places } from './names.ts'

const FILE = 'server-addresses.json'

const shape = v.record(
  v.string(),
  v.object({
    address: v.pipe(
      v.string(),
      v.check((text) => isIP(text) !== 0),
    ),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    fqdn: v.string(),
    weight: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256))),
  }),
)

/** None, if there is no such file, or it is none of ours. */
export function readLastPlaces(directory: string): Places {
  try {
    return new Map(Object.entries(v.parse(shape, JSON.parse(readFileSync(join(directory, FILE), 'utf8')))))
  } catch {
    return new Map()
  }
}

export function writeLastPlaces(directory: string, places: Places): void {
  writeSecret(join(directory, FILE), JSON.stringify(Object.fromEntries(places)))
}
