// What a wrangler file lacks, with the lines to paste: what the configuration needs, what a deployment loses without, and, as notes,
// what a new project would have besides.

import { missingBindings, missingText } from '../config/bindings.ts'
import type { Config } from '../config/config.ts'
import { foundText, pathText } from '../config/issue.ts'
import type { IssueCode, Level } from '../config/issue-codes.ts'
import { sealsCookies } from '../config/seals-cookies.ts'
import type { PlacedIssue } from './placed-issue.ts'
import type { WranglerEnvironment, WranglerFile } from './wrangler-file.ts'
import {
  BUILD,
  BUILT_CONFIG,
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  CRONS,
  MIGRATIONS,
  OBJECTS,
  OBSERVABILITY,
  REQUIRED_SECRETS,
} from './wrangler-parts.ts'
import type { Section } from './wrangler-parts.ts'
import { formatOf, sectionText } from './wrangler-text.ts'

interface Advice {
  readonly level: Level
  readonly code: IssueCode
  readonly keys: readonly string[]
  readonly message: string
  readonly found?: string
  /** What to paste, as if the file had no environments. */
  readonly section: Section
}

export function adviseOn(
  config: Config,
  { name, configAlias }: WranglerFile,
  environment: WranglerEnvironment,
): readonly PlacedIssue[] {
  const advice = [
    ...missingObjects(config, environment),
    ...losses(config, environment),
    ...notes(environment, configAlias),
  ]
  return advice.map(({ section, keys, ...issue }) => ({
    ...issue,
    file: 'wrangler',
    keys,
    path: pathText(keys),
    paste: sectionText(within(environment, section), formatOf(name)),
  }))
}

function missingObjects(config: Config, environment: WranglerEnvironment): readonly Advice[] {
  const { bindings, boundClasses, madeClasses } = environment
  const missing = missingBindings(config, (name) => bindings.has(name))
  const needed = missing.map((row): Advice => {
    const object = OBJECTS.find(({ name }) => name === row.name)
    return {
      ...(row.without === 'advise'
        ? ({ level: 'warning', code: 'advised-binding' } as const)
        : ({ level: 'error', code: 'missing-binding' } as const)),
      keys: row.list.split('.'),
      message: missingText(row, config),
      section: object
        ? objectLines([object], [object.class_name], environment)
        : { [row.list]: [{ [row.list === 'send_email' ? 'name' : 'binding']: row.name }] },
    }
  })
  const others = OBJECTS.filter(({ name }) => !bindings.has(name) && !missing.some((row) => row.name === name))
  const unmade = boundClasses.filter((name) => OBJECTS.some((row) => row.class_name === name) && !madeClasses.has(name))
  return [
    ...needed,
    ...(others.length === 0
      ? []
      : [
          note(
            ['durable_objects', 'bindings'],
            `a new project has ${list(others.map(({ name }) => name))}, too, for what a configuration may ask for later`,
            objectLines(
              others,
              others.map((row) => row.class_name),
              environment,
            ),
          ),
        ]),
    ...(unmade.length === 0
      ? []
      : [
          note(
            ['migrations'],
            `nothing makes the class ${list(unmade)}, which is bound`,
            objectLines([], unmade, environment),
          ),
        ]),
  ]
}

/** Bindings, and what makes those of the classes that nothing makes yet. */
function objectLines(
  bindings: typeof OBJECTS,
  classes: readonly string[],
  { madeClasses, migrationTags, hasExports }: WranglerEnvironment,
): Section {
  const unmade = new Set(classes.filter((name) => !madeClasses.has(name)))
  const bound = bindings.length === 0 ? {} : { durable_objects: { bindings } }
  if (unmade.size === 0) return bound
  if (hasExports) {
    const exported = [...unmade].map((name) => [name, { type: 'durable-object', storage: 'sqlite' }] as const)
    return { ...bound, exports: Object.fromEntries(exported) }
  }
  const taken = new Set(migrationTags)
  const migrations = MIGRATIONS.flatMap(({ tag, new_sqlite_classes: made }) => {
    const left = made.filter((name) => unmade.has(name))
    if (left.length === 0) return []
    let free: string = tag
    for (let i = taken.size + 1; taken.has(free); i++) free = `v${i}`
    taken.add(free)
    return [{ tag: free, new_sqlite_classes: left }]
  })
  return { ...bound, migrations }
}

/** What a deployment can run without, and loses something. */
function losses(config: Config, environment: WranglerEnvironment): readonly Advice[] {
  const isChecked = config.backends.some(({ servers }) => servers.some(({ check }) => check !== null))
  const { crons, requiredSecrets = [], hasLogs, flags } = environment
  const rows: readonly (readonly [
    isLost: boolean,
    ...advice: readonly [IssueCode, readonly string[], string, Section],
  ])[] = [
    [
      isChecked && crons.length === 0,
      'no-cron',
      ['triggers', 'crons'],
      'nothing wakes the checks should their alarm be lost, and nothing else starts them where every inter is a minute or ' +
        'more. Add: crons = ["* * * * *"]',
      { triggers: { crons: CRONS } },
    ],
    [
      sealsCookies(config) && !requiredSecrets.includes('LIMPET_COOKIE_KEYS'),
      'secret-not-required',
      ['secrets', 'required'],
      'a deploy without the secret LIMPET_COOKIE_KEYS succeeds, and every request is answered with 500. ' +
        'Add: required = ["LIMPET_COOKIE_KEYS"]',
      { secrets: { required: [...requiredSecrets, ...REQUIRED_SECRETS] } },
    ],
    [
      !hasLogs,
      'no-logs',
      ['observability'],
      'what the Worker logs is not kept. Add: enabled = true',
      { observability: OBSERVABILITY },
    ],
    [
      !flags.includes('enable_request_signal'),
      'no-request-signal',
      ['compatibility_flags'],
      'a client that hangs up does not end its request at the server. Add: "enable_request_signal"',
      { compatibility_flags: withFlags(flags) },
    ],
  ]
  return rows
    .filter(([isLost]) => isLost)
    .map(([, code, keys, message, section]) => ({ level: 'warning', code, keys, message, section }))
}

function notes(environment: WranglerEnvironment, configAlias: string): readonly Advice[] {
  const { compatibilityDate: date, flags, hasLogs, invocationLogs, builtInPlaceOf } = environment
  const isOld = typeof date === 'string' && date < COMPATIBILITY_DATE
  const lacksFlags = flags.includes('enable_request_signal') && withFlags(flags).length > flags.length
  const rows: readonly (readonly [isLacking: boolean, advice: Advice])[] = [
    [
      isOld,
      {
        ...note(['compatibility_date'], `this release was tested with ${COMPATIBILITY_DATE}`, {
          compatibility_date: COMPATIBILITY_DATE,
        }),
        found: foundText(date),
      },
    ],
    [
      lacksFlags,
      note(
        ['compatibility_flags'],
        'a new project leaves out what is of Node, unless its code needs it: Limpet does not',
        {
          compatibility_flags: withFlags(flags),
        },
      ),
    ],
    [
      hasLogs && invocationLogs === undefined,
      note(
        ['observability', 'logs', 'invocation_logs'],
        "Cloudflare's line for each request is billed, and says less than Limpet's",
        { observability: { logs: { invocation_logs: false } } },
      ),
    ],
    [
      builtInPlaceOf === undefined,
      note(
        ['alias'],
        'the Worker checks and resolves the configuration each time it starts; limpet build does both before a deploy. In [alias], ' +
          'on the left, write the configuration as your code imports it',
        { build: BUILD, alias: { [configAlias]: BUILT_CONFIG } },
      ),
    ],
  ]
  return rows.filter(([isLacking]) => isLacking).map(([, advice]) => advice)
}

/** What does without Node is not added where Node is asked for. */
function withFlags(flags: readonly string[]): readonly string[] {
  const wantsNode = flags.some((flag) => flag.startsWith('nodejs_compat'))
  const others = COMPATIBILITY_FLAGS.filter(
    (flag) => !flags.includes(flag) && !(wantsNode && flag.startsWith('no_nodejs')),
  )
  return [...flags, ...others]
}

function note(keys: readonly string[], message: string, section: Section): Advice {
  return { level: 'note', code: 'suggested-lines', keys, message, section }
}

const NOT_INHERITED = ['durable_objects', 'kv_namespaces', 'send_email', 'secrets']

/** Under the environment stands what it does not inherit, and what it says differently. */
function within({ name, own }: WranglerEnvironment, section: Section): Section {
  if (name === undefined) return section
  const isOwn = ([key]: readonly [string, unknown]) => NOT_INHERITED.includes(key) || key in own
  const entries = Object.entries(section)
  const mine = entries.filter(isOwn)
  const above = entries.filter((entry) => !isOwn(entry))
  return { ...Object.fromEntries(above), ...(mine.length === 0 ? {} : { env: { [name]: Object.fromEntries(mine) } }) }
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names)
}
