// What name servers have said about a name.

export interface Target {
  /** A host name, in small letters. */
  readonly host: string
  readonly port: number
  /** Of the SRV record: 0 to 65535. */
  readonly weight: number
}

export const FAILURES = ['nx', 'refused', 'timeout', 'other'] as const
/** `nx`: the name does not exist. `other`: an answer that is of no use. */
export type Failure = (typeof FAILURES)[number]

/** At least one record, or why there is none. */
export type Answer<Record> = { readonly records: readonly Record[] } | { readonly failure: Failure }

export type AddressAnswer = Answer<string>
export type TargetAnswer = Answer<Target>

/** One question to all name servers. */
export interface Ask {
  addresses(name: string, family: 4 | 6): Promise<AddressAnswer>
  targets(name: string): Promise<TargetAnswer>
}
