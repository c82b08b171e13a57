// What a deployment says of itself.

import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { digestOf } from './config/digest.ts'
import { configOrThrow } from './config/validate.ts'
import { deploymentOf, deploymentText, VERSION } from './deployment.ts'

const written = (weight: number) => ({
  backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.com', weight }] }],
})

describe('a deployment', () => {
  it('has the version of the package', () => {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
    expect(VERSION).toBe((JSON.parse(text) as { version: string }).version)
  })

  it('says its name, its version and which configuration it has', () => {
    const config = configOrThrow(written(1), 'either')
    expect(config.digest).toMatch(/^[0-9a-f]{8}$/)
    expect(deploymentText(deploymentOf(config, 'web-1'))).toBe(
      `Limpet ${VERSION} on web-1, configuration ${config.digest}`,
    )
    expect(deploymentText(deploymentOf(config, undefined))).toBe(`Limpet ${VERSION}, configuration ${config.digest}`)
  })

  it('has another digest for another configuration, and the same for the same in another order', () => {
    expect(configOrThrow(written(1), 'either').digest).toBe(configOrThrow(written(1), 'either').digest)
    expect(configOrThrow(written(1), 'either').digest).not.toBe(configOrThrow(written(2), 'either').digest)
    expect(digestOf({ a: 1, b: [1, 2] })).toBe(digestOf({ b: [1, 2], a: 1 }))
    expect(digestOf({ a: 1, password: 'x' })).toBe(digestOf({ a: 1, password: 'y' }))
    expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]))
  })
})
