// What the wrangler file and the configuration say together: what is missing there (wrangler-advice.ts), builds that would be stale,
// servers that are this Worker itself, and keys of .dev.vars that nothing reads.

import type { Config } from '../config/config.ts'
import { checkOwnNames, checkZones } from './check-own-names.ts'
import { pathText } from '../config/issue.ts'
import type { PlacedIssue } from './placed-issue.ts'
import { adviseOn } from './wrangler-advice.ts'
import type { WranglerEnvironment, WranglerFile } from './wrangler-file.ts'
import { BUILD } from './wrangler-parts.ts'

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
      ...checkBuild(environment),
      ...adviseOn(config, wrangler, environment),
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
  for (const issue of found.flatMap(({ issues }) => issues)) all.set(keyOf(issue), issue)
  return [...all].map(([key, issue]) => {
    const those = found.filter(({ issues }) => issues.some((each) => keyOf(each) === key))
    const pastes = those.flatMap(({ issues }) => issues.filter((each) => keyOf(each) === key).map(({ paste }) => paste))
    const paste = [...new Set(pastes)].filter((text) => text !== undefined).join('\n\n')
    const whole = paste === '' ? issue : { ...issue, paste }
    if (those.length === found.length) return whole
    const names = those.map(({ environment: { name } }) => (name === undefined ? 'the top level' : `[env.${name}]`))
    const level = issue.level === 'note' ? 'note' : 'warning'
    return { ...whole, level, message: `${issue.message} (only in ${names.join(', ')})` }
  })
}

function checkBuild({ builtInPlaceOf, mayBuild }: WranglerEnvironment): PlacedIssue[] {
  if (builtInPlaceOf === undefined || mayBuild) return []
  const message =
    `the alias of ${builtInPlaceOf} deploys what limpet build wrote last, and this command does not run it. ` +
    `Write: command = "${BUILD.command}"`
  return [{ file: 'wrangler', level: 'error', code: 'stale-build', ...placeOf(['build', 'command']), message }]
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
