// What a wrangler file lacks and what to paste into it. What is pasted is parsed again: advice that is followed is not repeated.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { check } from './check.ts'
import { checkWrangler } from './check-wrangler.ts'
import { directoryWith, printedBy } from './testing.ts'
import { readWrangler } from './wrangler-file.ts'
import {
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  CRONS,
  MIGRATIONS,
  OBJECTS,
  OBSERVABILITY,
  REQUIRED_SECRETS,
} from './wrangler-parts.ts'

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const SHIPPED = textOf('../../wrangler.toml')
const RELEASE_0_1 = textOf('../../test/workerd/release-0.1/wrangler.toml')
const CONFIG = {
  backends: [{ name: 'app', check: true, cookie: { name: 'A' }, servers: [{ name: 's1', url: 'https://s1.example' }] }],
}

function advice(
  text: string,
  { name = 'wrangler.toml', environment = undefined as string | undefined, more = {} } = {},
) {
  const wrangler = readWrangler(directoryWith({ [name]: text, ...more }), environment)
  return checkWrangler(configOrThrow(CONFIG, 'either'), wrangler, [])
}

/** In one line of TOML. */
const inline = (value: unknown) => JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1 = ')

/** As `level path`, with what to paste. */
const told = (...given: Parameters<typeof advice>) =>
  Object.fromEntries(advice(...given).map(({ level, path, paste }) => [`${level} ${path}`, paste]))

it('the table is what this repository deploys', () => {
  expect(parse(SHIPPED)).toMatchObject({
    compatibility_date: COMPATIBILITY_DATE,
    compatibility_flags: COMPATIBILITY_FLAGS,
    secrets: { required: REQUIRED_SECRETS },
    durable_objects: { bindings: OBJECTS },
    migrations: MIGRATIONS,
    triggers: { crons: CRONS },
    observability: OBSERVABILITY,
  })
  expect(parse(SHIPPED)['migrations']).toHaveLength(MIGRATIONS.length)
  expect(told(SHIPPED)).toEqual({})
})

describe('a file of release 0.1', () => {
  const checkout = { 'src/worker-config.ts': '' }

  it('gets notes and nothing else', () => {
    expect(told(RELEASE_0_1, { more: checkout })).toEqual({
      'note observability.logs.invocation_logs': '[observability.logs]\ninvocation_logs = false',
      'note alias':
        '[build]\ncommand = "npx limpet build"\nwatch_dir = [ "src", "limpet.config.ts" ]\n\n' +
        '[alias]\n"./worker-config.ts" = "./.limpet/config.js"',
    })
  })

  it('is no failure, even with --strict, and JSON and GitHub have the notes, too', async () => {
    const directory = directoryWith({
      ...checkout,
      'wrangler.toml': RELEASE_0_1,
      'limpet.config.json': JSON.stringify(CONFIG),
    })
    const run = (options: object) =>
      printedBy(() =>
        check([join(directory, 'limpet.config.json')], [], { for: 'cloudflare', strict: true, ...options }),
      )
    const text = await run({})
    expect(text.exitCode).toBe(0)
    expect(text.stdout).toMatch(
      /^wrangler\.toml: note: observability\.logs\.invocation_logs: .* \[suggested-lines\]\n {2}In wrangler\.toml:\n {4}\[observability\.logs\]\n {4}invocation_logs = false\n/m,
    )
    expect(text.stdout).toMatch(/: 0 errors, 0 warnings, 2 notes for cloudflare\n$/)
    const json = JSON.parse((await run({ format: 'json' })).stdout) as { issues: object[] }
    expect(json).toMatchObject({ errors: 0, warnings: 0, notes: 2 })
    expect(json.issues[0]).toMatchObject({
      file: 'wrangler.toml',
      level: 'note',
      code: 'suggested-lines',
      paste: '[observability.logs]\ninvocation_logs = false',
    })
    expect((await run({ format: 'github' })).stdout).toMatch(
      /^::notice file=.*,title=suggested-lines::.*%0A\[observability\.logs\]%0Ainvocation_logs = false$/m,
    )
    expect((await run({ quiet: true })).stdout).toBe('')
    expect((await run({ notes: false })).stdout).toMatch(
      /^.*limpet\.config\.json: 0 errors, 0 warnings, 2 notes for cloudflare\n$/,
    )
  })
})

describe('advice that is followed', () => {
  const bare = 'name = "x"\nmain = "src/index.ts"\ncompatibility_date = "2025-01-01"\n'

  it('names the date that this release was tested with, and the one that was found', () => {
    const found = advice(SHIPPED.replace(COMPATIBILITY_DATE, '2025-01-01'))
    expect(found).toMatchObject([{ level: 'note', path: 'compatibility_date', found: '"2025-01-01"' }])
    expect(found[0]!.paste).toBe(`compatibility_date = "${COMPATIBILITY_DATE}"`)
    expect(advice(SHIPPED.replace(COMPATIBILITY_DATE, '2027-01-01'))).toEqual([])
  })

  it('keeps what is required already', () => {
    expect(told(SHIPPED.replace('required = ["LIMPET_COOKIE_KEYS"]', 'required = ["MINE"]'))).toEqual({
      'warning secrets.required': '[secrets]\nrequired = [ "MINE", "LIMPET_COOKIE_KEYS" ]',
    })
  })

  it('is complete: what is pasted into a bare file leaves nothing to say', () => {
    const found = Object.values(told(bare))
    expect(found).toContain('[triggers]\ncrons = [ "* * * * *" ]')
    const plain = found.filter((text) => !text!.startsWith('['))
    const sections = found.filter((text) => text!.startsWith('['))
    const kept = bare.replace(/compatibility_date.*\n/, '')
    expect(told([kept, ...plain, ...sections].join('\n'))).toEqual({})
  })

  it('has each form in JSON, too', () => {
    const found = told('{ "name": "x" }', { name: 'wrangler.jsonc' })
    const text = `{ "name": "x",\n${Object.values(found).join(',\n')}\n}`
    // An object that is needed and objects that are not come as two lists; the file has one.
    const merged = JSON.stringify({
      ...(JSON.parse(text) as object),
      durable_objects: { bindings: OBJECTS },
      migrations: MIGRATIONS,
    })
    expect(told(merged, { name: 'wrangler.jsonc' })).toEqual({})
  })
})

describe('classes', () => {
  const bound = OBJECTS.map(
    ({ name, class_name: className }) =>
      `[[durable_objects.bindings]]\nname = "${name}"\nclass_name = "${className}"\n`,
  )
  const pasted = (text: string) => told(text)['note migrations']

  it('that nothing makes get migrations with tags that are free', () => {
    const migration = '[[migrations]]\ntag = "v3"\nnew_sqlite_classes = ["Monitor", "StickTable"]\n'
    expect(parse(pasted(bound.join('') + migration)!)).toEqual({
      migrations: [{ tag: 'v2', new_sqlite_classes: ['Slots', 'Stats'] }],
    })
    expect(parse(pasted(bound.join(''))!)).toEqual({ migrations: MIGRATIONS })
    const others = '[[migrations]]\ntag = "v1"\n[[migrations]]\ntag = "v2"\n'
    expect((parse(pasted(bound.join('') + others)!)['migrations'] as { tag: string }[]).map(({ tag }) => tag)).toEqual([
      'v3',
      'v4',
      'v5',
    ])
  })

  it("are exports in a file that has those, and another Worker's are its own", () => {
    const exports = '[exports.Monitor]\ntype = "durable-object"\nstorage = "sqlite"\n'
    const elsewhere = bound.map((text) => (text.includes('Slots') ? `${text}script_name = "other"\n` : text))
    const made = { type: 'durable-object', storage: 'sqlite' }
    expect(parse(pasted(elsewhere.join('') + exports)!)).toEqual({ exports: { StickTable: made, Stats: made } })
  })
})

describe('an environment', () => {
  it('gets what it does not inherit in its own section, the rest stands above', () => {
    const found = told(`${RELEASE_0_1}\n[env.staging]\nname = "y"\n`, { environment: 'staging' })
    expect(found['note observability.logs.invocation_logs']).toBe('[observability.logs]\ninvocation_logs = false')
    expect(found['warning secrets.required']).toBe('[env.staging.secrets]\nrequired = [ "LIMPET_COOKIE_KEYS" ]')
    const found2 = told(`${RELEASE_0_1}\n[env.staging]\nobservability = { enabled = true }\n`, {
      environment: 'staging',
    })
    expect(found2['note observability.logs.invocation_logs']).toMatch(/^\[env\.staging\.observability\.logs\]/)
  })

  it('and the top level, where both lack lines, get theirs each', () => {
    const bare = SHIPPED.replace(/\[secrets\][^[]*\[/, '[')
    const objects = parse(SHIPPED)['durable_objects']
    const found = told(`${bare}\n[env.staging]\ndurable_objects = ${inline(objects)}\n`)
    expect(found).toEqual({
      'warning secrets.required':
        '[secrets]\nrequired = [ "LIMPET_COOKIE_KEYS" ]\n\n[env.staging.secrets]\nrequired = [ "LIMPET_COOKIE_KEYS" ]',
    })
  })

  it('that alone lacks lines is named, and a note stays a note', () => {
    const found = advice(`${SHIPPED}\n[env.staging]\nname = "y"\n`)
    expect(found.map(({ level }) => level)).toEqual(['warning', 'warning', 'note', 'warning'])
    for (const { message } of found) expect(message).toMatch(/ \(only in \[env\.staging\]\)$/)
  })
})

it('says nothing against Node where it is asked for', () => {
  const flags = (list: string) => told(SHIPPED.replace(/compatibility_flags = .*/, `compatibility_flags = ${list}`))
  expect(flags('["enable_request_signal", "nodejs_compat"]')).toEqual({})
  expect(flags('["nodejs_compat"]')).toEqual({
    'warning compatibility_flags': 'compatibility_flags = [ "nodejs_compat", "enable_request_signal" ]',
  })
  expect(flags('["enable_request_signal"]')).toHaveProperty('note compatibility_flags')
})
