// What the wrangler file and the configuration say together: bindings that are needed and missing, servers that are this Worker
// itself, and, as advice, what a deployment would run without.

import { missingBindings, missingText } from '../config/bindings.ts'
import type { Config } from '../config/config.ts'
import { checkOwnNames, checkZones } from './check-own-names.ts'
import { pathText } from '../config/issue.ts'
import type { IssueCode } from '../config/issue-codes.ts'
import type { PlacedIssue } from './placed-issue.ts'
import type { WranglerEnvironment, WranglerFile } from './wrangler-file.ts'

/** `devVars`: the keys of .dev.vars, when `wrangler dev` runs the check. */
export function checkWrangler(
  config: Config,
  wrangler: WranglerFile | undefined,
  devVars: readonly string[],
): readonly PlacedIssue[] {
  if (!wrangler) return checkOwnNames(config, undefined)
  const found = wrangler.environments.map((environment) => ({
    environment,
    issues: [
      ...checkBindings(config, environment),
      ...checkBuild(environment),
      ...checkComfort(config, environment),
      ...checkOwnNames(config, environment),
      ...checkZones(config, environment),
      ...checkDevVars(environment, devVars),
    ],
  }))
  return joined(found)
}

/** wrangler does not tell a build which environment it is for: an issue in only some environments is a warning. */
function joined(
  found: readonly { readonly environment: WranglerEnvironment; readonly issues: readonly PlacedIssue[] }[],
): readonly PlacedIssue[] {
  const keyOf = ({ file, path, message }: PlacedIssue) => `${file} ${path} ${message}`
  const all = new Map<string, PlacedIssue>()
  for (const { issues } of found) for (const issue of issues) all.set(keyOf(issue), issue)
  return [...all].map(([key, issue]) => {
    const those = found.filter(({ issues }) => issues.some((each) => keyOf(each) === key))
    if (those.length === found.length) return issue
    const names = those.map(({ environment: { name } }) => (name === undefined ? 'the top level' : `[env.${name}]`))
    return { ...issue, level: 'warning', message: `${issue.message} (only in ${names.join(', ')})` }
  })
}

function checkBindings(config: Config, { bindings }: WranglerEnvironment): PlacedIssue[] {
  return missingBindings(config, (name) => bindings.has(name)).map((row) => ({
    file: 'wrangler',
    ...(row.without === 'advise'
      ? ({ level: 'warning', code: 'advised-binding' } as const)
      : ({ level: 'error', code: 'missing-binding' } as const)),
    ...placeOf(row.list.split('.')),
    message: missingText(row, config),
  }))
}

function checkBuild({ mayBeStale }: WranglerEnvironment): PlacedIssue[] {
  if (!mayBeStale) return []
  const message =
    'the alias of ./worker-config.ts deploys what limpet build wrote last, and this command does not run it. ' +
    'Write: command = "node bin/limpet.js build"'
  return [{ file: 'wrangler', level: 'error', code: 'stale-build', ...placeOf(['build', 'command']), message }]
}

/** What a deployment can run without. */
function checkComfort(config: Config, environment: WranglerEnvironment): PlacedIssue[] {
  const isChecked = config.backends.some(({ servers }) => servers.some(({ check }) => check !== null))
  const seals = config.backends.some(({ cookie }) => cookie?.accept.includes('sealed'))
  const advice: [isMissing: boolean, code: IssueCode, keys: readonly string[], message: string][] = [
    [
      isChecked && environment.crons.length === 0,
      'no-cron',
      ['triggers', 'crons'],
      'nothing wakes the checks should their alarm be lost, and nothing else starts them where every inter is a minute or ' +
        'more. Add: crons = ["* * * * *"]',
    ],
    [
      seals && !environment.requiredSecrets?.includes('LIMPET_COOKIE_KEYS'),
      'secret-not-required',
      ['secrets', 'required'],
      'a deploy without the secret LIMPET_COOKIE_KEYS succeeds, and every request is answered with 500. ' +
        'Add: required = ["LIMPET_COOKIE_KEYS"]',
    ],
    [!environment.hasLogs, 'no-logs', ['observability'], 'what the Worker logs is not kept. Add: enabled = true'],
    [
      !environment.flags.includes('enable_request_signal'),
      'no-request-signal',
      ['compatibility_flags'],
      'a client that hangs up does not end its request at the server. Add: "enable_request_signal"',
    ],
  ]
  return advice
    .filter(([isMissing]) => isMissing)
    .map(([, code, keys, message]) => ({ file: 'wrangler', level: 'warning', code, ...placeOf(keys), message }))
}

/** `[secrets] required` makes `wrangler dev` read these keys, and those of `[vars]`, and no others. */
function checkDevVars({ vars, requiredSecrets }: WranglerEnvironment, keys: readonly string[]): PlacedIssue[] {
  if (requiredSecrets === undefined) return []
  return keys
    .filter((key) => !requiredSecrets.includes(key) && !(key in vars))
    .map((key) => ({
      file: '.dev.vars',
      level: 'warning',
      code: 'dev-var-not-read',
      ...placeOf([key]),
      message:
        'wrangler dev does not read this key, because secrets.required of the wrangler file names others: ' +
        `start it with --var ${key}:VALUE`,
    }))
}

function placeOf(keys: readonly string[]): Pick<PlacedIssue, 'keys' | 'path'> {
  return { keys, path: pathText(keys) }
}
