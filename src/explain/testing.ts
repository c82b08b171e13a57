// An explanation of a configuration in a test, and a balancer that it is compared with.

import type { Config } from '../config/config.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { configOrThrow } from '../config/validate.ts'
import { COOKIE_KEY } from '../balancer/testing.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import { explain } from './explain.ts'
import type { Explanation, HeaderLine } from './explanation.ts'
import type { Facts, Question } from './facts.ts'
import { sentences } from './sentences.ts'

/** Unix milliseconds. */
export const AT_MS = Date.UTC(2026, 10, 26, 12)

export interface Asked extends Partial<Omit<Question, 'url' | 'headers'>> {
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
}

export async function explained(
  written: Config | LimpetConfig,
  { url = 'https://app.example.com/', headers = {}, ...asked }: Asked = {},
  facts: Partial<Facts> = {},
): Promise<Explanation> {
  const config = 'profile' in written ? written : configOrThrow(written, 'serve')
  const parsed = new URL(url)
  const question = {
    method: 'GET',
    url: parsed,
    headers: [['host', parsed.host], ...Object.entries(headers)] as HeaderLine[],
    src: '192.0.2.1',
    atMs: AT_MS,
    ...asked,
  }
  return explain(config, question, {
    states: {},
    full: new Set(),
    refusing: new Set(),
    cookieKeys: await importCookieKeys(COOKIE_KEY),
    onCloudflare: false,
    entryOf: async () => undefined,
    ...facts,
  })
}

/** The lines of one part. */
export async function said(
  heading: string,
  written: LimpetConfig,
  asked?: Asked,
  facts?: Partial<Facts>,
): Promise<readonly string[]> {
  const config = configOrThrow(written, 'serve')
  const parts = sentences(await explained(config, asked, facts), config, () => undefined)
  return parts.find((part) => part.heading === heading)?.lines ?? []
}
