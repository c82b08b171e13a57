// The path where the balancer answers its operator, and Cloudflare Access in front of it.

import * as v from 'valibot'

import { bool, text, urlOf } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'

export const accessOptions = {
  /**
   * The address of your Cloudflare Access team.
   * @example team: 'https://team.cloudflareaccess.com'
   */
  team: required(urlOf(['https', 'http'], 'https://team.cloudflareaccess.com')),
  /**
   * The audience tag of the Access application that protects `admin.path`.
   * @example audience: '4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2'
   */
  audience: required(text),
}

export const adminOptions = {
  /**
   * Whether there is an admin API, with its commands, its statistics page and its metrics. `false` leaves it out of what is uploaded to
   * Cloudflare, and `path` to the application, even if `LIMPET_ADMIN_TOKEN` is set.
   */
  enabled: option(bool, { default: true }),
  /**
   * The path of the admin API, the statistics page and the metrics. Until `LIMPET_ADMIN_TOKEN` is set, it belongs to the
   * application.
   * @example path: '/balancer'
   */
  path: option(
    v.pipe(
      text,
      v.regex(/^\/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]$/, "must begin with '/', not end with it, and not be '/'"),
    ),
    { default: '/.limpet' },
  ),
  /** Accepts the sign-in of Cloudflare Access, too, beside admin tokens. */
  access: option(objectOf(accessOptions), { default: null }),
}

/** Cloudflare Access in front of `admin.path`. */
export interface AccessConfig {
  /** `https://TEAM.cloudflareaccess.com`. */
  readonly team: string
  /** The application's audience tag. */
  readonly audience: string
}

export interface AdminConfig extends Omit<Values<typeof adminOptions>, 'access'> {
  readonly access: AccessConfig | null
}

export function resolveAdmin(input: Written<typeof adminOptions>, profile: Profile): AdminConfig {
  const { access, ...values } = valuesOf(adminOptions, input, profile)
  return { ...values, access: access && { ...access, team: new URL(access.team).origin } }
}
