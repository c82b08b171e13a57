// "Deploy to Cloudflare": what the button reads of the repository is complete, and it leads to the repository that package.json names.
// https://developers.cloudflare.com/workers/platform/deploy-buttons/

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'

import { parse } from 'smol-toml'
import { expect, it } from 'vitest'

const textOf = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const own = JSON.parse(textOf('package.json')) as {
  repository: { url: string }
  scripts: Record<string, string>
  cloudflare: { bindings: Record<string, { description: string }> }
}
const wrangler = parse(textOf('wrangler.toml')) as {
  durable_objects: { bindings: { name: string }[] }
  secrets: { required: string[] }
}

it('leads to the repository', () => {
  const [, repository] = /^git\+(https:\/\/(?:github|gitlab)\.com\/[\w-]+\/[\w-]+)\.git$/.exec(own.repository.url)!
  expect(textOf('README.md')).toContain(`](https://deploy.workers.cloudflare.com/?url=${repository})`)
})

it('asks for each secret that a deploy requires, and for no other, and gives no value for it', () => {
  const required = Object.fromEntries(wrangler.secrets.required.map((name) => [name, '']))
  expect(parseEnv(textOf('.dev.vars.example'))).toEqual(required)
})

it('describes each secret and binding', () => {
  const names = [...wrangler.secrets.required, ...wrangler.durable_objects.bindings.map(({ name }) => name)]
  expect(Object.keys(own.cloudflare.bindings).toSorted()).toEqual(names.toSorted())
  for (const { description } of Object.values(own.cloudflare.bindings)) expect(description).toMatch(/^[A-Z].{20,}\.$/)
})

it('deploys as everybody does', () => {
  expect(own.scripts['deploy']).toBe('wrangler deploy')
})
