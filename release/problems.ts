// What keeps a version from being published.

export interface Release {
  readonly manifest: { readonly name: string; readonly version: string; readonly repository?: unknown }
  /** The tag that it is released from; undefined: none leads to this commit. */
  readonly tag: string | undefined
  readonly changelog: string
  /** OWNER/NAME, of the repository that the workflow runs in; undefined: it does not run. */
  readonly workflowRepository: string | undefined
  /** What npm has under this name; undefined: nothing. */
  readonly published: { readonly repository?: unknown; readonly versions: readonly string[] } | undefined
}

/** One sentence each: what was found, and what to do. */
export function problemsOf({ manifest, tag, changelog, workflowRepository, published }: Release): readonly string[] {
  const { name, version } = manifest
  const own = placeOf(manifest.repository)
  const theirs = placeOf(published?.repository)
  return [
    ...(own === undefined
      ? [
          'package.json: repository is missing, and npm proves where a package was built by it: npm pkg set repository.url=git+https://github.com/OWNER/NAME.git',
        ]
      : []),
    ...(own !== undefined && workflowRepository !== undefined && !own.endsWith(`/${workflowRepository.toLowerCase()}`)
      ? [`package.json: repository is ${own}, and this runs in ${workflowRepository}: write that one, or release there`]
      : []),
    ...(published && (own === undefined || theirs !== own)
      ? [
          `npm: the name '${name}' belongs to ${theirs ?? 'a package that names no repository'}: choose another in package.json, such as @OWNER/${name}, and write it into the documents`,
        ]
      : []),
    ...(published?.versions.includes(version)
      ? [`npm: ${name} ${version} is published already, and a version never changes: npm version minor`]
      : []),
    ...(tag === `v${version}`
      ? []
      : [
          `git: the tag of this commit is ${tag ?? 'missing'}, and package.json says ${version}: npm version sets both`,
        ]),
    ...(changelog.includes(`\n## [${version}]`)
      ? []
      : [`CHANGELOG.md: there is no heading '## [${version}] - DATE': rename '## [Unreleased]', and begin a new one`]),
  ]
}

/** A repository as `host/owner/name`, whichever way it is written. */
function placeOf(repository: unknown): string | undefined {
  const url = typeof repository === 'string' ? repository : (repository as { url?: unknown } | undefined)?.url
  if (typeof url !== 'string') return undefined
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(url)?.[1]
  const [, long = undefined] = /^(?:git\+)?(?:https|ssh|git):\/\/(?:git@)?(.+?)(?:\.git)?$/.exec(url) ?? []
  return (short === undefined ? long : `github.com/${short}`)?.toLowerCase()
}
