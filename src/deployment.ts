// Which deployment this is: several look alike, and an alert or a button belongs to one of them.

export const VERSION = '0.1.0'

export interface Deployment {
  /** `LIMPET_NAME`; under `limpet serve` the machine's name by default; null: it has no name. */
  readonly name: string | null
  readonly version: string
  /** Of the configuration as written: another configuration has another digest. */
  readonly digest: string
}

export function deploymentOf({ digest }: { readonly digest: string }, name: string | undefined): Deployment {
  return { name: name === undefined || name === '' ? null : name, version: VERSION, digest }
}

/** `Limpet 0.1.0 on web-1, configuration 9f3c21aa`. */
export function deploymentText({ name, version, digest }: Deployment): string {
  return `Limpet ${version}${name === null ? '' : ` on ${name}`}, configuration ${digest}`
}
