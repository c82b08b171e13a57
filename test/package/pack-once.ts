// One package for all files of this suite.

import { rmSync } from 'node:fs'
import { dirname } from 'node:path'

import type { TestProject } from 'vitest/node'

import { pack } from './install.ts'
import type { Packed } from './install.ts'

declare module 'vitest' {
  interface ProvidedContext {
    packed: Packed
  }
}

export default function setUp({ provide }: TestProject): () => void {
  const packed = pack()
  provide('packed', packed)
  return () => rmSync(dirname(packed.directory), { recursive: true })
}
